package deploy_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// serve runs a block whose last command stays, until it is ready; it answers what the
// process has logged.
func (m *machine) serve(text string, environment map[string]string) (log string) {
	m.Helper()
	verb, scheme, listen := "serve", "http://", "CHECKREIN_LISTEN"
	if strings.Contains(text, "checkrein guard") {
		verb, listen = "guard", "CHECKREIN_GUARD_LISTEN"
	}
	m.listen(environment, verb)
	if strings.Contains(text, "CHECKREIN_GUARD_TLS_CERT=") {
		scheme = "https://"
	}
	text = strings.NewReplacer("=:8443", "="+environment[listen], "\\\n", "").Replace(strings.TrimSpace(text))
	before, last := "", text
	if i := strings.LastIndex(text, "\n"); i >= 0 {
		before, last = text[:i], text[i+1:]
	}
	m.run(block{where: "before it stays", text: before})
	begin, last := "", m.local(last)
	if i := strings.LastIndex(last, "; "); i >= 0 {
		begin, last = last[:i+2], last[i+2:]
	}
	p := m.start(m.clone, environment, "bash", "-euo", "pipefail", "-c", begin+"exec env "+last) // so that it gets the signals
	p.ready(environment["CHECKREIN_ADMIN_LISTEN"])
	path, want := "/webhook", http.StatusMethodNotAllowed
	if verb == "guard" {
		path, want = "/v2/", http.StatusUnauthorized
	}
	if status, body := m.get(scheme + environment[listen] + path); status != want {
		m.Errorf("%s answers %d %s", path, status, body)
	}
	p.stop()
	return p.log.String()
}

// TestServer starts what the documents start by hand.
func TestServer(t *testing.T) {
	binary := product(t)
	for _, b := range commands(t, "a server") {
		t.Run(b.where, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, nil)
			chain, key := m.certificate()
			m.write("etc/checkrein/tls.crt", chain, 0o600)
			m.write("etc/checkrein/tls.key", key, 0o600)
			m.write("var/lib/checkrein/in-use", []byte("# nothing\n"), 0o600)
			m.here = []string{"http://127.0.0.1:5000", m.github.RegistryURL}
			environment := map[string]string{"PATH": filepath.Dir(binary) + ":" + os.Getenv("PATH"), "GITHUB_API_URL": m.github.URL}
			if strings.Contains(b.text, "checkrein guard") {
				environment["CHECKREIN_GUARD_API_URL"], environment["CHECKREIN_GUARD_REGISTRY_URL"] = m.github.URL, m.github.RegistryURL
			}
			m.serve(b.text, environment)
		})
	}
}

// TestMachineWithBrowser registers the App and starts it with what the registration wrote.
func TestMachineWithBrowser(t *testing.T) {
	t.Parallel()
	blocks := commands(t, "a machine with a browser")
	if len(blocks) != 2 {
		t.Fatalf("there are %d blocks", len(blocks))
	}
	m, environment := newNewcomer(t), map[string]string{"PATH": filepath.Dir(product(t)) + ":" + os.Getenv("PATH")}
	m.register(blocks[0].text, environment)
	m.startRegistered(blocks[1].text, environment)
}

// newNewcomer is a machine of somebody who owns acme and has no App yet.
func newNewcomer(t *testing.T) *machine {
	t.Helper()
	m := newMachine(t, nil, githubtest.WithEnterprise())
	ada := m.github.User("ada")
	m.github.AddOwner("acme", ada)
	m.github.SignIn(ada)
	return m
}

// register runs a command that waits for somebody with a browser, and is that person. GitHub
// is where the test has it.
func (m *machine) register(command string, environment map[string]string) {
	m.Helper()
	setup := m.start(m.clone, environment, "bash", "-euc", "exec "+strings.TrimSpace(command)+" --github "+m.github.WebURL)
	offered, err := githubtest.Browse(setup.says(`http://127\.0\.0\.1:\d+/\S+`))
	if err != nil {
		m.Fatal(err)
	}
	for _, fields := range []map[string]string{nil, {"app_name": "Acme's Checkrein"}} { // ours, then GitHub's
		if offered, err = offered.Press(fields); err != nil {
			m.Fatal(err)
		}
	}
	<-setup.ended
	if setup.err != nil {
		m.Fatalf("%v\n%s", setup.err, setup.log.String())
	}
	if info, err := os.Stat(filepath.Join(m.clone, "checkrein.env")); err != nil || info.Mode().Perm() != 0o600 {
		m.Errorf("the credentials are %v, %v", info, err)
	}
}

// startRegistered starts the App that was registered: GitHub knows its key.
func (m *machine) startRegistered(text string, environment map[string]string) {
	m.Helper()
	log := m.serve(text, environment)
	if !strings.Contains(log, `"msg":"registered","app":"Acme's Checkrein"`) {
		m.Errorf("GitHub does not know it:\n%s", log)
	}
	if _, err := os.Stat(filepath.Join(m.clone, "checkrein.db")); err != nil {
		m.Errorf("the state is not kept in SQLite: %v", err)
	}
}
