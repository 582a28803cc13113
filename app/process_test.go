package app_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestMain lets the test binary be the product: called as "checkrein serve" it does
// what that verb does, with nothing but its environment.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		os.Exit(serve())
	}
	if len(os.Args) == 2 && os.Args[1] == "guard" {
		os.Exit(guardAlone())
	}
	flag.Parse()
	// These tests wait for other processes more than they compute, but for the detector's part.
	parallel := "8"
	if !effort.Measured {
		parallel = "4"
	}
	if err := flag.Set("test.parallel", parallel); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// leaseVariable shortens the leases of a process.
const leaseVariable = "CHECKREIN_TEST_LEASE"

func serve() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	config, err := app.ReadConfig(ctx, os.LookupEnv)
	if err != nil {
		return refuse(err)
	}
	config.Unpaced()
	if lease, err := time.ParseDuration(os.Getenv(leaseVariable)); err == nil {
		config.Lease(lease)
	}
	a, err := app.New(ctx, config, "test", os.Stderr)
	if err != nil {
		return refuse(err)
	}
	if err := a.Run(ctx); err != nil {
		return refuse(err)
	}
	return 0
}

func refuse(err error) int {
	fmt.Fprintln(os.Stderr, "checkrein:", err)
	return 1
}

// process is the App as a process of its own, on the world's database.
type process struct {
	*world
	cmd   *exec.Cmd
	log   *lockedBuffer
	ended chan struct{} // closed when it has
	err   error         // how it ended
}

// environment is all that a process gets to know.
func (w *world) environment() []string {
	return append([]string{
		fmt.Sprintf("GITHUB_APP_ID=%d", w.config.AppID),
		"GITHUB_APP_PRIVATE_KEY=" + w.config.PrivateKey,
		"GITHUB_WEBHOOK_SECRET=" + strings.Join(w.config.WebhookSecrets, ","),
		"GITHUB_API_URL=" + w.config.APIURL,
		"CHECKREIN_DATABASE_URL=" + w.config.DatabaseURL,
		"CHECKREIN_LISTEN=127.0.0.1:0",
		"CHECKREIN_ADMIN_LISTEN=127.0.0.1:0",
		"CHECKREIN_LOG_LEVEL=debug",
		leaseVariable + "=" + w.lease,
	}, w.variables...)
}

// launch starts a process and does not wait for it.
func (w *world) launch() *process {
	w.Helper()
	self, err := os.Executable()
	if err != nil {
		w.Fatal(err)
	}
	p := &process{world: w, log: &lockedBuffer{}, ended: make(chan struct{})}
	p.cmd = &exec.Cmd{Path: self, Args: []string{"checkrein", "serve"}, Env: w.environment(), Stderr: io.MultiWriter(w.log, p.log)}
	if err := p.cmd.Start(); err != nil {
		w.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	w.Cleanup(p.kill)
	return p
}

var servingAt = regexp.MustCompile(`"msg":"serving","address":"([^"]+)"`)

// spawn starts a process and lets GitHub deliver to it.
func (w *world) spawn() *process {
	w.Helper()
	p := w.launch()
	w.app.SetWebhook("http://"+p.serving()+"/webhook", secret)
	return p
}

// serving waits until the process listens, and tells where.
func (p *process) serving() (address string) {
	w := p.world
	w.Helper()
	var at []string
	w.until("the process serves", func() bool {
		at = servingAt.FindStringSubmatch(p.log.String())
		return at != nil || closed(p.ended)
	})
	if at == nil {
		w.Fatalf("the process ended: %v", p.err)
	}
	return at[1]
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// kill ends the process as a power failure does (SIGKILL). What the process says of
// itself counts too: a killed one has no exit code to tell of a panic or a race.
func (p *process) kill() {
	p.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.Errorf("kill: %v", err)
	}
	<-p.ended
	for _, word := range []string{"DATA RACE", "panic"} {
		if strings.Contains(p.log.String(), word) {
			p.Errorf("the process tells of a %s", word)
		}
	}
}

// terminate asks the process to stop (SIGTERM) and tells how long that took.
func (p *process) terminate() time.Duration {
	p.Helper()
	begun := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.Errorf("terminate: %v", err)
	}
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		p.Error("the process does not stop")
		p.kill()
	}
	return time.Since(begun)
}

// moment is a point in the life of a request.
type moment string

const (
	unsent       moment = "before" // GitHub has not got it
	halfAnswered moment = "after"  // GitHub has done it and the App has half of the answer
)

// gate stands between the App and GitHub, and can let one request get stuck.
type gate struct {
	github *url.URL
	url    string
	over   context.Context // ends with the test

	mu    sync.Mutex
	seen  []string // "POST /graphql": the requests since the gate was armed
	keys  []string // their Authorization headers, all of them
	at    int      // which of them gets stuck; -1: none
	when  moment
	stuck chan struct{} // closed once it is
}

// newGate puts a gate in front of the world's GitHub.
func newGate(w *world) *gate {
	w.Helper()
	g := &gate{at: -1, over: w.Context()}
	var err error
	if g.github, err = url.Parse(w.github.URL); err != nil {
		w.Fatal(err)
	}
	server := httptest.NewServer(g)
	w.Cleanup(server.Close)
	g.url, w.config.APIURL = server.URL, server.URL
	return g
}

// arm lets the n-th request from now, counted from 0, get stuck; -1 lets all pass.
// The channel is closed once it is stuck.
func (g *gate) arm(n int, when moment) (stuck <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen, g.at, g.when, g.stuck = nil, n, when, make(chan struct{})
	return g.stuck
}

// requests are those since the gate was armed.
func (g *gate) requests() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.seen...)
}

// next notes a request; it answers the moment at which it shall get stuck.
func (g *gate) next(r *http.Request) (moment, chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = append(g.seen, r.Method+" "+r.URL.Path)
	g.keys = append(g.keys, r.Header.Get("Authorization"))
	if len(g.seen)-1 == g.at {
		return g.when, g.stuck
	}
	return "", nil
}

// ServeHTTP passes requests on.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	when, stuck := g.next(r)
	body, err := io.ReadAll(r.Body) // else the server does not notice when the client is gone
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if when == unsent {
		g.hang(r, stuck)
	}
	out := r.Clone(r.Context())
	out.Body = io.NopCloser(bytes.NewReader(body))
	out.URL.Scheme, out.URL.Host, out.Host, out.RequestURI = g.github.Scheme, g.github.Host, g.github.Host, ""
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil && when == halfAnswered { // GitHub broke it off itself
		g.hang(r, stuck)
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	answer, cut := io.ReadAll(resp.Body)
	maps.Copy(w.Header(), resp.Header)
	if to := resp.Header.Get("Location"); to != "" {
		w.Header().Set("Location", strings.Replace(to, g.github.String(), g.url, 1))
	}
	w.WriteHeader(resp.StatusCode)
	if when == halfAnswered {
		answer = answer[:len(answer)/2]
	}
	_, _ = w.Write(answer)
	if when == halfAnswered {
		_ = http.NewResponseController(w).Flush()
		g.hang(r, stuck)
	}
	if cut != nil {
		panic(http.ErrAbortHandler)
	}
}

// hang keeps a request until its client is gone.
func (g *gate) hang(r *http.Request, stuck chan struct{}) {
	close(stuck)
	select {
	case <-r.Context().Done():
	case <-g.over.Done():
	}
	panic(http.ErrAbortHandler)
}

// await waits until a channel is closed.
func (w *world) await(what string, c <-chan struct{}) {
	w.Helper()
	select {
	case <-c:
	case <-time.After(10 * time.Second):
		w.Fatalf("waited in vain until %s", what)
	}
}
