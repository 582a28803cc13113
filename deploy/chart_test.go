package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write what the chart renders")

const chart = "helm/checkrein"

func renders(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/chart/*.values.yaml")
	if err != nil || len(all) < 4 {
		t.Fatal(all, err)
	}
	for i, path := range all {
		all[i] = strings.TrimSuffix(path, ".values.yaml")
	}
	return all
}

// TestChartRenders has helm lint and render the chart with each set of values.
func TestChartRenders(t *testing.T) {
	t.Parallel()
	helm := tool(t, "CHECKREIN_HELM")
	for _, path := range renders(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if out, err := exec.Command(helm, "lint", "--strict", "--quiet", chart, "--values", path+".values.yaml").CombinedOutput(); err != nil {
				t.Errorf("lint: %v\n%s", err, out)
			}
			got := template(t, helm, "--values", path+".values.yaml")
			if *update {
				if err := os.WriteFile(path+".yaml", got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("renders something else (-golden +rendered); -update writes it:\n%s", diff)
			}
		})
	}
}

func template(t *testing.T, helm string, arguments ...string) []byte {
	t.Helper()
	cmd := exec.Command(helm, append([]string{"template", "checkrein", chart, "--namespace", "checkrein"}, arguments...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("render: %v\n%s", err, errs.String())
	}
	return out
}

// TestChartRefuses: what would not work is refused before anything is installed.
func TestChartRefuses(t *testing.T) {
	t.Parallel()
	helm := tool(t, "CHECKREIN_HELM")
	good := []string{"app.id=1234", "app.existingSecret=checkrein"}
	if template(t, helm, "--set", strings.Join(good, ",")) == nil {
		t.Fatal("the good values render nothing")
	}
	for _, c := range []struct{ set, want string }{
		{"app.id=", "app.id is empty"},
		{"app.existingSecret=", "app.existingSecret is empty"},
		{"replicas=2", "replicas is 2 on SQLite"},
		{"guard.enabled=true", "guard.tlsSecret is empty"},
		{"ingress.enabled=true", "ingress.host or ingress.tlsSecret is empty"},
		{"image.tag=latest", "image/tag"},
		{"image.digest=sha256:abc", "image/digest"},
		{"app.privateKey=secret", "privateKey"},
		{"guard.mode=allow", "guard/mode"},
		{"traces.endpoint=collector:4317", "traces/endpoint"},
		{"traces.share=10", "traces/share"},
		{"replicas=0", "replicas"},
	} {
		set := strings.Join(append(good, c.set), ",")
		out, err := exec.Command(helm, "template", "checkrein", chart, "--set", set).CombinedOutput()
		if err == nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: want a refusal with %q, got %v\n%.600s", c.set, c.want, err, out)
		}
	}
}

// resource is what is looked at of one that was rendered.
type resource struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		Replicas             int
		VolumeClaimTemplates []any `yaml:"volumeClaimTemplates"`
		Template             struct{ Spec podSpec }
	}
}

type podSpec struct {
	SecurityContext struct {
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
	} `yaml:"securityContext"`
	Spread     []any `yaml:"topologySpreadConstraints"`
	Containers []struct {
		Image           string
		Args            []string
		Env             []struct{ Name, Value string }
		LivenessProbe   any `yaml:"livenessProbe"`
		ReadinessProbe  any `yaml:"readinessProbe"`
		SecurityContext struct {
			ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
			AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
		} `yaml:"securityContext"`
		VolumeMounts []struct{ Name string } `yaml:"volumeMounts"`
	}
	Volumes []struct{ Name string }
}

func readResources(t *testing.T, path string) map[string]resource {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all := map[string]resource{}
	for documents := yaml.NewDecoder(file); ; {
		var r resource
		err := documents.Decode(&r)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all[r.Kind+" "+r.Metadata.Name] = r
	}
}

// TestRenders looks at what is rendered: a container sets what its verb reads and needs, is
// closed, is asked how it is, and mounts what there is.
func TestRenders(t *testing.T) {
	for _, path := range renders(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			pods := 0
			for name, r := range readResources(t, path+".yaml") {
				pod := r.Spec.Template.Spec
				for _, c := range pod.Containers {
					pods++
					environment, volumes := map[string]string{}, map[string]bool{"state": len(r.Spec.VolumeClaimTemplates) > 0}
					for _, e := range c.Env {
						environment[e.Name] = e.Value
					}
					checkEnvironment(t, name, c.Args[0], environment)
					for _, v := range pod.Volumes {
						volumes[v.Name] = true
					}
					for _, m := range c.VolumeMounts {
						if !volumes[m.Name] {
							t.Errorf("%s mounts %s, which is not there", name, m.Name)
						}
					}
					if !pod.SecurityContext.RunAsNonRoot || !c.SecurityContext.ReadOnlyRootFilesystem || c.SecurityContext.AllowPrivilegeEscalation == nil || *c.SecurityContext.AllowPrivilegeEscalation {
						t.Errorf("%s is open: %+v", name, c.SecurityContext)
					}
					if c.LivenessProbe == nil || c.ReadinessProbe == nil {
						t.Errorf("%s is not asked how it is", name)
					}
				}
			}
			if pods == 0 {
				t.Error("nothing runs")
			}
		})
	}
	sqlite := readResources(t, "testdata/chart/sqlite.yaml")
	if one := sqlite["StatefulSet checkrein"]; one.Spec.Replicas != 1 || len(one.Spec.VolumeClaimTemplates) != 1 {
		t.Errorf("on SQLite there is %+v", one.Spec)
	}
	postgres := readResources(t, "testdata/chart/postgres.yaml")
	if many := postgres["Deployment checkrein"]; many.Spec.Replicas != 3 || len(many.Spec.Template.Spec.Spread) != 1 || postgres["PodDisruptionBudget checkrein"].Kind == "" {
		t.Errorf("on PostgreSQL there is %+v", many.Spec)
	}
}

// TestOwnImages has the product judge what is deployed here: every image that it names, and
// what the chart makes of it.
func TestOwnImages(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	copied := map[string]string{"compose.yml": "compose.yml"}
	for _, path := range renders(t) {
		copied[path+".yaml"] = filepath.Base(path) + ".yaml"
	}
	for from, to := range copied {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, to), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(folder, chart), os.DirFS(chart)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(product(t), "check", "--only", "images", "--all", "--format", "json")
	cmd.Dir = folder
	out, err := cmd.Output()
	var report struct {
		Conclusion string
		Findings   []struct{ Rule, Severity, Path, Subject, Title string }
		Images     []struct{ Path string }
	}
	if bad := json.Unmarshal(out, &report); bad != nil {
		t.Fatalf("%v, %v\n%s", bad, err, out)
	}
	for _, f := range report.Findings {
		t.Errorf("%s: %s %s: %s", f.Path, f.Severity, f.Rule, f.Title)
	}
	read := map[string]bool{}
	for _, i := range report.Images {
		read[i.Path] = true
	}
	for _, to := range copied {
		if !read[to] {
			t.Errorf("no image of %s was read", to)
		}
	}
	if report.Conclusion != "success" {
		t.Errorf("concluded %s", report.Conclusion)
	}
}
