package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers that due reads with
	_ "modernc.org/sqlite"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

const secret = "a secret of the tests"

// world is a simulated GitHub with one organisation that has the App installed, and
// the App running in this process; they speak HTTP with real signatures and tokens.
type world struct {
	testing.TB
	github    *githubtest.Server
	app       *githubtest.App
	in        *githubtest.Installation
	repo      *githubtest.Repo
	dev       *githubtest.User
	config    app.Config
	lease     string   // of processes; empty: as in production
	variables []string // of processes, besides those of config
	log       *lockedBuffer
	stop      func()
}

// lockedBuffer keeps the App's log for failing tests.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// newWorld has the repository acme/platform with these files on main; files is txtar.
func newWorld(t *testing.T, files string) *world {
	t.Helper()
	w := newGitHub(t, files)
	w.start()
	w.swept()
	return w
}

// swept waits until the sweep of the start is over: its last request is about branch rules.
func (w *world) swept() {
	w.Helper()
	w.until("the start's sweep is over", func() bool { return strings.Contains(requests(w), "rules/branches") })
	w.until("it is noted", func() bool { return strings.Contains(w.log.String(), `"kind":"enforce"`) })
}

// newGitHub is a world whose App does not run yet.
func newGitHub(t testing.TB, files string, options ...githubtest.Option) *world {
	t.Helper()
	server := githubtest.Must(githubtest.Start(options...))
	t.Cleanup(server.Close)
	w := &world{TB: t, github: server, dev: server.User("dana"), log: &lockedBuffer{}}
	w.app = githubtest.Must(server.AddApp(githubtest.AppConfig{ID: 4711, Slug: "checkrein", Manifest: checkrein.Manifest, WebhookSecret: secret}))
	w.repo = githubtest.Must(server.CreateRepo("acme", "platform", githubtest.Txtar([]byte(files))))
	w.in = server.Install(w.app, "acme")
	w.repo.RequireCheck("checkrein", w.app)
	w.config = app.Config{
		AppID: w.app.ID, PrivateKey: string(w.app.PEM()), WebhookSecrets: []string{secret}, APIURL: server.URL,
		DatabaseURL: "sqlite:" + filepath.Join(t.TempDir(), "checkrein.db"), LogLevel: "debug",
		AdminListen: "127.0.0.1:0",
	}
	t.Cleanup(func() {
		if unexpected := server.Unexpected(); len(unexpected) > 0 {
			t.Errorf("requests that GitHub does not know:\n%s", strings.Join(unexpected, "\n"))
		}
		if t.Failed() {
			t.Logf("log of the App:\n%s", w.log)
		}
	})
	return w
}

// start runs the App until the test ends or stop is called.
func (w *world) start() {
	w.Helper()
	w.config.Listen = freeAddress(w)
	w.config.Unpaced()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.New(ctx, w.config, "test", w.log)
	if err != nil {
		w.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	var once sync.Once
	w.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				w.Errorf("the App ended with %v", err)
			}
		})
	}
	w.Cleanup(func() { w.stop() })
	url := "http://" + w.config.Listen + "/webhook"
	w.until("the App answers", func() bool {
		resp, err := http.Get(url)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return true
	})
	w.app.SetWebhook(url, secret)
}

func freeAddress(w *world) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// until waits for something, a minute at most.
func (w *world) until(what string, done func() bool) {
	w.Helper()
	deadline := time.Now().Add(time.Minute)
	for !done() {
		if time.Now().After(deadline) {
			w.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// push commits files (txtar) to a branch that starts at main.
func (w *world) push(branch, files string) string {
	w.Helper()
	if w.repo.Tip(branch) == "" {
		if err := w.repo.Branch(branch, "main", githubtest.By(w.dev)); err != nil {
			w.Fatal(err)
		}
	}
	sha, err := w.repo.Commit(branch, "change "+branch, githubtest.Txtar([]byte(files)), githubtest.By(w.dev))
	if err != nil {
		w.Fatal(err)
	}
	return sha
}

// open pushes files to a branch and opens a pull request for it.
func (w *world) open(branch, files string) *githubtest.Pull {
	w.Helper()
	w.push(branch, files)
	return githubtest.Must(w.repo.OpenPull(w.dev, branch, "main"))
}

// verdict waits for the one concluded aggregated run on a commit.
func (w *world) verdict(sha string) githubtest.CheckRun {
	w.Helper()
	var found []githubtest.CheckRun
	w.until("a verdict on "+sha, func() bool {
		found = concluded(w.runs(sha))
		return len(found) > 0
	})
	return found[len(found)-1]
}

// runs are the aggregated runs on a commit.
func (w *world) runs(sha string) []githubtest.CheckRun {
	var own []githubtest.CheckRun
	for _, r := range w.repo.CheckRuns(sha) {
		if r.Name == "checkrein" && r.App == "checkrein" {
			own = append(own, r)
		}
	}
	return own
}

func concluded(runs []githubtest.CheckRun) []githubtest.CheckRun {
	var done []githubtest.CheckRun
	for _, r := range runs {
		if r.Status == "completed" {
			done = append(done, r)
		}
	}
	return done
}

// settle waits until GitHub has nothing to send and the App nothing to do or to ask, now
// or within a few seconds.
func (w *world) settle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	asked, quiet := -1, 0
	for quiet < 5 {
		if err := w.github.Settle(ctx); err != nil {
			w.Fatal(err)
		}
		if n := len(w.github.Requests()); n != asked || w.due(ctx) > 0 {
			asked, quiet = n, 0
		}
		quiet++
		time.Sleep(10 * time.Millisecond)
	}
}

// database is the App's, opened past the App.
func (w *world) database() *sql.DB {
	w.Helper()
	driver, address := "pgx", w.config.DatabaseURL
	if path, file := strings.CutPrefix(address, "sqlite:"); file {
		driver, address = "sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)"
	}
	return githubtest.Must(sql.Open(driver, address))
}

// due is how much work the App holds or is about to take. It is read past the App, as
// some tests run it in a process of its own.
func (w *world) due(ctx context.Context) int {
	w.Helper()
	const soon = 3 * time.Second
	db := w.database()
	defer db.Close()
	now, n := time.Now().UnixMilli(), 0
	// Looking whether checks are required is spread over the hour: nobody waits for it.
	err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM work WHERE want > done AND NOT parked AND kind <> 'enforce' AND
		(lease > $1 OR next <= $1 OR every = 0 AND next <= $2)`, now, now+soon.Milliseconds()).Scan(&n)
	if err != nil {
		w.Fatalf("read what the App has to do: %v", err)
	}
	return n
}

// compose is a Compose file with one service of that image.
func compose(image string) string {
	return fmt.Sprintf("-- compose.yml --\nservices:\n  web:\n    image: %s\n", image)
}

// soon is a date that exceptions may name: a month from today.
func soon() string { return time.Now().UTC().AddDate(0, 1, 0).Format(time.DateOnly) }
