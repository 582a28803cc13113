package app_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// Ten pushes while the first head is being judged: the last one gets its verdict, the
// ones between get nothing, and nothing on any of them is green.
func TestTenPushesWhileTheFirstIsJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.github.Fault(githubtest.Match{Path: compares}, githubtest.Action{Delay: 2 * time.Second})
	p := w.open("change", compose("nginx:latest"))
	w.until("the first is being judged", func() bool { return w.asked(compares) })
	want := deserved{p.Head(): "failure"}
	for i := range 10 {
		want[w.push("change", compose("nginx:latest")+fmt.Sprintf("-- n%d.md --\n", i))] = "failure"
	}
	last := w.push("change", compose("nginx:1.27.4"))
	want[last] = "success"
	if len(w.runs(last)) > 0 {
		t.Error("the pushes came too late to mean anything")
	}
	w.sound(want, p)
	w.until("the first is done", func() bool { return strings.Contains(w.log.String(), "work done") })
	for sha := range want {
		if runs := w.repo.CheckRuns(sha); sha != last && len(runs) > 0 {
			t.Errorf("superseded head %s has runs: %+v", sha, runs)
		}
	}
	if err := p.Merge(w.dev); err != nil {
		t.Errorf("the last head is green and is not merged: %v", err)
	}
}

// When GitHub is slow an in-progress run shows; it ends although its head is
// superseded meanwhile.
func TestInProgressRunOfASupersededHeadEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.github.Fault(githubtest.Match{Path: compares}, githubtest.Action{Delay: 7 * time.Second})
	p := w.open("change", compose("nginx:latest"))
	old := p.Head()
	opened := time.Now()
	w.begun(old)
	if took := time.Since(opened); took < 4*time.Second {
		t.Errorf("the in-progress run came after %s already, want five seconds", took)
	}
	w.push("change", compose("nginx:1.27.4"))
	w.until("the old run ends", func() bool { return len(concluded(w.runs(old))) == 1 })
	w.sound(deserved{old: "failure", p.Head(): "success"}, p)
	w.supersededBy(old, p.Head())
}

// The answer to the in-progress run is lost: the verdict still concludes that run.
func TestLostInProgressRunEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.github.Fault(githubtest.Match{Path: compares}, githubtest.Action{Delay: 6 * time.Second})
	w.github.Fault(githubtest.Match{Method: "POST", Path: checkRuns}, githubtest.Action{DropAnswer: true})
	p := w.open("change", compose("nginx:latest"))
	begun := w.begun(p.Head())
	w.judgedOnce(p, 1)
	if runs := w.runs(p.Head()); runs[0].ID != begun.ID {
		t.Errorf("run %d has the verdict, want %d, the one that was begun", runs[0].ID, begun.ID)
	}
}

// The verdict of a head changes to and fro; an attempt that fails in between must not
// take an older run for its own: the newest one is what GitHub goes by.
func TestInterruptedChangeOfVerdictIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.push("loose", compose("nginx:latest"))
	if err := w.repo.Branch("change", "loose"); err != nil {
		t.Fatal(err)
	}
	p := w.open("change", "-- notes.md --\n") // the finding is loose's own, but new to main
	w.verdict(p.Head())
	for _, to := range []struct{ base, conclusion string }{{"loose", "success"}, {"main", "failure"}} {
		w.settle()
		w.github.Fault(githubtest.Match{Path: compares, Times: 3}, githubtest.Action{Status: http.StatusBadGateway})
		if err := p.EditBase(w.dev, to.base); err != nil {
			t.Fatal(err)
		}
		w.until("the newest run is "+to.conclusion, func() bool { return newest(w.runs(p.Head())).Conclusion == to.conclusion })
	}
	w.settle()
	if run := newest(w.runs(p.Head())); run.Conclusion != "failure" {
		t.Errorf("the newest run is %s %q, want failure", run.Conclusion, run.Title)
	}
	if err := p.Merge(w.dev); err == nil {
		t.Error("a red pull request was merged")
	}
}

func newest(runs []githubtest.CheckRun) githubtest.CheckRun { return runs[len(runs)-1] }

// chaos is how many seeds the tests under fire go through: CHECKREIN_CHAOS asks for more.
func chaos() int {
	if os.Getenv("CHECKREIN_CHAOS") != "" {
		return 10
	}
	return 1
}

// fire makes requests fail in every way, some of them.
func (w *world) fire(random *rand.Rand, shots int) {
	anywhere := []*regexp.Regexp{compares, checkRuns, comments, regexp.MustCompile(`^/graphql$`), regexp.MustCompile(`tarball|tar\.gz`)}
	actions := []githubtest.Action{
		githubtest.TooManyRequests(time.Second), githubtest.SecondaryLimit(time.Second),
		{Status: http.StatusInternalServerError}, {Status: http.StatusBadGateway},
		{Delay: 500 * time.Millisecond}, {CutAfterBytes: 100}, {DropAnswer: true},
	}
	for range shots {
		match := githubtest.Match{Path: anywhere[random.IntN(len(anywhere))], Nth: 1 + random.IntN(10)}
		w.github.Fault(match, actions[random.IntN(len(actions))])
	}
}

// crowd is some pull requests and what every head of them deserves.
type crowd struct {
	*world
	random *rand.Rand
	pulls  []*githubtest.Pull
	want   deserved
}

// crowd opens n pull requests, all red.
func (w *world) crowd(random *rand.Rand, n int) *crowd {
	w.Helper()
	c := &crowd{world: w, random: random, want: deserved{}}
	for i := range n {
		p := w.open(fmt.Sprint("change", i), compose("nginx:latest"))
		c.pulls, c.want[p.Head()] = append(c.pulls, p), "failure"
	}
	return c
}

// stir pushes to one of the pull requests; half of the pushes are green.
func (c *crowd) stir() {
	c.Helper()
	image, conclusion := "nginx:latest", "failure"
	if c.random.IntN(2) == 0 {
		image, conclusion = "nginx:1.27.4", "success"
	}
	branch := fmt.Sprint("change", c.random.IntN(len(c.pulls)))
	sha := c.push(branch, compose(image)+fmt.Sprintf("-- n%d.md --\n", len(c.want)))
	c.want[sha] = conclusion
	time.Sleep(time.Duration(c.random.IntN(30)) * time.Millisecond)
}

// sound waits for all verdicts for as long as the back-off of several failures takes.
func (c *crowd) sound() {
	c.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for _, p := range c.pulls {
		for len(concluded(c.runs(p.Head()))) == 0 && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond)
		}
	}
	c.world.sound(c.want, c.pulls...)
}

// Deliveries by the dozen, some twice, while GitHub limits, fails, is slow and cuts
// answers: everything that is open is judged exactly once, and nothing is dropped.
func TestUnderFire(t *testing.T) {
	t.Parallel()
	for seed := range uint64(chaos()) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 1))
			w := newWorld(t, compose("nginx:1.27.3"))
			w.github.SetTraffic(githubtest.Traffic{Duplicate: func(d githubtest.Delivery) bool { return d.ID%3 == 0 }})
			w.fire(random, 8)
			c := w.crowd(random, 8)
			for range 22 {
				c.stir()
			}
			c.sound()
		})
	}
}

// The process is killed again and again, at any request and also while it makes up for
// the kill before: in the end everything is told once.
func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	for seed := range uint64(chaos()) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 2))
			w := newGitHub(t, compose("nginx:1.27.3"))
			g := newGate(w)
			p := w.spawn()
			c := w.crowd(random, 3)
			for range 5 {
				c.killSoon(g, p)
				p = w.spawn()
			}
			c.sound()
		})
	}
}

// Everything at once: deliveries by the hundred over dozens of pull requests, ten times
// kill -9 with more deliveries while nobody is there, and GitHub limiting, failing, slow
// and cut in between. Nobody redelivers anything. It is played small unless
// CHECKREIN_CHAOS asks for all of it.
func TestChaos(t *testing.T) {
	t.Parallel()
	pulls, deliveries, kills := 6, 40, 2
	if os.Getenv("CHECKREIN_CHAOS") != "" {
		pulls, deliveries, kills = 30, 200, 10
	}
	random := rand.New(rand.NewPCG(uint64(kills), 3))
	w := newGitHub(t, compose("nginx:1.27.3"))
	g := newGate(w)
	p := w.spawn()
	c := w.crowd(random, pulls)
	for range kills {
		w.fire(random, 6)
		for range (deliveries-pulls)/kills - 4 {
			c.stir()
		}
		c.killSoon(g, p)
		for range 3 {
			c.stir() // nobody is there
		}
		p = w.spawn()
	}
	c.sound()
	events := 0
	for _, d := range w.github.Deliveries() {
		if d.Event == "pull_request" {
			events++
		}
	}
	if events < deliveries {
		t.Errorf("%d deliveries, want %d at least", events, deliveries)
	}
}

// killSoon kills the process at one of its next requests, and pushes before and after.
func (c *crowd) killSoon(g *gate, p *process) {
	c.Helper()
	stuck := g.arm(c.random.IntN(6), []moment{unsent, halfAnswered}[c.random.IntN(2)])
	for !closed(stuck) {
		c.stir()
	}
	p.kill()
	g.arm(-1, "")
	c.stir()
}

// broken is a check that panics.
type broken struct{}

func (broken) Name() string                                     { return "images" }
func (broken) Reads(string) bool                                { return true }
func (broken) Learn(string, string, []byte) []string            { return nil }
func (broken) Run(context.Context, checks.Change) checks.Report { panic("index out of range") }

// A check that panics makes its head undecided, with the reason; the process lives.
func TestPanicInACheck(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:1.27.4"))
	memory, claim := w.claimed(p)
	judge := w.judge(memory, broken{})
	if err := judge.Head(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	run := w.verdict(p.Head())
	if run.Conclusion != "action_required" || !strings.Contains(run.Summary, "panic") {
		t.Errorf("run is %s %q, want action_required that tells of a panic:\n%s", run.Conclusion, run.Title, run.Summary)
	}
	if !strings.Contains(w.log.String(), "index out of range") {
		t.Error("the log does not tell the value of the panic")
	}
}

// judge is wired as the App wires it, with another check.
func (w *world) judge(memory pull.Memory, check checks.Check) *pull.Judge {
	w.Helper()
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	h := githubtest.Must(hub.New(hub.Config{AppID: w.config.AppID, PrivateKeyPEM: bytes.TrimSpace([]byte(w.config.PrivateKey)), APIURL: w.config.APIURL, Log: log}))
	return &pull.Judge{
		GitHub: func(installation int64) pull.GitHub { return h.Installation(installation) },
		Memory: memory, Checks: func(*policy.Policy, images.Facts, images.Resolver, schema.Deployments) []checks.Check {
			return []checks.Check{check}
		},
		Patience: time.Minute, CheckTime: time.Minute, Now: time.Now, Log: log,
	}
}
