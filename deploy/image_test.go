package deploy_test

import (
	"archive/tar"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/checkrein/checkrein/fixtures/registrytest"
)

// tool is a program that .ci/tools builds and .ci/deploy names; without it the test skips.
func tool(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("%s does not name the program: .ci/deploy does", variable)
	}
	return path
}

// TestImage builds the image as a release does, but for the base, into a registry of this
// process, and looks at what arrived.
func TestImage(t *testing.T) {
	t.Parallel()
	ko := tool(t, "CHECKREIN_KO")
	registry := registrytest.Start()
	t.Cleanup(registry.Close)
	ref := buildImage(t, ko, registry)
	image, err := remote.Image(ref)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.Config.User != "65532:65532" {
		t.Errorf("it runs as %q", config.Config.User)
	}
	if diff := cmp.Diff([]string{entryPoint}, config.Config.Entrypoint); diff != "" || len(config.Config.Cmd) > 0 {
		t.Errorf("entry point (-want +got):\n%s\ncommand %q", diff, config.Config.Cmd)
	}
	if got := config.Config.Labels["org.opencontainers.image.source"]; got != "https://github.com/checkrein/checkrein" {
		t.Errorf("the source is %q", got)
	}
	for _, variable := range config.Config.Env {
		name, _, _ := strings.Cut(variable, "=")
		if !slices.Contains([]string{"PATH", "KO_DATA_PATH", "SSL_CERT_FILE"}, name) {
			t.Errorf("the environment has %s", variable)
		}
	}
	binary := unpack(t, image)
	static(t, binary)
	bill(t, ref, image)

	o := newOperator(t)
	environment := map[string]string{
		"GITHUB_APP_PRIVATE_KEY_FILE": o.file("private-key", o.app.PEM()),
		"GITHUB_WEBHOOK_SECRET_FILE":  o.file("webhook-secret", []byte(webhookSecret)),
		"CHECKREIN_DATABASE_URL":      "sqlite:" + filepath.Join(o.folder, "checkrein.db"),
	}
	for _, variable := range config.Config.Env {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	o.settle(environment, "serve")
	p := o.start("/", environment, binary, "serve")
	p.ready(environment["CHECKREIN_ADMIN_LISTEN"])
	if status, body := o.get("http://" + environment["CHECKREIN_LISTEN"] + "/webhook"); status != http.StatusMethodNotAllowed {
		t.Errorf("/webhook answers %d %s", status, body)
	}
	p.stop()
}

// buildImage runs the documented command with a base that is made here, and answers what it pushed.
func buildImage(t *testing.T, ko string, registry *registrytest.Registry) name.Reference {
	t.Helper()
	layer, err := crane.Layer(map[string][]byte{"etc/passwd": []byte("nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n")})
	if err != nil {
		t.Fatal(err)
	}
	base, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	config, err := base.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	if base, err = mutate.ConfigFile(base, config); err != nil {
		t.Fatal(err)
	}
	if err := crane.Push(base, registry.Image("base")+":made-here"); err != nil {
		t.Fatal(err)
	}
	blocks := commands(t, "a machine with a registry")
	command := strings.Replace(strings.TrimSpace(blocks[0].text), "registry.example.com/checkrein", registry.Image("checkrein"), 1)
	if len(blocks) != 1 || strings.Contains(command, "registry.example.com") {
		t.Fatalf("%d blocks build %s", len(blocks), command)
	}
	cmd := exec.Command("bash", "-euc", command+" --platform=linux/"+runtime.GOARCH)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CHECKREIN_KO="+ko, "KO_DEFAULTBASEIMAGE="+registry.Image("base")+":made-here", "DOCKER_CONFIG="+t.TempDir())
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("deploy/image: %v\n%s", err, log.String())
	}
	ref, err := name.ParseReference(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// unpack writes the program of the image to a file; nothing else may be in the image than
// what the base has.
func unpack(t *testing.T, image v1.Image) string {
	t.Helper()
	var size int64
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		n, err := l.Size()
		if err != nil {
			t.Fatal(err)
		}
		size += n
	}
	t.Logf("the image has %.1f MB", float64(size)/1e6)
	if size > 60e6 {
		t.Errorf("the image has %d bytes", size)
	}
	path := filepath.Join(scratch, "from-image")
	var names []string
	rootfs := mutate.Extract(image)
	defer rootfs.Close()
	for files := tar.NewReader(rootfs); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		names = append(names, strings.TrimPrefix(header.Name, "/"))
		if strings.HasSuffix(header.Name, "ko-app/checkrein") {
			if err := write(path, files); err != nil {
				t.Fatal(err)
			}
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"etc/passwd", "ko-app/checkrein"}, names); diff != "" {
		t.Fatalf("files of the image (-want +got):\n%s", diff)
	}
	return path
}

func write(path string, from io.Reader) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o700)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, from); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}

// static: nothing of the base is needed to run it.
func static(t *testing.T, path string) {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("the program has a %v", p.Type)
		}
	}
}

// bill: the list of what is in the image lies beside it and names what was built in.
func bill(t *testing.T, ref name.Reference, image v1.Image) {
	t.Helper()
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	list, err := remote.Image(ref.Context().Tag(fmt.Sprintf("%s-%s.sbom", digest.Algorithm, digest.Hex)))
	if err != nil {
		t.Fatalf("no list of contents: %v", err)
	}
	layers, err := list.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	var spdx struct {
		Version  string `json:"spdxVersion"`
		Packages []struct{ Name string }
	}
	if err := json.NewDecoder(content).Decode(&spdx); err != nil || !strings.HasPrefix(spdx.Version, "SPDX-") {
		t.Fatalf("the list is %q: %v", spdx.Version, err)
	}
	var names []string
	for _, p := range spdx.Packages {
		names = append(names, p.Name)
	}
	for _, want := range []string{"github.com/checkrein/checkrein", "modernc.org/sqlite", "github.com/google/go-github/v60"} {
		if !slices.Contains(names, want) {
			t.Errorf("the list of %d packages lacks %s", len(names), want)
		}
	}
}
