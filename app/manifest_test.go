package app_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// useEverything lets the App do everything that it ever does.
func useEverything(t *testing.T) *world {
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	w.verdict(p.Head())
	w.settle()
	head := w.push("change", compose("nginx:1.27.4"))
	run := w.verdict(head)
	w.settle()
	for _, press := range []func(*githubtest.User, int64) error{w.github.Rerequest, w.github.RerequestSuite} {
		if err := press(w.dev, run.ID); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	p.Comment(w.github.User("mona"), "/checkrein recheck")
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	must(w, w.repo.Deploy(w.dev, "main", "production", "success"))
	w.settle()
	w.verdict(githubtest.Must(w.repo.EnqueueMerge(w.dev, p)))
	w.settle()
	return w
}

// app.yml asks for what is used and for nothing else. That nothing more is needed the
// simulated GitHub proves: a token can do no more than the manifest grants.
func TestManifestAsksForWhatIsUsed(t *testing.T) {
	w := useEverything(t)
	used := w.github.Used()
	if diff := cmp.Diff(w.app.Permissions, used.Permissions); diff != "" {
		t.Errorf("permissions asked for (-) and used (+):\n%s", diff)
	}
	events := slices.Sorted(slices.Values(w.app.Events))
	if diff := cmp.Diff(events, used.Events); diff != "" {
		t.Errorf("events asked for (-) and used (+):\n%s", diff)
	}
}

// Every permission and event says what it is for.
func TestManifestSaysWhy(t *testing.T) {
	var root yaml.Node
	if err := yaml.Unmarshal(checkrein.Manifest, &root); err != nil {
		t.Fatal(err)
	}
	fields := root.Content[0].Content
	for i := 0; i < len(fields); i += 2 {
		switch fields[i].Value {
		case "public":
			if fields[i+1].Value != "false" {
				t.Errorf("public is %s, want false", fields[i+1].Value)
			}
		case "default_permissions", "default_events":
			for _, n := range fields[i+1].Content {
				if n.Kind == yaml.ScalarNode && n.LineComment == "" && !hasComment(fields[i+1].Content, n.Line) {
					t.Errorf("app.yml:%d: %s does not say what it is for", n.Line, n.Value)
				}
			}
		}
	}
}

func hasComment(nodes []*yaml.Node, line int) bool {
	return slices.ContainsFunc(nodes, func(n *yaml.Node) bool { return n.Line == line && n.LineComment != "" })
}

// GitHub's own table of what each operation and event needs, where it is at hand.
func TestManifestSatisfiesGitHubsTable(t *testing.T) {
	file := os.Getenv("CHECKREIN_PERMISSIONS")
	if file == "" {
		t.Skip("CHECKREIN_PERMISSIONS names no file with the permissions that operations need")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Operations []struct {
			Op    string
			Needs []string
		}
		Events []struct {
			Event string
			Needs []string
		}
	}
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	w := useEverything(t)
	needs := map[string][]string{}
	for _, o := range table.Operations {
		needs[parameters(o.Op)] = o.Needs
	}
	for operation := range maps.Keys(w.github.Count().Operations) {
		if wanted, ok := needs[parameters(operation)]; ok && !grants(w.app.Permissions, wanted) {
			t.Errorf("%s needs one of %v, app.yml grants %v", operation, wanted, w.app.Permissions)
		}
	}
	for _, e := range table.Events {
		if slices.Contains(w.app.Events, e.Event) && !grants(w.app.Permissions, e.Needs) {
			t.Errorf("event %s needs one of %v, app.yml grants %v", e.Event, e.Needs, w.app.Permissions)
		}
	}
}

// parameters makes the names of path parameters alike.
func parameters(operation string) string {
	parts := strings.Split(operation, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

func grants(granted map[string]string, needs []string) bool {
	levels := []string{"read", "write"}
	return len(needs) == 0 || slices.ContainsFunc(needs, func(need string) bool {
		name, level, ok := strings.Cut(need, ":")
		return !ok && need == "jwt" || slices.Index(levels, granted[name]) >= slices.Index(levels, level) && granted[name] != ""
	})
}
