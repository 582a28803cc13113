package deploy_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/fixtures/registrytest"
)

// operated is a machine with systemd on which Checkrein runs, for acme/shop.
type operated struct {
	*machine
	units    *manager
	settings map[string]string // of the unit
	repo     *githubtest.Repo
	events   int      // that were caused
	last     *process // of the App, when it was looked at
}

// newOperated runs the documented commands that install the App and the guard. What listens
// at a port, and where GitHub is, stands in the settings, as it may.
func newOperated(t *testing.T) *operated {
	t.Helper()
	needs(t, "curl", "git", "openssl", "sqlite3")
	m := newMachine(t, map[string]string{"sudo": `exec env "$@"`, "go": "cp " + product(t) + " checkrein", "systemctl": systemctl})
	o := &operated{machine: m, units: newManager(m), settings: map[string]string{}}
	for verb, file := range map[string]string{"serve": "checkrein.env", "guard": "guard.env"} {
		settings := map[string]string{}
		m.settle(settings, verb)
		delete(settings, "GITHUB_APP_ID") // the commands set it
		text := m.read("clone/deploy/systemd/" + file)
		for name, value := range settings {
			text += name + "=" + value + "\n"
			o.settings[verb+" "+name] = value
		}
		m.write("clone/deploy/systemd/"+file, []byte(text), 0o600)
	}
	m.here = []string{"localhost:9090", o.settings["serve CHECKREIN_ADMIN_LISTEN"], "guard.example.com:8443", o.settings["guard CHECKREIN_GUARD_LISTEN"]}
	o.publish()
	o.repo = githubtest.Must(m.github.CreateRepo("acme", "shop", githubtest.Txtar([]byte("-- README.md --\nhello\n"))))
	o.repo.RequireCheck("checkrein", m.app)
	m.github.Install(m.app, "acme")
	m.app.SetWebhook("https://checkrein.example.com/webhook", webhookSecret) // only now: nothing is delivered there
	for _, b := range commands(t, "a machine with systemd") {
		m.run(b)
	}
	o.anew()
	o.ready("checkrein-guard.service")
	return o
}

// ready waits until what a unit started is, and is it.
func (o *operated) ready(unit string) {
	o.Helper()
	p := o.units.process(unit)
	if p == nil {
		o.Fatalf("%s does not run", unit)
	}
	verb := map[string]string{"checkrein.service": "serve", "checkrein-guard.service": "guard"}[unit]
	p.ready(o.settings[verb+" CHECKREIN_ADMIN_LISTEN"])
}

// anew waits until the App is ready that was started since it was last looked at.
func (o *operated) anew() {
	o.Helper()
	o.ready("checkrein.service")
	p := o.units.process("checkrein.service")
	if p == o.last {
		o.Error("it was not started again")
	}
	o.last = p
}

// accepts is whether the App takes in what is signed with a secret.
func (o *operated) accepts(secret string) bool {
	o.Helper()
	const body = `{"zen":"Keep it logically awesome.","hook_id":1}`
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	req, err := http.NewRequest(http.MethodPost, "http://"+o.settings["serve CHECKREIN_LISTEN"]+"/webhook", strings.NewReader(body))
	if err != nil {
		o.Fatal(err)
	}
	req.Header.Set("X-GitHub-Event", "ping")
	req.Header.Set("X-GitHub-Delivery", "00000000-0000-0000-0000-000000000001")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		o.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent && resp.StatusCode != http.StatusUnauthorized {
		o.Fatalf("a ping is answered with %s", resp.Status)
	}
	return resp.StatusCode == http.StatusNoContent
}

// cause opens a pull request, and waits until the App's database has the event.
func (o *operated) cause(secret, database string) {
	o.Helper()
	o.app.SetWebhook("http://"+o.settings["serve CHECKREIN_LISTEN"]+"/webhook", secret)
	before := o.stored(database)
	o.events++
	branch := fmt.Sprintf("change-%d", o.events)
	githubtest.Must(o.repo.Commit(branch, "Change", githubtest.Txtar([]byte("-- "+branch+" --\nhello\n"))))
	githubtest.Must(o.repo.OpenPull(o.github.User("dana"), branch, "main"))
	for end := time.Now().Add(20 * time.Second); o.stored(database) <= before; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			o.Fatal("the event does not arrive")
		}
	}
	o.app.SetWebhook("", secret)
}

// stored is how many of these events a database has, as its own command tells. Others that
// come with them may come later.
func (o *operated) stored(database string) (n int) {
	o.Helper()
	out, code := o.shell(database + ` "SELECT count(*) FROM deliveries WHERE event = 'pull_request'"`)
	if _, err := fmt.Sscan(out, &n); err != nil || code != 0 {
		o.Fatalf("count events: %v\n%s", err, out)
	}
	return n
}

// step is what happens around a block of a story.
type step struct {
	where  string // part of the block's document and heading
	before func()
	run    func(block) // nil: as everywhere
	after  func()
}

// follow runs the blocks of a place in order, each with its step.
func (o *operated) follow(place string, steps []step) {
	o.Helper()
	blocks := commands(o.T, place)
	if len(blocks) != len(steps) {
		o.Fatalf("%d blocks run in %s, and %d steps are told of them", len(blocks), place, len(steps))
	}
	for i, s := range steps {
		if !strings.Contains(blocks[i].where, s.where) {
			o.Fatalf("the block after %d others is in %q, not in %q", i, blocks[i].where, s.where)
		}
		if s.before != nil {
			s.before()
		}
		if s.run == nil {
			s.run = o.run
		}
		s.run(blocks[i])
		if s.after != nil {
			s.after()
		}
	}
}

// TestMachineWithSystemd installs the App and the guard, operates them, and removes them.
func TestMachineWithSystemd(t *testing.T) {
	t.Parallel()
	o := newOperated(t)
	for _, name := range []string{"checkrein.service", "checkrein-guard.service"} {
		o.installed(name)
	}
	if status, body := o.get("https://" + o.settings["guard CHECKREIN_GUARD_LISTEN"] + "/v2/"); status != http.StatusUnauthorized {
		t.Errorf("the guard answers %d %s", status, body)
	}
	if !o.accepts(webhookSecret) || o.accepts("another") {
		t.Error("the webhook's secret is another one")
	}
	const database = "sqlite3 /var/lib/checkrein/checkrein.db"
	secret := ""
	events := 0
	kept := func() {
		o.anew()
		if got := o.stored(database); got != events {
			t.Errorf("%d events are there, want %d", got, events)
		}
	}
	o.follow("a running server", []step{
		{where: "Secrets", after: func() {
			o.anew()
			secret = strings.TrimSpace(o.read("clone/new"))
			if len(secret) != 64 || !o.accepts(secret) || !o.accepts(webhookSecret) {
				t.Errorf("both secrets do not count: %q", secret)
			}
		}},
		{where: "Secrets", after: func() {
			o.anew()
			if !o.accepts(secret) || o.accepts(webhookSecret) {
				t.Error("the new secret does not count alone")
			}
		}},
		{where: "What was refused", before: o.push},
		{where: "What was refused", before: o.journalled},
		{where: "Doctor", after: func() { o.cause(secret, database) }},
		{where: "Health and metrics"},
		{where: "Upgrade", before: func() { events = o.stored(database) }, after: func() {
			kept()
			if got := o.read("clone/NEWS"); got == "" {
				t.Error("nothing new was fetched")
			}
		}},
		{where: "Backup and restore", after: func() { o.cause(secret, database) }},
		{where: "Backup and restore", after: kept},
		{where: "Remove it", after: func() { o.removed() }},
	})
}

// installed finds everything where a unit looks for it, as nobody else may read it.
func (o *operated) installed(name string) {
	o.Helper()
	u := readUnit(o.T, name)
	mode := map[string]os.FileMode{
		strings.Fields(u["ExecStart"][0])[0]:             0o755,
		strings.TrimPrefix(u["EnvironmentFile"][0], "-"): 0o644,
		"/etc/systemd/system/" + name:                    0o644,
	}
	for _, line := range u["LoadCredential"] {
		_, path, _ := strings.Cut(line, ":")
		mode[path] = 0o600
	}
	for path, want := range mode {
		info, err := os.Stat(filepath.Join(o.root, path))
		if err != nil || info.Mode().Perm() != want || info.Size() == 0 {
			o.Errorf("%s: %s is %v, %v", name, path, info, err)
		}
	}
}

// push puts an image for two platforms into acme/app two days ago, and has its deletion
// asked for with the token of somebody who may delete it.
func (o *operated) push() {
	o.Helper()
	ada, pack, image := o.github.User("ada"), o.github.Package("acme", "app"), registrytest.Buildx("app", "linux/arm64")
	if err := pack.Grant(ada, "admin"); err != nil {
		o.Fatal(err)
	}
	if err := registrytest.Push(o.Context(), pack.Image(), registrytest.Login(ada.Token), image, "prod"); err != nil {
		o.Fatal(err)
	}
	for _, v := range pack.Versions() {
		if err := pack.Backdate(v.Digest, time.Now().Add(-48*time.Hour)); err != nil {
			o.Fatal(err)
		}
	}
	child, _ := pack.Version(image.Children[0].Digest())
	o.here = append(o.here, "versions/1001", fmt.Sprintf("versions/%d", child.ID))
	o.environment = append(o.environment, "TOKEN="+ada.Token, "CURL_CA_BUNDLE="+filepath.Join(o.clone, "guard.crt"))
}

// journalled waits until the guard has written down what it did.
func (o *operated) journalled() {
	o.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		out, code := o.shell(`sqlite3 /var/lib/checkrein-guard/checkrein-guard.db 'SELECT count(*) FROM decisions'`)
		if code == 0 && strings.TrimSpace(out) != "0" {
			return
		}
		if time.Now().After(end) {
			o.Fatalf("the journal stays empty: %s", out)
		}
	}
}

// removed: nothing of it is left, but for the clone and the backup.
func (o *operated) removed() {
	o.Helper()
	for _, unit := range []string{"checkrein.service", "checkrein-guard.service"} {
		if o.units.process(unit) != nil {
			o.Errorf("%s still runs", unit)
		}
	}
	out, err := exec.Command("find", filepath.Join(o.root, "etc"), filepath.Join(o.root, "usr"), filepath.Join(o.root, "var"), "-type", "f").CombinedOutput()
	if err != nil || len(out) > 0 {
		o.Errorf("%v\n%s", err, out)
	}
}
