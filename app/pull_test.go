package app_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// expect waits for the verdict on a commit and compares conclusion and title's start.
func (w *world) expect(sha, conclusion, title string) githubtest.CheckRun {
	w.Helper()
	run := w.verdict(sha)
	if run.Conclusion != conclusion || !strings.HasPrefix(run.Title, title) {
		w.Errorf("the run on %.7s is %s %q, want %s %q…", sha, run.Conclusion, run.Title, conclusion, title)
	}
	return run
}

func TestChangedDefaultBehindUnchangedField(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- deploy/.env --\nTAG=1.4.2\n-- deploy/compose.yml --\nservices:\n  api:\n    image: acme/api:${TAG}\n")
	p := w.open("bump", "-- deploy/.env --\nTAG=latest\n")
	run := w.expect(p.Head(), "failure", "1 blocking")
	for _, position := range []string{"deploy/compose.yml:3", "deploy/.env:1"} {
		if !strings.Contains(run.Summary, position) {
			t.Errorf("the summary does not tell %s:\n%s", position, run.Summary)
		}
	}
}

func TestOldFindingDoesNotBlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:latest"))
	moved := w.open("moved", "-- compose.yml --\n# moved down\nservices:\n  web:\n    image: nginx:latest\n")
	w.expect(moved.Head(), "success", "")
	second := w.open("second", "-- compose.yml --\nservices:\n  web:\n    image: nginx:latest\n  proxy:\n    image: nginx:latest\n")
	w.expect(second.Head(), "failure", "1 blocking")
}

// Two pull requests with one head onto different bases: the verdict is the worse one.
func TestSameHeadOntoTwoBases(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	// On release-1 the floating image stands already; on main it does not.
	if err := w.repo.Branch("release-1", "main", githubtest.By(w.dev)); err != nil {
		t.Fatal(err)
	}
	githubtest.Must(w.repo.Commit("release-1", "float", githubtest.Txtar([]byte(compose("nginx:latest")))))
	if err := w.repo.Branch("change", "release-1", githubtest.By(w.dev)); err != nil {
		t.Fatal(err)
	}
	sha := w.push("change", "-- notes.md --\nx\n")
	p := githubtest.Must(w.repo.OpenPull(w.dev, "change", "release-1"))
	w.expect(sha, "success", "")
	w.settle()
	onMain := githubtest.Must(w.repo.OpenPull(w.dev, "change", "main"))
	w.until("the head is red", func() bool { return w.verdict(sha).Conclusion == "failure" })
	if run := w.verdict(sha); !strings.Contains(run.Title, fmt.Sprintf("#%d", onMain.Number)) {
		t.Errorf("the title %q does not name #%d, which makes it worse", run.Title, onMain.Number)
	}
	if p.Head() != onMain.Head() {
		t.Fatal("the two pull requests do not share their head")
	}
	// Once the worse one is closed, the head is judged again for the other.
	onMain.Close(w.dev)
	w.until("the head is green again", func() bool { return w.verdict(sha).Conclusion == "success" })
}

func TestRetargetedPullRequestIsJudgedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	if err := w.repo.Branch("next", "main", githubtest.By(w.dev)); err != nil {
		t.Fatal(err)
	}
	githubtest.Must(w.repo.Commit("next", "float", githubtest.Txtar([]byte(compose("nginx:latest")))))
	if err := w.repo.Branch("change", "next", githubtest.By(w.dev)); err != nil {
		t.Fatal(err)
	}
	sha := w.push("change", "-- notes.md --\nx\n")
	p := githubtest.Must(w.repo.OpenPull(w.dev, "change", "next"))
	w.expect(sha, "success", "")
	w.settle()
	if err := p.EditBase(w.dev, "main"); err != nil {
		t.Fatal(err)
	}
	w.until("the head is red", func() bool { return w.verdict(sha).Conclusion == "failure" })
}

func TestMergeGroupIsJudgedOnItsHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- .env --\nTAG=1.2.3\n")
	one := w.open("one", compose("acme/api:${TAG}"))
	two := w.open("two", "-- .env --\nTAG=latest\n")
	w.expect(one.Head(), "success", "")
	w.expect(two.Head(), "success", "")
	w.settle()
	// Each is fine; together they break.
	head := githubtest.Must(w.repo.EnqueueMerge(w.dev, one, two))
	w.expect(head, "failure", "1 blocking")
	w.settle()
	if one.Merged() != "" || two.Merged() != "" {
		t.Error("the queue merged a red group")
	}
	head = githubtest.Must(w.repo.EnqueueMerge(w.dev, one))
	w.expect(head, "success", "")
	w.until("the queue merges", func() bool { return one.Merged() != "" })
}

func TestForkIsJudgedLikeOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	stranger := w.github.Stranger("mallory")
	fork := githubtest.Must(w.github.Fork(w.repo, "mallory"))
	if err := fork.Branch("evil", "main", githubtest.By(stranger)); err != nil {
		t.Fatal(err)
	}
	sha := githubtest.Must(fork.Commit("evil", "float", githubtest.Txtar([]byte(compose("nginx:latest"))), githubtest.By(stranger)))
	githubtest.Must(w.repo.OpenPull(stranger, "evil", "main", githubtest.PullOptions{From: fork}))
	w.expect(sha, "failure", "1 blocking")
}

// The policy is the base tip's: what the change itself says of it does not count.
func TestPolicyComesFromTheBaseTip(t *testing.T) {
	t.Parallel()
	policy := "-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {level: warn}}\n"
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("loosen", compose("nginx:latest")+policy)
	w.expect(p.Head(), "failure", "2 blocking") // the image, and the looser policy itself
	w.settle()
	githubtest.Must(w.repo.Commit("main", "policy", githubtest.Txtar([]byte(policy))))
	w.expect(w.open("later", "-- other/compose.yml --\nservices:\n  web:\n    image: nginx:latest\n").Head(), "success", "Nothing blocking, 1 warning")
}

func TestOrganisationPolicyAndItsLocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3")+"-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {level: \"off\", pin: none}}\n")
	githubtest.Must(w.github.CreateRepo("acme", ".github", githubtest.Txtar([]byte(
		"-- .github/checkrein.yml --\nversion: 1\nlocked: [checks.images.level]\nchecks: {images: {level: block}}\n"))))
	run := w.expect(w.open("change", compose("nginx:latest")).Head(), "success", "Nothing blocking, 1 warning")
	if !strings.Contains(run.Summary, "locks") {
		t.Errorf("the summary does not tell of the lock:\n%s", run.Summary)
	}
}

// A policy that is broken on the base does not count: the last valid one holds, so
// that the repair can merge, and it is told.
func TestBrokenPolicyOnTheBase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3")+"-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {pin: digest}}\n")
	w.expect(w.open("first", compose("nginx:1.27.4")).Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(w.repo.Commit("main", "break", githubtest.Txtar([]byte("-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {pn: tag}}\n"))))
	run := w.expect(w.open("second", "-- b/compose.yml --\nservices:\n  web:\n    image: redis:7.4.1\n").Head(), "failure", "1 blocking")
	if !strings.Contains(run.Summary, "not valid") {
		t.Errorf("the summary does not tell that the policy is broken:\n%s", run.Summary)
	}
}

// In the App an inline ignore that the change adds does not count by itself; one
// that the base has does.
func TestInlineIgnoreOfTheChangeDoesNotCount(t *testing.T) {
	t.Parallel()
	ignored := `nginx:latest # checkrein:ignore images/mutable-tag until=2099-01-31 reason="local"`
	until := func(s string) string { return strings.ReplaceAll(s, "2099-01-31", soon()) }
	w := newWorld(t, "-- README.md --\nx\n")
	added := w.expect(w.open("added", until(compose(ignored))).Head(), "failure", "1 blocking")
	if !strings.Contains(added.Summary, "approv") {
		t.Errorf("the summary does not say what the ignore waits for:\n%s", added.Summary)
	}
	w.settle()
	githubtest.Must(w.repo.Commit("main", "accepted", githubtest.Txtar([]byte(until(compose(ignored))))))
	moved := "-- deploy/compose.yml --" + strings.TrimPrefix(until(compose(ignored)), "-- compose.yml --")
	changes := githubtest.Txtar([]byte(moved))
	changes["compose.yml"] = nil
	if err := w.repo.Branch("moved", "main"); err != nil {
		t.Fatal(err)
	}
	sha := githubtest.Must(w.repo.Commit("moved", "move", changes, githubtest.By(w.dev)))
	githubtest.Must(w.repo.OpenPull(w.dev, "moved", "main"))
	w.expect(sha, "success", "")
}

func TestUndecidedIsNeverGreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	run := w.expect(w.open("broken", "-- k8s.yml --\napiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: \"x}]}\n").Head(), "action_required", "Undecided")
	if !strings.Contains(run.Summary, "k8s.yml") {
		t.Errorf("the summary does not name the file:\n%s", run.Summary)
	}
}

func TestButtonsJudgeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:1.27.4"))
	press := []func(id int64) error{
		func(id int64) error { return w.github.Rerequest(w.dev, id) },
		func(id int64) error { return w.github.RerequestSuite(w.dev, id) },
		func(id int64) error { return w.github.RequestAction(w.dev, id, "recheck") },
	}
	for i, button := range press {
		if err := button(w.verdict(p.Head()).ID); err != nil {
			t.Fatal(err)
		}
		w.until("one more run", func() bool { return len(concluded(w.runs(p.Head()))) == i+2 })
		w.settle()
	}
}

// A marker pasted by somebody else does not make a comment the App's own.
func TestPastedMarkerIsNotOwn(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	p.Comment(w.github.Stranger("mallory"), "<!-- checkrein -->\nAll clear")
	w.start()
	w.push("change", "-- more.md --\nx\n")
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	comments := p.Comments()
	if len(comments) != 2 || comments[0].Edited || comments[1].Author != "checkrein[bot]" {
		t.Errorf("comments %+v, want the stranger's untouched and one own", comments)
	}
}

func TestManyFindingsNeverFailOnSize(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("-- compose.yml --\nservices:\n")
	for i := range 600 {
		fmt.Fprintf(&b, "  s%d:\n    image: acme/s%d:latest\n", i, i)
	}
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("many", b.String())
	w.expect(p.Head(), "failure", "600 blocking")
	w.settle()
	if detail := details(w, p.Head(), "checkrein / images"); len(detail) != 1 || len(detail[0].Annotations) != 500 {
		t.Errorf("%d detail runs, want one with 500 annotations", len(detail))
	}
}

// An archived repository takes no check runs; what was due there ends in silence.
func TestArchivedRepository(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.github.SetTraffic(githubtest.Traffic{Hold: true})
	p := w.open("change", compose("nginx:latest"))
	w.repo.Archive()
	w.github.ResetRequests()
	w.github.SetTraffic(githubtest.Traffic{})
	w.until("the App asks for the state", func() bool { return w.counted().GraphQL > 0 })
	w.settle()
	if runs := w.runs(p.Head()); len(runs) != 0 || w.counted().REST != 0 {
		t.Errorf("runs %+v on an archived repository, requests:\n%s", runs, requests(w))
	}
}

// A GitHub that is away when the App starts must not cost a delivery.
func TestGitHubAwayAtStart(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	w.github.Fault(githubtest.Match{Path: regexp.MustCompile("^/app$"), Times: -1}, githubtest.Action{Status: 503})
	w.start()
	w.expect(w.open("change", compose("nginx:latest")).Head(), "failure", "1 blocking")
}

// The answer to the verdict is lost and the pull request closed before the next
// attempt: once it is open again, the run that is there is the one.
func TestReopenedAfterALostVerdict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.github.Fault(githubtest.Match{Method: "POST", Path: regexp.MustCompile("check-runs$")}, githubtest.Action{DropAnswer: true})
	p := w.open("change", compose("nginx:1.27.4"))
	w.until("the answer is lost", func() bool { return strings.Contains(w.log.String(), "work failed") })
	p.Close(w.dev)
	w.until("the closed head is done", func() bool { return strings.Contains(w.log.String(), "work done") })
	p.Reopen(w.dev)
	w.until("the head is judged again", func() bool { return strings.Count(w.log.String(), "work done") > 1 })
	w.settle()
	if runs := w.runs(p.Head()); len(runs) != 1 || runs[0].Conclusion != "success" {
		t.Errorf("runs %+v, want the one that was made before", runs)
	}
}
