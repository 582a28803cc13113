package app_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// findings is a change with n services whose images float.
func findings(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "-- svc%03d/compose.yml --\nservices:\n  web:\n    image: nginx:latest\n", i)
	}
	return b.String()
}

// manyFindings are more than fit into one request for annotations.
const manyFindings = 51

// A judgement is killed at every request that it makes, once before GitHub gets it and
// once when GitHub has done it and the answer is under way; the next process ends it.
func TestKilledAtEveryRequest(t *testing.T) {
	t.Parallel()
	for n, request := range requestsOfOneJudgement(t) {
		for _, when := range []moment{unsent, halfAnswered} {
			name := fmt.Sprintf("%02d %s %s", n, when, strings.ReplaceAll(request, "/", "|"))
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newGitHub(t, compose("nginx:1.27.3"))
				g := newGate(w)
				first := w.spawn()
				w.settle() // the start's sweep is no part of it
				stuck := g.arm(n, when)
				p := w.open("change", findings(manyFindings))
				w.await("the request is stuck", stuck)
				first.kill()
				g.arm(-1, "")
				w.spawn()
				w.judgedOnce(p, manyFindings)
			})
		}
	}
}

// requestsOfOneJudgement lists what one judgement asks of GitHub, in order.
func requestsOfOneJudgement(t *testing.T) []string {
	t.Helper()
	w := newGitHub(t, compose("nginx:1.27.3"))
	g := newGate(w)
	p := w.spawn()
	w.settle()
	g.arm(-1, "")
	w.judgedOnce(w.open("change", findings(manyFindings)), manyFindings)
	p.kill()
	all := g.requests()
	text := strings.Join(all, "\n")
	for _, part := range []string{"/graphql", "/compare/", "/tarball/", "legacy.tar.gz", "/check-runs", "PATCH", "/comments"} {
		if !strings.Contains(text, part) {
			t.Fatalf("a judgement makes no request with %s:\n%s", part, text)
		}
	}
	return all
}

// judgedOnce waits for the verdict and the comment of a red pull request with n
// findings, and fails unless all of it was told exactly once.
func (w *world) judgedOnce(p *githubtest.Pull, n int) {
	w.Helper()
	if run := w.verdict(p.Head()); run.Conclusion != "failure" {
		w.Errorf("the run is %s %q, want failure", run.Conclusion, run.Title)
	}
	w.until("the comment is there", func() bool { return len(p.Comments()) > 0 })
	w.sound(deserved{p.Head(): "failure"}, p)
	detail := details(w, p.Head(), "checkrein / images")
	if len(detail) != 1 {
		w.Fatalf("%d detail runs, want 1", len(detail))
	}
	paths := map[string]int{}
	for _, a := range detail[0].Annotations {
		paths[a.Path]++
	}
	if len(paths) != n || len(detail[0].Annotations) != n {
		w.Errorf("%d annotations on %d files, want %d on %[3]d", len(detail[0].Annotations), len(paths), n)
	}
}

// deserved is the conclusion that each head, ever pushed, deserves.
type deserved map[string]string

// sound waits until every open pull request has a verdict and all is quiet. It fails
// unless each open head has exactly one, the deserved one, nothing is left in progress
// anywhere, nothing is told twice, and superseded heads have nothing better than they deserve.
func (w *world) sound(want deserved, pulls ...*githubtest.Pull) {
	w.Helper()
	open := map[string]bool{}
	for _, p := range pulls {
		open[p.Head()] = true
		w.verdict(p.Head())
	}
	w.settle()
	for sha, conclusion := range want {
		w.soundHead(sha, conclusion, open[sha])
	}
	for _, p := range pulls {
		if want[p.Head()] == "" {
			w.Errorf("the test does not know what #%d deserves", p.Number)
		}
		if n := len(p.Comments()); n > 1 {
			w.Errorf("#%d has %d comments, want one at most", p.Number, n)
		}
	}
}

func (w *world) soundHead(sha, want string, open bool) {
	w.Helper()
	byName := map[string]int{}
	for _, r := range w.repo.CheckRuns(sha) {
		byName[r.Name]++
		superseded := !open && r.Conclusion == "action_required" && strings.Contains(r.Title, "superseded by")
		switch {
		case r.Status != "completed":
			w.Errorf("on %s %q is left %s", sha, r.Name, r.Status)
		case r.Name == "checkrein" && r.Conclusion != want && !superseded:
			w.Errorf("%s is %s %q, want %s", sha, r.Conclusion, r.Title, want)
		}
	}
	if n := byName["checkrein"]; open && n != 1 {
		w.Errorf("open head %s has %d aggregated runs, want 1", sha, n)
	}
	for name, n := range byName {
		if n > 1 {
			w.Errorf("on %s are %d runs %q, want one at most", sha, n, name)
		}
	}
}

var (
	checkRuns = regexp.MustCompile(`/check-runs$`)
	comments  = regexp.MustCompile(`/comments$`)
	compares  = regexp.MustCompile(`/compare/`)
)

// What was posted is there, but the answer never came: the process is killed before it
// can try again, or lives on and tries again.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	cases := map[string]githubtest.Match{
		"detail run":     {Method: "POST", Path: checkRuns},
		"aggregated run": {Method: "POST", Path: checkRuns, Nth: 2},
		"comment":        {Method: "POST", Path: comments},
	}
	effects := map[string]func(*world, *githubtest.Pull) bool{
		"detail run":     func(w *world, p *githubtest.Pull) bool { return len(details(w, p.Head(), "checkrein / images")) > 0 },
		"aggregated run": func(w *world, p *githubtest.Pull) bool { return len(w.runs(p.Head())) > 0 },
		"comment":        func(_ *world, p *githubtest.Pull) bool { return len(p.Comments()) > 0 },
	}
	for name, match := range cases {
		for _, killed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, killed %v", name, killed), func(t *testing.T) {
				t.Parallel()
				w := newGitHub(t, compose("nginx:1.27.3"))
				first := w.spawn()
				w.github.Fault(match, githubtest.Action{DropAnswer: true})
				p := w.open("change", compose("nginx:latest"))
				w.until("the effect is there", func() bool { return effects[name](w, p) })
				before := len(w.github.Requests())
				if killed {
					first.kill()
					w.spawn()
				}
				w.until("it is tried again", func() bool { return len(w.github.Requests()) > before })
				w.judgedOnce(p, 1)
			})
		}
	}
}

// holdEverything lets no answer of GitHub's API come any more.
func (w *world) holdEverything() {
	w.github.Fault(githubtest.Match{Times: -1}, githubtest.Action{Delay: time.Hour})
}

// answered counts the deliveries about pull requests that were answered with a status;
// 0 are those that nobody answered.
func (w *world) answered(status int) int {
	n := 0
	for _, d := range w.github.Deliveries() {
		if d.Event == "pull_request" && d.Sent && d.StatusCode == status {
			n++
		}
	}
	return n
}

// Deliveries that were acknowledged before any request was answered are judged by the
// next process, and so are those that came while none was there; a delivery whose work is
// done makes nothing new.
func TestNoDeliveryIsLost(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	first := w.spawn()
	w.holdEverything()
	want, pulls := deserved{}, []*githubtest.Pull(nil)
	for i := range 4 {
		p := w.open(fmt.Sprint("change", i), compose("nginx:latest"))
		pulls, want[p.Head()] = append(pulls, p), "failure"
	}
	w.until("all are acknowledged", func() bool { return w.answered(202) == len(pulls) })
	first.kill()
	late := w.open("late", compose("nginx:1.27.4"))
	pulls, want[late.Head()] = append(pulls, late), "success"
	w.until("the late one failed", func() bool { return w.answered(0) == 1 })
	w.github.ClearFaults()
	w.spawn()
	w.sound(want, pulls...)

	for _, d := range w.github.Deliveries() {
		if d.Event == "pull_request" && d.StatusCode == 202 {
			if err := w.github.Redeliver(d.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.until("the repeated ones are answered with 200", func() bool { return w.answered(200) >= len(pulls)-1 }) // the late one never came
	w.sound(want, pulls...)
}

// begun waits until judging has taken so long that an in-progress run shows.
func (w *world) begun(sha string) githubtest.CheckRun {
	w.Helper()
	w.until("an in-progress run shows", func() bool { return len(w.runs(sha)) > 0 })
	run := w.runs(sha)[0]
	if run.Status != "in_progress" {
		w.Errorf("the first run is %s %s, want in_progress", run.Status, run.Conclusion)
	}
	return run
}

// A run that was begun is ended by the next process: with the verdict on an open head,
// as superseded on one that was pushed over while no process was there.
func TestKilledWhileInProgress(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	first := w.spawn()
	w.github.Fault(githubtest.Match{Path: compares, Times: -1}, githubtest.Action{Delay: time.Hour})
	stays, moves := w.open("stays", compose("nginx:latest")), w.open("moves", compose("nginx:latest"))
	old := moves.Head()
	begun := map[string]int64{stays.Head(): w.begun(stays.Head()).ID, old: w.begun(old).ID}
	first.kill()
	w.push("moves", compose("nginx:1.27.4"))
	w.until("the push is not delivered", func() bool { return w.answered(0) > 0 })
	w.github.ClearFaults()
	w.spawn()
	w.sound(deserved{stays.Head(): "failure", moves.Head(): "success", old: "failure"}, stays, moves)
	for sha, id := range begun {
		if runs := w.runs(sha); len(runs) != 1 || runs[0].ID != id {
			t.Errorf("on %s are %+v, want the run that was begun, %d", sha, runs, id)
		}
	}
	w.supersededBy(old, moves.Head())
}

// supersededBy fails unless the one aggregated run on old says that newer took its place.
func (w *world) supersededBy(old, newer string) {
	w.Helper()
	for _, r := range w.runs(old) {
		if r.Conclusion != "action_required" || !strings.Contains(r.Title, "superseded by "+newer) {
			w.Errorf("on the old head is %s %q, want superseded by %s", r.Conclusion, r.Title, newer)
		}
	}
}

// Asked to stop while GitHub does not answer, the process ends in time and leaves
// nothing half done: the next one judges.
func TestStopsWhileJudging(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	first := w.spawn()
	w.github.Fault(githubtest.Match{Path: compares, Times: -1}, githubtest.Action{Delay: time.Hour})
	p := w.open("change", compose("nginx:latest"))
	w.until("it is judging", func() bool { return w.asked(compares) })
	if took := first.terminate(); took > 10*time.Second || first.err != nil {
		t.Errorf("the process ended after %s with %v, want within 10s and without an error", took, first.err)
	}
	w.github.ClearFaults()
	w.spawn()
	w.judgedOnce(p, 1)
}

// asked reports whether GitHub got a request for such a path.
func (w *world) asked(path *regexp.Regexp) bool {
	return slices.ContainsFunc(w.github.Requests(), func(r githubtest.Request) bool { return path.MatchString(r.Path) })
}

// Two processes on one SQLite file would both judge: the second is refused, the first goes on.
func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	w.spawn()
	second := w.launch()
	w.await("the second process ends", second.ended)
	if second.cmd.ProcessState.ExitCode() <= 0 || !strings.Contains(second.log.String(), "in use by another process") {
		t.Errorf("the second process ended with %v and says %q", second.err, second.log)
	}
	w.judgedOnce(w.open("change", compose("nginx:latest")), 1)
}

// The verdict of an interrupted attempt is on GitHub already: although the next attempt
// is slow, it shows no second run in progress.
func TestSlowAttemptAfterALostVerdict(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	first := w.spawn()
	w.github.Fault(githubtest.Match{Method: "POST", Path: checkRuns, Nth: 2}, githubtest.Action{DropAnswer: true})
	p := w.open("change", compose("nginx:latest"))
	w.verdict(p.Head())
	first.kill()
	w.github.ResetRequests()
	w.github.Fault(githubtest.Match{Path: compares}, githubtest.Action{Delay: 6 * time.Second})
	w.spawn()
	w.until("the next attempt has begun", func() bool { return w.asked(compares) })
	w.judgedOnce(p, 1)
}
