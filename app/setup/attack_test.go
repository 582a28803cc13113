package setup

import (
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// TestForeignAddress: a page of the internet whose name was made to lead to this machine
// reads nothing, and neither does who has not the whole address.
func TestForeignAddress(t *testing.T) {
	w := newWorld(t)
	_, port, _ := net.SplitHostPort(w.address)
	for name, c := range map[string]struct {
		host, path string
		want       int
	}{
		"another name":           {"evil.example.com", w.start(), 421},
		"another name, the port": {"evil.example.com:" + port, w.start(), 421},
		"localhost":              {"localhost:" + port, w.start(), 421},
		"another port":           {"127.0.0.1:1", w.start(), 421},
		"no port":                {"127.0.0.1", w.start(), 421},
		"another name, callback": {"evil.example.com", callback + "?state=x&code=y", 421},
		"no key":                 {w.address, "/", 404},
		"another key":            {w.address, "/" + strings.Repeat("A", len(w.key)) + "/", 404},
		"part of the key":        {w.address, "/" + w.key[:10] + "/", 404},
		"another key, change":    {w.address, "/x/change", 404},
		"the address":            {w.address, w.start(), 200},
	} {
		req := githubtest.Must(http.NewRequest(http.MethodGet, "http://"+w.address+c.path, nil))
		req.Host = c.host
		got := w.browse(req).says(c.want)
		if c.want != 200 && strings.Contains(got.text, w.key) {
			t.Errorf("%s: the answer holds the key", name)
		}
		if c.want != got.status {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

// TestForeignForm: no other page can have the browser send the form, even with the key.
func TestForeignForm(t *testing.T) {
	w := newWorld(t)
	for name, header := range map[string]http.Header{
		"by fetch metadata": {"Sec-Fetch-Site": {"cross-site"}},
		"same site":         {"Sec-Fetch-Site": {"same-site"}},
		"by origin":         {"Origin": {"https://evil.example.com"}},
		"another port":      {"Origin": {"http://127.0.0.1:1"}},
	} {
		for _, path := range []string{w.start(), w.start() + "retry"} {
			body := url.Values{"owner": {"acme"}, "webhook": {"https://evil.example.com"}, "github": {w.github.WebURL}}.Encode()
			req := githubtest.Must(http.NewRequest(http.MethodPost, "http://"+w.address+path, strings.NewReader(body)))
			req.Header = header
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if got := w.browse(req); got.status != 403 || strings.Contains(got.text, w.key) {
				t.Errorf("%s to %s: %d", name, path, got.status)
			}
		}
	}
	if len(w.attempts.open) > 0 {
		t.Error("a foreign form began an attempt")
	}
}

// TestHeaders: every answer may be kept, framed and run by nobody, and its forms lead
// where they should.
func TestHeaders(t *testing.T) {
	w := newWorld(t)
	sum := sha256.Sum256([]byte(style))
	for name, c := range map[string]struct {
		page  page
		forms string
	}{
		"first page":  {w.open(w.URL()), "'self'"},
		"second page": {w.offered(), w.github.WebURL},
		"nothing":     {w.open("http://" + w.address + "/nothing"), "'self'"},
	} {
		p := c.page
		policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action " + c.forms +
			"; base-uri 'none'; frame-ancestors 'none'"
		for header, want := range map[string]string{"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Frame-Options": "DENY",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin", "Content-Type": "text/html; charset=utf-8"} {
			if got := p.header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if styled := p.one("style").FirstChild.Data; styled != style {
			t.Errorf("%s: the style is not the one whose hash is told", name)
		}
		for _, tag := range []string{"script", "link", "img", "iframe"} {
			if len(find(p.root, tag)) > 0 {
				t.Errorf("%s: the page has a %s", name, tag)
			}
		}
	}
}

// TestState: an answer counts once, and only one that this page has asked for.
func TestState(t *testing.T) {
	w := newWorld(t)
	used := stateOf(w.offered())
	if other := stateOf(w.offered()); other == used || len(used) < 43 {
		t.Fatalf("states %q and %q", used, other)
	}
	back := func(state string) page { return w.open("http://" + w.address + callback + "?code=abc&state=" + state) }
	for _, wrong := range []string{"", "x", used[:42], used + "x", strings.ToLower(used)} {
		if got := back(wrong).says(403, "belongs to no attempt", "delete it there"); strings.Contains(got.text, w.key) {
			t.Error("whoever made it up is told the address")
		}
	}
	if got := w.github.Tally()["POST /app-manifests/{code}/conversions"]; got != 0 {
		t.Fatalf("a code of nobody's was exchanged %d times", got)
	}
	back(used).says(502, "does not know the code")
	back(used).says(403, "belongs to no attempt")
	if got := w.github.Tally()["POST /app-manifests/{code}/conversions"]; got != 1 {
		t.Errorf("%d exchanges", got)
	}
	post := githubtest.Must(http.NewRequest(http.MethodPost, "http://"+w.address+callback+"?code=abc&state="+stateOf(w.offered()), nil))
	w.browse(post).says(405)
}

// TestAttempts: two pages that are open at once both work; they are bounded.
func TestAttempts(t *testing.T) {
	var a attempts
	first, second := a.add(attempt{organization: "one"}), a.add(attempt{organization: "two"})
	if got, ok := a.take(first.state); !ok || got != first {
		t.Errorf("the first: %+v, %v", got, ok)
	}
	if _, ok := a.take(first.state); ok {
		t.Error("the first counts twice")
	}
	if got, ok := a.take(second.state); !ok || got != second {
		t.Errorf("the second: %+v, %v", got, ok)
	}
	oldest := a.add(attempt{})
	for range kept {
		a.add(attempt{})
	}
	if _, ok := a.take(oldest.state); ok || len(a.open) != kept {
		t.Errorf("%d are kept, the oldest too: %v", len(a.open), ok)
	}
}

// TestHostileAnswers: what a GitHub sends goes into a file that a shell reads, and onto
// pages and terminals.
func TestHostileAnswers(t *testing.T) {
	w := newWorld(t)
	state := stateOf(w.offered())
	p := w.open("http://" + w.address + callback + "?state=" + state + "&error=" + url.QueryEscape("<script>alert(1)</script>") +
		"&error_description=" + url.QueryEscape(strings.Repeat("x", 5000)))
	p.says(403, "<script>alert(1)</script>")
	if len(find(p.root, "script")) > 0 || strings.Contains(words(p.root), strings.Repeat("x", 200)) {
		t.Errorf("the page repeats it: %s", p.text)
	}
	good := App{GitHub: GitHub{Web: "https://github.com", API: "https://api.github.com", Apps: "/apps/"}}
	good.ID, good.Slug, good.PEM, good.WebhookSecret = 7, "mine", "PEM\nPEM\n", "hush"
	if text, err := good.Environment(); err != nil || !strings.Contains(text, "\nGITHUB_APP_PRIVATE_KEY='PEM\nPEM'\n") {
		t.Fatalf("%v: %s", err, text)
	}
	for name, change := range map[string]func(*App){
		"quote in the secret":      func(a *App) { a.WebhookSecret = "a'; rm -rf /; '" },
		"line break in the secret": func(a *App) { a.WebhookSecret = "a\nPATH=/tmp" },
		"quote in the key":         func(a *App) { a.PEM = "'$(id)'" },
		"line break in the slug":   func(a *App) { a.Slug = "mine\nPATH=/tmp" },
		"no slug":                  func(a *App) { a.Slug = "" },
	} {
		a := good
		change(&a)
		if text, err := a.Environment(); err == nil || text != "" || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	for _, page := range []string{"javascript:alert(1)", "https://evil.example.com/apps/mine", "https://github.com.evil.example.com/mine", "https://github.com/apps/mine\x1b[2J", ""} {
		a := good
		a.HTMLURL = page
		if got := a.InstallURL(); got != "https://github.com/apps/mine/installations/new" {
			t.Errorf("%q: %s", page, got)
		}
	}
}

// TestListen: the page is for this machine.
func TestListen(t *testing.T) {
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "localhost:0", "example.com:80", "127.0.0.1", "", "[::ffff:192.0.2.1]:0"} {
		if l, err := Listen(t.Context(), address); err == nil || !strings.Contains(err.Error(), "expected 127.0.0.1:PORT") {
			t.Errorf("%q: %v", address, err)
			if err == nil {
				l.Close()
			}
		}
	}
	l := githubtest.Must(Listen(t.Context(), "127.0.0.1:0"))
	defer l.Close()
	if _, err := Listen(t.Context(), l.Addr().String()); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Error(err)
	}
}

// TestFile: nothing that is there is lost, and nobody else reads what is written.
func TestFile(t *testing.T) {
	t.Chdir(t.TempDir())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	holds := func(name, want string) {
		t.Helper()
		if got := string(githubtest.Must(os.ReadFile(name))); got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
		if mode := githubtest.Must(os.Lstat(name)).Mode(); mode != 0o600 {
			t.Errorf("%s has mode %v", name, mode)
		}
	}
	fresh := File{Path: "new.env"}
	must(fresh.Check())
	must(fresh.Write("one"))
	holds("new.env", "one")
	if err := fresh.Check(); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Error(err)
	}
	if err := fresh.Write("two"); err == nil {
		t.Error("it was overwritten")
	}
	holds("new.env", "one")

	must(os.Chmod("new.env", 0o644))
	forced := File{Path: "new.env", Force: true}
	must(forced.Check())
	must(forced.Write("three"))
	holds("new.env", "three")

	// A link that leads elsewhere is neither followed nor overwritten.
	must(os.WriteFile("precious", []byte("precious"), 0o600))
	must(os.Symlink("precious", "link.env"))
	must(os.Symlink("nowhere", "dangling.env"))
	for _, name := range []string{"link.env", "dangling.env"} {
		if f := (File{Path: name}); f.Check() == nil || f.Write("four") == nil {
			t.Errorf("%s was followed", name)
		}
	}
	must(File{Path: "link.env", Force: true}.Write("five"))
	holds("link.env", "five")
	holds("precious", "precious")

	if err := (File{Path: "no/such/folder.env"}).Check(); err == nil {
		t.Error("a folder that is not there")
	}
	if left := githubtest.Must(os.ReadDir(".")); len(left) != 4 {
		t.Errorf("left behind: %v", left)
	}
}
