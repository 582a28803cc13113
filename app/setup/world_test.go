package setup

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// world is a setup that runs, and a GitHub where mona, who owns acme, is signed in.
type world struct {
	*testing.T
	*Setup
	github *githubtest.Server
	file   File
	stop   context.CancelFunc
	ended  chan struct{}
	app    App
	err    error

	mu   sync.Mutex
	told []string
}

// tune changes a configuration before the setup is made.
type tune func(w *world, c *Config)

func newWorld(t *testing.T, tunes ...tune) *world {
	t.Helper()
	return newWorldAt(t, nil, tunes...)
}

func newWorldAt(t *testing.T, now func() time.Time, tunes ...tune) *world {
	t.Helper()
	options := []githubtest.Option{githubtest.WithEnterprise()}
	if now != nil {
		options = append(options, githubtest.WithClock(now))
	}
	w := &world{T: t, file: File{Path: filepath.Join(t.TempDir(), "checkrein.env")}, ended: make(chan struct{})}
	w.github = githubtest.Must(githubtest.Start(options...))
	t.Cleanup(w.github.Close)
	mona := w.github.User("mona")
	w.github.AddOwner("acme", mona)
	w.github.SignIn(mona)
	listener := githubtest.Must(Listen(t.Context(), "127.0.0.1:0"))
	config := Config{Manifest: checkrein.Manifest, GitHub: w.github.WebURL, Keep: w.keep,
		Redeem: func(ctx context.Context, api, code string) (hub.Registered, error) {
			return hub.Redeem(ctx, hub.Config{APIURL: api}, code)
		},
		Tell: func(text string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, text)
		},
	}
	for _, change := range tunes {
		change(w, &config)
	}
	w.Setup = githubtest.Must(New(config, listener))
	var ctx context.Context
	ctx, w.stop = context.WithCancel(context.Background())
	go func() {
		defer close(w.ended)
		w.app, w.err = w.Setup.Run(ctx)
	}()
	t.Cleanup(func() {
		w.stop()
		<-w.ended
	})
	return w
}

func (w *world) keep(app App) (string, error) {
	text, err := app.Environment()
	if err != nil {
		return "", err
	}
	return w.file.Path, w.file.Write(text)
}

// wait is how the setup ended by itself.
func (w *world) wait() (App, error) {
	w.Helper()
	select {
	case <-w.ended:
		return w.app, w.err
	case <-time.After(20 * time.Second):
		w.Fatal("the setup does not end")
		return App{}, nil
	}
}

// page is what a browser got.
type page struct {
	*world
	status int
	header http.Header
	url    *url.URL
	text   string
	root   *html.Node
}

// browse does what a browser does with a request: it follows redirects. No script runs.
func (w *world) browse(req *http.Request) page {
	w.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(data)))
	if err != nil {
		w.Fatal(err)
	}
	return page{w, resp.StatusCode, resp.Header, resp.Request.URL, string(data), root}
}

func (w *world) open(address string) page {
	w.Helper()
	return w.browse(githubtest.Must(http.NewRequest(http.MethodGet, address, nil)))
}

// send presses the button of the page's only form, with those fields filled in.
func (p page) send(fields map[string]string) page {
	p.Helper()
	form := p.one("form")
	values := url.Values{}
	for _, input := range find(form, "input") {
		values.Set(attribute(input, "name"), attribute(input, "value"))
	}
	for name, value := range fields {
		if !values.Has(name) {
			p.Fatalf("the page has no field %s:\n%s", name, p.text)
		}
		values.Set(name, value)
	}
	target := githubtest.Must(p.url.Parse(attribute(form, "action")))
	if attribute(form, "method") != "post" {
		p.Fatalf("the form is sent by %s", attribute(form, "method"))
	}
	req := githubtest.Must(http.NewRequest(http.MethodPost, target.String(), strings.NewReader(values.Encode())))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.url.Scheme+"://"+p.url.Host)
	return p.browse(req)
}

// says fails the test unless the page has that status and all these texts.
func (p page) says(status int, texts ...string) page {
	p.Helper()
	if p.status != status {
		p.Errorf("status %d, want %d", p.status, status)
	}
	shown := words(p.root)
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			p.Errorf("the page does not say %q:\n%s", text, shown)
		}
	}
	return p
}

func (p page) one(tag string) *html.Node {
	p.Helper()
	all := find(p.root, tag)
	if len(all) != 1 {
		p.Fatalf("the page has %d of %s:\n%s", len(all), tag, p.text)
	}
	return all[0]
}

// link is where the first link with that text leads.
func (p page) link(text string) string {
	p.Helper()
	for _, a := range find(p.root, "a") {
		if strings.Contains(words(a), text) {
			return githubtest.Must(p.url.Parse(attribute(a, "href"))).String()
		}
	}
	p.Fatalf("the page has no link %q:\n%s", text, p.text)
	return ""
}

func find(n *html.Node, tag string) (all []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag {
			all = append(all, d)
		}
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// words is what of a node is read, without what only looks.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "style" {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// offered is the page with the button, for acme.
func (w *world) offered() page {
	w.Helper()
	return w.open(w.URL()).says(200, "Register Checkrein as a GitHub App").
		send(map[string]string{"owner": "acme", "webhook": "https://checkrein.example.com"}).
		says(200, "https://checkrein.example.com/webhook", "acme, and nobody else", "pull_requests", "write the one comment")
}

// pressed is GitHub's page, about to create the App under a name that is free.
func (w *world) pressed() page {
	w.Helper()
	return w.offered().send(nil).says(200, "Create GitHub App for acme", "checks: write")
}

func (w *world) written() string {
	w.Helper()
	return string(githubtest.Must(os.ReadFile(w.file.Path)))
}
