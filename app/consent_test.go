package app_test

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

const accept = "/checkrein accept images/mutable-tag the vendor ships no other tag"

// becomes waits for a run with that conclusion to be the newest.
func (w *world) becomes(sha, conclusion string) githubtest.CheckRun {
	w.Helper()
	w.until("the head is "+conclusion, func() bool {
		runs := concluded(w.runs(sha))
		return len(runs) > 0 && newest(runs).Conclusion == conclusion
	})
	return newest(concluded(w.runs(sha)))
}

// stays waits until everything is quiet and wants the newest run to be so.
func (w *world) stays(sha, conclusion string) githubtest.CheckRun {
	w.Helper()
	w.settle()
	run := newest(w.runs(sha))
	if run.Conclusion != conclusion {
		w.Errorf("the run on %.7s is %s %q, want %s:\n%s", sha, run.Conclusion, run.Title, conclusion, run.Summary)
	}
	return run
}

func says(t *testing.T, run githubtest.CheckRun, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(run.Summary, word) {
			t.Errorf("the summary does not say %q:\n%s", word, run.Summary)
		}
	}
}

// A person with write access who made none of it accepts a finding: it holds for these
// files, also when the pull request moves on, and no longer than the comment stands.
func TestAcceptedFindingPasses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	id := p.Comment(w.github.User("mona"), accept)
	says(t, w.becomes(p.Head(), "success"), "accepted by mona", "the vendor ships no other tag")

	w.push("change", "-- notes.md --\nanother file\n")
	w.expect(p.Head(), "success", "")

	w.push("change", compose("nginx:latest")+"# touched\n")
	says(t, w.expect(p.Head(), "failure", "1 blocking"), "mona")

	w.push("change", compose("nginx:latest"))
	w.expect(p.Head(), "success", "")
	w.settle()

	w.github.DeleteComment(id)
	if err := w.github.Rerequest(w.dev, newest(w.runs(p.Head())).ID); err != nil {
		t.Fatal(err)
	}
	w.becomes(p.Head(), "failure")
}

// What does not count leaves the head red, and the run says why.
func TestAcceptsThatDoNotCount(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		say  func(w *world, p *githubtest.Pull)
		why  string
	}{
		{"the author's", func(w *world, p *githubtest.Pull) { p.Comment(w.dev, accept) }, "but opened this pull request"},
		{"a stranger's", func(w *world, p *githubtest.Pull) { p.Comment(w.github.Stranger("mallory"), accept) }, ""},
		{"with triage only", func(w *world, p *githubtest.Pull) {
			u := w.github.Stranger("tara")
			must(w, w.repo.Grant(u, "triage"))
			p.Comment(u, accept)
		}, ""},
		{"without a reason", func(w *world, p *githubtest.Pull) {
			p.Comment(w.github.User("mona"), "/checkrein accept images/mutable-tag")
		}, "no reason"},
		{"of another rule", func(w *world, p *githubtest.Pull) {
			p.Comment(w.github.User("mona"), "/checkrein accept images/default-tag known")
		}, ""},
		{"of a rule that takes none", func(w *world, p *githubtest.Pull) {
			p.Comment(w.github.User("mona"), "/checkrein accept policy/loosened known")
		}, ""},
		{"edited by a maintainer into one", func(w *world, p *githubtest.Pull) {
			id := p.Comment(w.github.User("mona"), "looks good")
			must(w, p.EditComment(w.github.User("mallet"), id, accept))
			p.Comment(w.github.User("mona"), "/checkrein recheck")
		}, "edited"},
		{"pushed to the pull request before", func(w *world, p *githubtest.Pull) {
			u := w.github.User("mona")
			githubtest.Must(w.repo.Commit("change", "help", githubtest.Txtar([]byte("-- help.md --\nx\n")), githubtest.By(u)))
			w.verdict(p.Head())
			w.settle()
			p.Comment(u, accept)
		}, "but pushed to this pull request"},
		{"wrote a commit that another pushed", func(w *world, p *githubtest.Pull) {
			u := w.github.User("mona")
			githubtest.Must(w.repo.Commit("change", "help", githubtest.Txtar([]byte("-- help.md --\nx\n")), githubtest.Author(u), githubtest.By(w.dev)))
			w.verdict(p.Head())
			w.settle()
			p.Comment(u, accept)
		}, "but is an author of commit"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "-- README.md --\nx\n")
			p := w.open("change", compose("nginx:latest"))
			w.expect(p.Head(), "failure", "1 blocking")
			w.settle()
			c.say(w, p)
			run := w.stays(p.Head(), "failure")
			if c.why != "" {
				says(t, run, c.why)
			}
			unheard := c.name == "a stranger's" || c.name == "with triage only"
			if logged := strings.Contains(w.log.String(), "without write access is not followed"); logged != unheard {
				t.Errorf("the log says that the command is not followed: %v, want %v", logged, unheard)
			}
		})
	}
}

func must(w *world, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// An accept is about what was told when it was written: a push in between is not covered.
func TestAcceptDoesNotCoverWhatCameAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	w.github.SetTraffic(githubtest.Traffic{Hold: true})
	p.Comment(w.github.User("mona"), accept)
	w.push("change", compose("evil:latest"))
	w.github.SetTraffic(githubtest.Traffic{})
	w.expect(p.Head(), "failure", "1 blocking")
	w.stays(p.Head(), "failure")
}

// A yes in one pull request says nothing in another, even about the same files.
func TestYesStaysInItsPullRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	one := w.open("one", compose("nginx:latest"))
	two := w.open("two", compose("nginx:latest")+"-- two.md --\nx\n")
	w.expect(one.Head(), "failure", "1 blocking")
	w.expect(two.Head(), "failure", "1 blocking")
	w.settle()
	one.Comment(w.github.User("mona"), accept)
	w.becomes(one.Head(), "success")
	two.Comment(w.github.User("mona"), "/checkrein recheck")
	w.stays(two.Head(), "failure")
}

// The merge group of a pull request carries its yes, and only with the same files.
func TestYesHoldsInTheMergeQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	one := w.open("one", compose("nginx:latest"))
	two := w.open("two", "-- notes.md --\nx\n")
	w.expect(one.Head(), "failure", "1 blocking")
	w.settle()
	one.Comment(w.github.User("mona"), accept)
	w.becomes(one.Head(), "success")
	w.verdict(two.Head())
	w.settle()
	w.expect(githubtest.Must(w.repo.EnqueueMerge(w.dev, one, two)), "success", "")
	w.until("the queue merges", func() bool { return one.Merged() != "" })
}

func TestRecheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	p.Comment(w.github.Stranger("mallory"), "/checkrein recheck")
	w.settle()
	if n := len(w.runs(p.Head())); n != 1 {
		t.Errorf("%d runs after a stranger asked for a recheck, want 1", n)
	}
	p.Comment(w.dev, "/checkrein recheck")
	w.until("a second run", func() bool { return len(concluded(w.runs(p.Head()))) == 2 })
}

const (
	strict = "-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {pin: tag}}\n"
	loose  = "-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {level: warn}}\n"
)

// A looser policy blocks until somebody else approves it; then it counts, for the change
// itself too, until the file is another or the approval is gone.
func TestLooserPolicyNeedsAnApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strict)
	p := w.open("change", compose("nginx:latest")+loose)
	says(t, w.expect(p.Head(), "failure", "2 blocking"), "policy/loosened", "checks.images.level")
	w.settle()
	id := githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	says(t, w.becomes(p.Head(), "success"), "approved in a review by mona")

	w.push("change", "-- more.md --\nanother file\n")
	w.expect(p.Head(), "success", "")
	w.settle()

	looser := strings.Replace(loose, "level: warn", "level: \"off\"", 1)
	w.push("change", looser) // the second step
	says(t, w.expect(p.Head(), "failure", "2 blocking"), "mona")
	w.push("change", loose)
	w.expect(p.Head(), "success", "")
	w.settle()

	must(w, w.github.DismissReview(w.github.User("mallet"), id, "not any more"))
	w.becomes(p.Head(), "failure")
}

// Where two people are wanted before something is deleted, one cannot take that away:
// not by approving twice, and not by a policy that wants one.
func TestLooserPolicyNeedsAsManyAsADeletion(t *testing.T) {
	t.Parallel()
	two := strings.Replace(strict, "pin: tag}", "pin: tag}, deletions: {approvals: 2}", 1)
	w := newWorld(t, two)
	p := w.open("change", strict)
	says(t, w.expect(p.Head(), "failure", "1 blocking"), "checks.deletions.approvals")
	w.settle()
	rita := w.github.User("rita")
	githubtest.Must(p.Review(rita, "APPROVED"))
	githubtest.Must(p.Review(rita, "APPROVED"))
	says(t, w.stays(p.Head(), "failure"), "1 of 2 approvals of `policy/loosened`", "`@rita`")
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	says(t, w.becomes(p.Head(), "success"), "approved in a review by rita, mona; seen: `.github/checkrein.yml`")
}

// The policy in an unprotected branch does not help: it is compared where it would go.
func TestLooserPolicyByWayOfAnotherBranch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strict)
	w.push("staging", loose)
	w.settle()
	w.push("change", loose+compose("nginx:latest"))
	p := githubtest.Must(w.repo.OpenPull(w.dev, "change", "staging"))
	w.expect(p.Head(), "success", "") // staging's own policy
	w.settle()
	w.repo.RequireCheck("checkrein", w.app)
	onMain := githubtest.Must(w.repo.OpenPull(w.dev, "change", "main"))
	w.becomes(onMain.Head(), "failure")
	if err := onMain.Merge(w.dev); err == nil {
		t.Error("the looser policy reached main")
	}
}

// A green head that is opened onto another base is in progress at once, not green.
func TestGreenHeadOntoAnotherBaseIsNotGreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strict)
	w.push("staging", loose)
	w.push("change", loose+compose("nginx:latest"))
	first := githubtest.Must(w.repo.OpenPull(w.dev, "change", "staging"))
	w.expect(first.Head(), "success", "")
	w.settle()
	w.github.Fault(githubtest.Match{Path: compares}, githubtest.Action{Delay: 3000 * ms})
	githubtest.Must(w.repo.OpenPull(w.dev, "change", "main"))
	w.until("the newest run is in progress", func() bool { return newest(w.runs(first.Head())).Status == "in_progress" })
	w.becomes(first.Head(), "failure")
}

func TestPolicyThatThisChangeBreaks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strict)
	p := w.open("change", "-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {pn: tag}}\n")
	says(t, w.expect(p.Head(), "failure", "1 blocking"), "policy/invalid", "checkrein.yml:2")
	w.settle()
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	w.stays(p.Head(), "failure") // nobody can approve what cannot be read
}

// An inline ignore that the change adds counts once somebody else has approved the file.
func TestInlineIgnoreWaitsForAnApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("change", compose(`nginx:latest # checkrein:ignore images/mutable-tag until=`+soon()+` reason="local"`))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	w.becomes(p.Head(), "success")
}

// An approval by a second account of the person who pushed counts: no App can tell. It is
// only as strong as accounts are.
func TestSecondAccountOfThePusherCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strict)
	p := w.open("change", loose)
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(p.Review(w.github.User("dana-work"), "APPROVED"))
	says(t, w.becomes(p.Head(), "success"), "dana-work")
}
