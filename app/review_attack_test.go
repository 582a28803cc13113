package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// calm waits until everything is quiet and what comes next is in another second:
// GitHub's times tell no less.
func (w *world) calm() {
	w.Helper()
	w.settle()
	time.Sleep(1100 * ms)
}

// is wants the newest run, once everything is quiet, to be so.
func (w *world) is(what, sha, conclusion string) {
	w.Helper()
	w.calm()
	runs := w.runs(sha)
	if len(runs) == 0 {
		w.Errorf("%s: no run on %.7s", what, sha)
		return
	}
	if run := newest(runs); run.Conclusion != conclusion {
		w.Errorf("%s: the run on %.7s is %s %q, want %s:\n%s", what, sha, run.Conclusion, run.Title, conclusion, run.Summary)
	}
}

// An accept is about the head that stood when it was written, also when that head had
// been there before: pushed aside, and back by force.
func TestAcceptIsAboutTheHeadThatStood(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("change", compose("nginx:latest"))
	harmless := p.Head()
	w.expect(harmless, "failure", "1 blocking")
	w.settle()
	w.push("change", compose("evil:latest"))
	evil := p.Head()
	w.expect(evil, "failure", "1 blocking")
	w.settle()
	must(w, w.repo.Branch("change", harmless, githubtest.By(w.dev)))
	w.calm()
	p.Comment(w.github.User("mona"), accept) // she sees nginx:latest
	w.is("what she saw", harmless, "success")
	must(w, w.repo.Branch("change", evil, githubtest.By(w.dev)))
	w.is("what she did not see", evil, "failure")
}

const pair = "-- compose.yml --\nservices:\n  a:\n    image: acme/a:${A:-latest}\n  b:\n    image: acme/b:${B:-latest}\n"

// An accept says nothing about a second finding of the rule that comes up later in the
// same file because another file is another.
func TestAcceptDoesNotCoverAnotherFindingOfTheFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- .env --\nA=1.2.3\n")
	p := w.open("change", pair)
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	p.Comment(w.github.User("mona"), "/checkrein accept images/default-tag b is built on every start")
	w.becomes(p.Head(), "success")
	w.settle()
	w.push("change", "-- .env --\nC=1.2.3\n")
	w.is("image a floats, and nobody was told", p.Head(), "failure")
}

// The same in the merge queue: the other change takes the value away.
func TestAcceptDoesNotCoverAnotherFindingInTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- .env --\nA=1.2.3\n")
	p := w.open("change", pair)
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	p.Comment(w.github.User("mona"), "/checkrein accept images/default-tag b is built on every start")
	w.becomes(p.Head(), "success")
	other := w.open("other", "-- .env --\nC=1.2.3\n")
	w.expect(other.Head(), "success", "")
	w.settle()
	head := githubtest.Must(w.repo.EnqueueMerge(w.dev, p, other))
	w.is("image a floats, and nobody was told", head, "failure")
}

// The last valid policy of a branch is that branch's own, also when another branch comes
// to have the same files.
func TestLastValidPolicyIsOfTheBranch(t *testing.T) {
	t.Parallel()
	const broken = "-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {pn: tag}}\n"
	w := newWorld(t, strict)
	main := w.repo.Tip("main")
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	w.toMain(broken) // somebody's mistake
	w.calm()

	must(w, w.repo.Branch("own", main, githubtest.By(w.dev)))
	w.push("own", loose)
	must(w, w.repo.Branch("docs", w.repo.Tip("own"), githubtest.By(w.dev)))
	w.push("docs", "-- docs.md --\nx\n")
	onOwn := githubtest.Must(w.repo.OpenPull(w.dev, "docs", "own"))
	w.expect(onOwn.Head(), "success", "")
	w.settle()
	w.push("own", broken) // the same tree as main
	w.calm()

	w.push("change", "-- more.md --\nx\n")
	w.is("main was strict when it was last valid", p.Head(), "failure")
}

// A yes to a looser policy of one branch is none for another branch.
func TestYesToAnotherBase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strict)
	must(w, w.repo.Branch("playground", "main", githubtest.By(w.dev)))
	w.push("change", loose+compose("nginx:latest"))
	p := githubtest.Must(w.repo.OpenPull(w.dev, "change", "playground"))
	w.expect(p.Head(), "failure", "2 blocking")
	w.settle()
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	w.becomes(p.Head(), "success")
	w.settle()
	must(w, p.EditBase(w.dev, "main"))
	w.is("mona said yes to the playground", p.Head(), "failure")
}

// What an organisation holds does not fall away because its file is broken.
func TestBrokenOrganisationPolicy(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	defaults := githubtest.Must(w.github.CreateRepo("acme", ".github",
		githubtest.Txtar([]byte("-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {pin: digest}}\nlocked: [checks.images.pin]\n"))))
	w.start()
	p := w.open("change", compose("nginx:1.27.4"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(defaults.Commit("main", "break", githubtest.Txtar([]byte("-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {pn: digest}}\n")), githubtest.By(w.dev)))
	w.is("the organisation's pin is locked", p.Head(), "failure")
}

// Comments of a stranger make no end of runs and requests.
func TestStrangersCommentsCostLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.calm()
	w.github.ResetRequests()
	const many = 12
	for i := range many {
		p.Comment(w.github.Stranger("mallory"), fmt.Sprintf("/checkrein accept no/rule-%d spam", i))
		w.settle()
	}
	c := w.counted()
	if n := len(w.runs(p.Head())); n > 2 {
		t.Errorf("%d runs after %d comments of a stranger", n, many)
	}
	if c.REST+c.GraphQL > 3*many {
		t.Errorf("%d REST and %d GraphQL requests for %d comments of a stranger", c.REST, c.GraphQL, many)
	}
}

// Who has put a copy of the branch somewhere, to try it out, has not made it.
func TestWhoCopiesTheBranchMayHaveAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	mona := w.github.User("mona")
	p.Comment(mona, accept)
	w.becomes(p.Head(), "success")
	must(w, w.repo.Branch("preview", p.Head(), githubtest.By(mona)))
	w.settle()
	p.Comment(w.dev, "/checkrein recheck")
	w.is("mona copied it", p.Head(), "success")
}
