package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry/guard"
)

const guardImage = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[{"digest":"sha256:%064d"}]}`

// guarded is a package with a tagged index of one image, and others that nothing needs.
type guarded struct {
	testing.TB
	github   *githubtest.Server
	pack     *githubtest.Package
	admin    *githubtest.User
	child    string
	lone     []string
	env      map[string]string
	database string
}

func newGuarded(t testing.TB) *guarded {
	t.Helper()
	g := &guarded{TB: t, github: githubtest.Must(githubtest.Start(githubtest.WithRates(githubtest.Rates{REST: 1e9, GraphQL: 1e9, Window: time.Hour, Status: http.StatusForbidden})))}
	t.Cleanup(g.github.Close)
	g.admin, g.pack = g.github.User("ada"), g.github.Package("acme", "app")
	if err := g.pack.Grant(g.admin, "admin"); err != nil {
		t.Fatal(err)
	}
	push := func(mediaType, manifest string, tags ...string) string {
		v := githubtest.Must(g.pack.Push(mediaType, []byte(manifest), tags...))
		if err := g.pack.Backdate(v.Digest, time.Now().Add(-48*time.Hour)); err != nil {
			t.Fatal(err)
		}
		return v.Digest
	}
	const image, index = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"
	g.child = push(image, fmt.Sprintf(guardImage, 0))
	push(index, `{"schemaVersion":2,"mediaType":"`+index+`","manifests":[{"mediaType":"`+image+`","digest":"`+g.child+`","size":1,"platform":{"os":"linux","architecture":"arm64"}}]}`, "prod")
	for i := range 5 {
		g.lone = append(g.lone, push(image, fmt.Sprintf(guardImage, i+1)))
	}
	g.database = filepath.Join(t.TempDir(), "guard.db")
	g.env = map[string]string{
		"CHECKREIN_GUARD_API_URL": g.github.URL, "CHECKREIN_GUARD_REGISTRY_URL": g.github.RegistryURL,
		"CHECKREIN_GUARD_LISTEN": "127.0.0.1:0", "CHECKREIN_ADMIN_LISTEN": "127.0.0.1:0", "CHECKREIN_DATABASE_URL": "sqlite:" + g.database,
	}
	return g
}

// start runs the guard until stop is called; address is where it listens.
func (g *guarded) start() (address string, log *lockedBuffer, stop func()) {
	g.Helper()
	config, err := app.ReadGuardConfig(g.Context(), func(name string) (string, bool) { v, ok := g.env[name]; return v, ok })
	if err != nil {
		g.Fatal(err)
	}
	log = &lockedBuffer{}
	one, err := app.NewGuard(g.Context(), config, "test", log)
	if err != nil {
		g.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- one.Run(ctx) }()
	stop = func() {
		cancel()
		if err := <-done; err != nil {
			g.Error(err)
		}
	}
	return "http://" + guardAddress(g, log), log, stop
}

var servingGuard = regexp.MustCompile(`"serving the guard","address":"([^"]+)"`)

func guardAddress(t testing.TB, log fmt.Stringer) string {
	t.Helper()
	for range 500 {
		if m := servingGuard.FindStringSubmatch(log.String()); m != nil {
			return m[1]
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the guard does not listen:\n%s", log)
	return ""
}

func (g *guarded) delete(address, digest string) int {
	g.Helper()
	for _, v := range g.pack.Versions() {
		if v.Digest != digest {
			continue
		}
		req, err := http.NewRequest("DELETE", fmt.Sprintf("%s/orgs/acme/packages/container/app/versions/%d", address, v.ID), nil)
		if err != nil {
			g.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+g.admin.Token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	g.Fatalf("no version %s", digest)
	return 0
}

// TestGuardAlone: what it decides is in the journal after a restart, and no credential is
// in anything that was written.
func TestGuardAlone(t *testing.T) {
	g := newGuarded(t)
	address, log, stop := g.start()
	if status := g.delete(address, g.child); status != http.StatusForbidden {
		t.Errorf("the child: %d", status)
	}
	if status := g.delete(address, g.lone[0]); status != http.StatusNoContent {
		t.Errorf("the lone one: %d", status)
	}
	at := regexp.MustCompile(`"serving health and metrics","address":"([^"]+)"`).FindStringSubmatch(log.String())
	told := metrics(t, at[1])
	for _, want := range []string{`{code="referenced",event="refused"} 1`, `{code="",event="deleted"} 1`, `{code="",event="restore failed"} 0`} {
		if !strings.Contains(told, "checkrein_guard_records_total"+want) {
			t.Errorf("no metric says %s:\n%s", want, told)
		}
	}
	stop()
	address, second, stop := g.start()
	if status := g.delete(address, g.child); status != http.StatusForbidden {
		t.Errorf("the child after a restart: %d", status)
	}
	stop()
	records, err := store.ReadGuardLog(t.Context(), "sqlite:"+g.database, "acme/app", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	for _, r := range records {
		events = append(events, string(r.Event)+" by "+r.Who)
	}
	if got := strings.Join(events, ", "); got != "refused by ada, intended by ada, deleted by ada, refused by ada" {
		t.Errorf("journal: %s", got)
	}
	if why := records[0].Why; !strings.HasPrefix(why, "prod -> sha256:") || !strings.HasSuffix(why, " -> linux/arm64") {
		t.Errorf("why %q", why)
	}
	files, err := filepath.Glob(g.database + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	written := []byte(log.String() + second.String())
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		written = append(written, data...)
	}
	if bytes.Contains(written, []byte(g.admin.Token)) {
		t.Error("a credential was written")
	}
}

// TestGuardKilledInDoubt: a guard that is killed between the intent and its outcome finds
// out what happened before anything else of the package goes.
func TestGuardKilledInDoubt(t *testing.T) {
	g := newGuarded(t)
	process := g.spawn()
	address := "http://" + guardAddress(t, process.log)
	g.github.Fault(githubtest.Match{Method: "DELETE"}, githubtest.Action{After: process.kill})
	g.delete(address, g.lone[0])
	if _, there := g.pack.Version(g.lone[0]); there {
		t.Fatal("nothing was forwarded: the test is none")
	}
	process = g.spawn()
	address = "http://" + guardAddress(t, process.log)
	g.github.Fault(githubtest.Match{Method: "GET", Path: regexp.MustCompile(`/versions/\d+$`), Nth: 2}, githubtest.Action{Status: 500})
	if status := g.delete(address, g.lone[1]); status != http.StatusForbidden {
		t.Errorf("in doubt: %d", status)
	}
	if status := g.delete(address, g.lone[1]); status != http.StatusNoContent {
		t.Errorf("once it is known: %d", status)
	}
	process.kill()
	records, err := store.ReadGuardLog(t.Context(), "sqlite:"+g.database, "", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(records) < 2 || records[0].Event != guard.Intended {
		t.Errorf("journal: %+v", records)
	}
}

// guardProcess is the guard as a process of its own.
type guardProcess struct {
	cmd *exec.Cmd
	log *lockedBuffer
}

func (g *guarded) spawn() *guardProcess {
	g.Helper()
	p := &guardProcess{log: &lockedBuffer{}}
	p.cmd = &exec.Cmd{Path: githubtest.Must(os.Executable()), Args: []string{"checkrein", "guard"}, Stderr: p.log}
	for name, value := range g.env {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	if err := p.cmd.Start(); err != nil {
		g.Fatal(err)
	}
	g.Cleanup(p.kill)
	return p
}

// kill ends the process as a power failure does, and waits until it is gone.
func (p *guardProcess) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func guardAlone() int {
	config, err := app.ReadGuardConfig(context.Background(), os.LookupEnv)
	if err != nil {
		return refuse(err)
	}
	g, err := app.NewGuard(context.Background(), config, "test", os.Stderr)
	if err != nil {
		return refuse(err)
	}
	if err := g.Run(context.Background()); err != nil {
		return refuse(err)
	}
	return 0
}

// TestGuardConfigRefuses says which variable is wrong.
func TestGuardConfigRefuses(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("version: 7\nsha256:x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, value, want string }{
		{"CHECKREIN_GUARD_LISTEN", ":8081", "which others can reach"},
		{"CHECKREIN_GUARD_LISTEN", "0.0.0.0:8081", "which others can reach"},
		{"CHECKREIN_GUARD_LISTEN", "8081", "expected HOST:PORT"},
		{"CHECKREIN_GUARD_TLS_CERT", bad, "CHECKREIN_GUARD_TLS_KEY is empty"},
		{"CHECKREIN_GUARD_API_URL", "http://127.0.0.1:8081", "which is the guard itself"},
		{"CHECKREIN_GUARD_REGISTRY_URL", "http://localhost:8081", "which is the guard itself"},
		{"CHECKREIN_GUARD_API_URL", "https://u:hunter2@h", "holds credentials"},
		{"CHECKREIN_GUARD_API_URL", "api.github.com", "expected https://HOST"},
		{"CHECKREIN_GUARD_PREFIX", "/v2", "CHECKREIN_GUARD_PREFIX"},
		{"CHECKREIN_GUARD_PREFIX", "guard", "CHECKREIN_GUARD_PREFIX"},
		{"CHECKREIN_GUARD_MODE", "log", "expected refuse or hide"},
		{"CHECKREIN_GUARD_GRACE", "soon", "CHECKREIN_GUARD_GRACE"},
		{"CHECKREIN_GUARD_POLICY", bad, "CHECKREIN_GUARD_POLICY"},
		{"CHECKREIN_GUARD_KEEP", bad, "CHECKREIN_GUARD_KEEP"},
		{"CHECKREIN_GUARD_KEEP", bad + "x", "CHECKREIN_GUARD_KEEP"},
		{"CHECKREIN_LOG_LEVEL", "loud", "CHECKREIN_LOG_LEVEL"},
	} {
		t.Run(c.name+" "+c.value, func(t *testing.T) {
			_, err := app.ReadGuardConfig(t.Context(), func(name string) (string, bool) {
				v, ok := map[string]string{c.name: c.value}[name]
				return v, ok
			})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

// TestGuardInsideTheApp: any of its variables starts the guard with the App; what it
// decides is in the App's database.
func TestGuardInsideTheApp(t *testing.T) {
	g := newGuarded(t)
	w := newGitHub(t, compose("nginx:1.27.3"))
	env := map[string]string{
		"GITHUB_APP_ID": "4711", "GITHUB_APP_PRIVATE_KEY": string(w.app.PEM()), "GITHUB_WEBHOOK_SECRET": secret, "GITHUB_API_URL": w.github.URL,
		"CHECKREIN_DATABASE_URL": w.config.DatabaseURL, "CHECKREIN_ADMIN_LISTEN": "127.0.0.1:0", "CHECKREIN_LOG_LEVEL": "debug",
	}
	read := func() app.Config {
		config, err := app.ReadConfig(t.Context(), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		if err != nil {
			t.Fatal(err)
		}
		return config
	}
	if read().Guard != nil {
		t.Fatal("nothing asks for a guard, and there is one")
	}
	env["CHECKREIN_GUARD_MODE"] = "refuse"
	if read().Guard == nil {
		t.Fatal("one variable is set, and there is no guard")
	}
	for name, value := range g.env {
		if strings.HasPrefix(name, "CHECKREIN_GUARD_") {
			env[name] = value
		}
	}
	w.config = read()
	w.start()
	address := "http://" + guardAddress(t, w.log)
	if status := g.delete(address, g.child); status != http.StatusForbidden {
		t.Errorf("the child: %d", status)
	}
	if status := g.delete(address, g.lone[0]); status != http.StatusNoContent {
		t.Errorf("the lone one: %d", status)
	}
	w.stop()
	records, err := store.ReadGuardLog(t.Context(), w.config.DatabaseURL, "acme/app", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	for _, r := range records {
		events = append(events, string(r.Event))
	}
	if got := strings.Join(events, ", "); got != "refused, intended, deleted" {
		t.Errorf("journal in the App's database: %s", got)
	}
	if strings.Contains(w.log.String(), g.admin.Token) {
		t.Error("a caller's credential is in the App's log")
	}
}

// metrics are what an address for health and metrics tells.
func metrics(t testing.TB, address string) string {
	t.Helper()
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
