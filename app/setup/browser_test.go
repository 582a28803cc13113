package setup

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/setup.png")

// elsewhere is a name that leads to this machine in the browser; every other leads
// nowhere: no test reaches the network.
const elsewhere = "evil.example.com"

// TestBrowser is what a real browser makes of the page: Debian's, started once. No page
// gets to run a script: ours must do without.
func TestBrowser(t *testing.T) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium: .ci/packages installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.WindowSize(820, 900),
		chromedp.NoSandbox, // a container lets it have none; all pages are ours
		chromedp.Flag("host-resolver-rules", "MAP "+elsewhere+" 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	for name, does := range map[string]func(*world, context.Context){
		"registers an App": registers, "marks a mistake": marks, "refuses a rebound name": refusesName, "refuses a foreign form": refusesForm,
		"is not framed": isNotFramed, "sends its form to GitHub only": sendsToGitHubOnly,
	} {
		t.Run(name, func(t *testing.T) { does(newWorld(t), browser) })
	}
	if *update {
		t.Run("picture", func(t *testing.T) { picture(t, browser) })
	}
}

// chromium is one tab, and what the browser complained of.
type chromium struct {
	*world
	ctx context.Context

	mu        sync.Mutex
	complains []string
}

func newTab(w *world, browser context.Context) *chromium {
	w.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	w.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	w.Cleanup(cancel)
	c := &chromium{world: w, ctx: ctx}
	if err := chromedp.Listen(ctx, c.listen); err != nil {
		w.Fatal(err)
	}
	call(c, log.Enable, cdp.Empty{})
	call(c, audits.Enable, cdp.Empty{})
	call(c, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return c
}

// listen notes what the browser would show a developer in red.
func (c *chromium) listen(event any) {
	text := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		text = fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *audits.EventIssueAdded:
		text = string(e.Issue.Code)
		if generic := e.Issue.Details.GenericIssueDetails; generic != nil {
			text += fmt.Sprintf(": %s %s", generic.ErrorType, generic.ViolatingNodeAttribute)
		}
	default:
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.complains = append(c.complains, text)
}

func (c *chromium) complaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.complains)
}

func (c *chromium) do(actions ...chromedp.Action[chromedp.Void]) {
	c.Helper()
	if err := chromedp.Do(c.ctx, actions...); err != nil {
		c.Fatalf("%v; the browser says %q", err, c.complaints())
	}
}

func call[P, R any](c *chromium, command cdp.Command[P, R], params P) R {
	c.Helper()
	result, err := chromedp.Call(c.ctx, command, params)
	if err != nil {
		c.Fatal(err)
	}
	return result
}

func get[T any](c *chromium, action chromedp.Action[T]) T {
	c.Helper()
	result, err := chromedp.Run(c.ctx, action)
	if err != nil {
		c.Fatal(err)
	}
	return result
}

// shows fails the test unless all of that is to be read on the page.
func (c *chromium) shows(texts ...string) {
	c.Helper()
	body := get(c, chromedp.Text(chromedp.CSS("body")))
	for _, text := range texts {
		if !strings.Contains(body, text) {
			c.Errorf("the page does not show %q:\n%s", text, body)
		}
	}
}

// read is what a screen reader says of everything with that role: its name, and how it
// is described.
func (c *chromium) read(role string) (all []string) {
	c.Helper()
	plain := func(v *accessibility.Value) string {
		if v == nil {
			return ""
		}
		return strings.Trim(string(v.Value), `"`)
	}
	for _, n := range call(c, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		if !n.Ignored && plain(n.Role) == role {
			all = append(all, plain(n.Name)+": "+plain(n.Description))
		}
	}
	return all
}

const button = chromedp.CSS("form button")

// registers goes from the first page to the last, without a complaint.
func registers(w *world, browser context.Context) {
	c := newTab(w, browser)
	c.do(chromedp.Navigate(w.URL()))
	c.shows("Register Checkrein as a GitHub App", "Empty: your own account")
	if diff := cmp.Diff([]string{
		"Organisation: As it stands in its address: acme for github.com/acme. You have to be an owner of it. Empty: your own account.",
		"Webhook URL: Where GitHub reaches checkrein serve. It need not run yet, and the address can be changed on the App's page later.",
		"GitHub: github.com, or the host of your Enterprise Server.",
	}, c.read("textbox")); diff != "" {
		w.Errorf("read aloud (-want +got):\n%s", diff)
	}
	c.do(
		chromedp.SendKeys(chromedp.CSS("#owner"), "acme"),
		chromedp.SendKeys(chromedp.CSS("#webhook"), "https://checkrein.example.com"),
		chromedp.Click(button),
		chromedp.WaitVisible(chromedp.CSS("table")),
	)
	c.shows("Create the App at "+w.manifestHost(), "acme, and nobody else can install it", "https://checkrein.example.com/webhook", "pull_requests")
	c.do(chromedp.Click(button), chromedp.WaitVisible(chromedp.CSS("#app_name")))
	c.shows("Create GitHub App for acme", "checks: write")
	c.do(chromedp.SetValue(chromedp.CSS("#app_name"), "Checkrein Acme"), chromedp.Click(button), chromedp.WaitVisible(chromedp.CSS("a.button")))
	app, err := w.wait()
	if err != nil {
		w.Fatal(err)
	}
	// Nothing is served any more; the last page stands all the same.
	c.shows("Checkrein Acme is registered", w.file.Path, app.InstallURL())
	if made := w.github.FindApp("checkrein-acme"); made == nil || made.ID != app.ID || !strings.Contains(w.written(), "PRIVATE KEY") {
		w.Errorf("at GitHub: %+v", made)
	}
	if html := get(c, chromedp.OuterHTML(chromedp.CSS("html"))); strings.Contains(html, app.WebhookSecret) || strings.Contains(html, "PRIVATE KEY") {
		w.Error("the last page holds a credential")
	}
	if diff := cmp.Diff([]string(nil), c.complaints()); diff != "" {
		w.Errorf("the browser complains (-want +got):\n%s", diff)
	}
}

func (w *world) manifestHost() string { return strings.TrimPrefix(w.github.WebURL, "http://") }

// marks: a mistake is read with its field.
func marks(w *world, browser context.Context) {
	c := newTab(w, browser)
	c.do(
		chromedp.Navigate(w.URL()),
		chromedp.SendKeys(chromedp.CSS("#owner"), "ac me"),
		chromedp.SendKeys(chromedp.CSS("#webhook"), "https://checkrein.example.com"),
		chromedp.Click(button),
		chromedp.WaitVisible(chromedp.CSS("#owner-problem")),
	)
	fields := c.read("textbox")
	if len(fields) != 3 || !strings.Contains(fields[0], "is no name of an organisation") || strings.Contains(fields[1]+fields[2], "is no") {
		w.Errorf("read aloud: %q", fields)
	}
}

// refusesName: a name that was made to lead here is not this page's.
func refusesName(w *world, browser context.Context) {
	c := newTab(w, browser)
	_, port, err := net.SplitHostPort(w.address)
	if err != nil {
		w.Fatal(err)
	}
	c.do(chromedp.Navigate("http://" + net.JoinHostPort(elsewhere, port) + w.start()))
	c.shows("This is not the address of this page")
}

// foreign is a page of somebody else's, with a form and a frame that lead to ours.
func (w *world) foreign() string {
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(out, `<form method="post" action="%s"><input name="webhook" value="https://%s"><input name="github" value="%s"><button>Win a prize</button></form>
			<iframe src="%s"></iframe>`, w.URL(), elsewhere, w.github.WebURL, w.URL())
	}))
	w.Cleanup(server.Close)
	return server.URL
}

func refusesForm(w *world, browser context.Context) {
	c := newTab(w, browser)
	c.do(chromedp.Navigate(w.foreign()), chromedp.Click(button), chromedp.WaitVisible(chromedp.CSS("h1")))
	c.shows("This came from another page")
	if len(w.attempts.open) > 0 {
		w.Error("an attempt was begun")
	}
}

func isNotFramed(w *world, browser context.Context) {
	c := newTab(w, browser)
	c.do(chromedp.Navigate(w.foreign()))
	c.awaits("frame-ancestors 'none'")
}

// sendsToGitHubOnly: what got itself into the page could not send the form elsewhere.
func sendsToGitHubOnly(w *world, browser context.Context) {
	c := newTab(w, browser)
	c.do(chromedp.Navigate(w.URL()), chromedp.SetAttributeValue(chromedp.CSS("form"), "action", w.foreign()),
		chromedp.SendKeys(chromedp.CSS("#webhook"), "https://x.example.com"), chromedp.Click(button))
	c.awaits("form-action 'self'")
}

// awaits waits until the browser complains of that.
func (c *chromium) awaits(what string) {
	c.Helper()
	for range 1000 {
		if slices.ContainsFunc(c.complaints(), func(text string) bool { return strings.Contains(text, what) }) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.Errorf("the browser complains of %q only, not of %q", c.complaints(), what)
}

// picture is that of the documents: the page with the button, for github.com.
func picture(t *testing.T, browser context.Context) {
	w := newWorld(t, func(_ *world, c *Config) {
		c.GitHub, c.Organization, c.Webhook = "github.com", "acme", "https://checkrein.example.com/webhook"
	})
	c := newTab(w, browser)
	c.do(chromedp.EmulateViewport(760, 400), chromedp.Navigate(w.URL()))
	if err := os.WriteFile(filepath.Join("..", "..", "docs", "setup.png"), get(c, chromedp.FullScreenshot(100)), 0o644); err != nil {
		t.Fatal(err)
	}
}
