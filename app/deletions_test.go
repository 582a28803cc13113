package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/effort"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

const (
	cleaner = "-- .github/workflows/clean.yml --\n" + cleanerText
	// cleanerText is a workflow with nothing against it but that nobody has looked at it.
	cleanerText = `name: clean
on: {schedule: [{cron: "0 4 * * *"}]}
permissions: {contents: write}
jobs:
  clean:
    runs-on: ubuntu-24.04
    environment: cleanup
    steps:
      - uses: actions/checkout@v4
      - run: ./scripts/clean.sh
`
	script      = "-- scripts/clean.sh --\n#!/bin/sh\ngh release delete nightly-1 --yes\n"
	otherScript = "-- scripts/clean.sh --\n#!/bin/sh\ngh release delete v1.0.0 --yes\n"
)

// unreviewed is a pull request with a clean-up that waits for a review.
func (w *world) unreviewed(branch string) *githubtest.Pull {
	w.Helper()
	p := w.open(branch, cleaner+script)
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	return p
}

// approved is one that mona has approved.
func (w *world) approved(branch string) *githubtest.Pull {
	w.Helper()
	p := w.unreviewed(branch)
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	w.becomes(p.Head(), "success")
	w.settle()
	return p
}

func (w *world) commit(branch, files string, options ...githubtest.PushOption) {
	w.Helper()
	githubtest.Must(w.repo.Commit(branch, "more", githubtest.Txtar([]byte(files)), options...))
}

// A step that deletes passes by the approval of somebody who has seen the workflow and
// what it calls, and by nothing else; the run tells who, and what they have seen.
func TestDeletionNeedsAnApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.unreviewed("change")
	p.Comment(w.github.User("mona"), "/checkrein accept deletions/unreviewed it is fine")
	says(t, w.stays(p.Head(), "failure"), "takes no accept")
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	says(t, w.becomes(p.Head(), "success"), "approved in a review by mona; seen: `.github/workflows/clean.yml` (`", "`scripts/clean.sh` (`")

	w.push("change", "-- notes.md --\nanother file\n")
	w.expect(p.Head(), "success", "")
	w.push("change", otherScript)
	says(t, w.expect(p.Head(), "failure", "1 blocking"), "where `scripts/clean.sh` was another")
	w.push("change", script)
	w.expect(p.Head(), "success", "")
	w.settle()
	must(w, p.Merge(w.dev))
	w.settle()

	// On main, too, a change of what is called is one of what was approved.
	later := w.open("later", otherScript)
	w.expect(later.Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(later.Review(w.github.User("mona"), "APPROVED"))
	w.becomes(later.Head(), "success")
}

// What an approved step takes away may be chosen by a script that runs before it: a change
// of that is one of what was approved.
func TestWhatChoosesForADeletionIsReviewed(t *testing.T) {
	t.Parallel()
	const choose = "-- scripts/choose.sh --\n#!/bin/sh\necho nightly-1\n"
	w := newWorld(t, strings.Replace(cleaner, "./scripts/clean.sh", "./scripts/choose.sh > names\n      - run: xargs -n1 gh release delete --yes < names", 1)+choose)
	p := w.open("change", strings.Replace(choose, "nightly-1", "v1.0.0", 1))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	says(t, w.becomes(p.Head(), "success"), "`scripts/choose.sh` (`")
}

// An approval has the head judged once more: who said what is one query, and what a
// reviewer may do one request for each.
func TestBudgetOfAnApproval(t *testing.T) {
	if !effort.Measured {
		t.Skip("with the race detector an evaluation may take the five seconds after which one request more shows it in progress; counted without")
	}
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	w.warm()
	p := w.unreviewed("change")
	w.github.ResetRequests()
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	w.becomes(p.Head(), "success")
	w.settle()
	// compare, permission, both runs, comment; state, the change's files, who said what
	if got, want := w.counted(), (counts{5, 3, 0, 0}); got != want {
		t.Errorf("%+v requests, want %+v: %v", got, want, w.github.Tally())
	}
}

// Ways to a green run without a second pair of eyes on what is merged. All are tried in
// one repository, each in a pull request of its own.
func TestApprovalsOfDeletionsThatDoNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	approver := githubtest.Must(w.github.AddApp(githubtest.AppConfig{ID: 9, Slug: "approver"}))
	must(w, w.repo.Grant(approver.Bot, "write"))
	for _, c := range []struct {
		name, branch string
		try          func(p *githubtest.Pull, mona *githubtest.User)
		why          string
	}{
		{"by a pusher", "pusher", func(p *githubtest.Pull, mona *githubtest.User) {
			w.commit("pusher", "-- notes.md --\nx\n", githubtest.By(mona))
			w.verdict(p.Head())
			w.settle()
			githubtest.Must(p.Review(mona, "APPROVED"))
		}, "but pushed to this pull request"},
		{"by a pusher who wrote somebody else into the commit", "forged", func(p *githubtest.Pull, mona *githubtest.User) {
			rita := w.github.User("rita")
			w.commit("forged", otherScript, githubtest.By(mona), githubtest.Author(rita), githubtest.Committer(rita))
			w.verdict(p.Head())
			w.settle()
			githubtest.Must(p.Review(mona, "APPROVED"))
		}, "but pushed to this pull request"},
		{"of an older head, before the script alone was another", "older", func(p *githubtest.Pull, mona *githubtest.User) {
			githubtest.Must(p.Review(mona, "APPROVED"))
			w.becomes(p.Head(), "success")
			w.push("older", otherScript)
		}, "where `scripts/clean.sh` was another"},
		{"of an older head, given afterwards", "outdated", func(p *githubtest.Pull, mona *githubtest.User) {
			before := p.Head()
			w.push("outdated", otherScript)
			w.verdict(p.Head())
			w.settle()
			githubtest.Must(p.Review(mona, "APPROVED", githubtest.ReviewAt(before)))
		}, "where `scripts/clean.sh` was another"},
		{"by somebody who has lost access since", "lost", func(p *githubtest.Pull, _ *githubtest.User) {
			tara := w.github.User("tara")
			githubtest.Must(p.Review(tara, "APPROVED"))
			w.becomes(p.Head(), "success")
			must(w, w.repo.Grant(tara, "read"))
			p.Comment(w.dev, "/checkrein recheck")
			w.becomes(p.Head(), "failure")
		}, "but has no write access"},
		{"by a bot", "bot", func(p *githubtest.Pull, _ *githubtest.User) {
			githubtest.Must(p.Review(approver.Bot, "APPROVED"))
		}, "but is not a human account"},
		{"of the same blobs under another path", "path", func(p *githubtest.Pull, mona *githubtest.User) {
			githubtest.Must(p.Review(mona, "APPROVED"))
			w.becomes(p.Head(), "success")
			files := githubtest.Txtar([]byte("-- .github/workflows/nightly.yml --\n" + cleanerText))
			files[".github/workflows/clean.yml"] = nil
			githubtest.Must(w.repo.Commit("path", "rename", files, githubtest.By(w.dev)))
		}, "where `.github/workflows/nightly.yml` was another"},
		{"of the same files in another pull request", "replay", func(p *githubtest.Pull, mona *githubtest.User) {
			w.approved("replayed")
			githubtest.Must(p.Review(mona, "COMMENTED"))
		}, ""},
		{"taken back", "dismissed", func(p *githubtest.Pull, mona *githubtest.User) {
			id := githubtest.Must(p.Review(mona, "APPROVED"))
			w.becomes(p.Head(), "success")
			must(w, w.github.DismissReview(w.github.User("rita"), id, "look again"))
			w.becomes(p.Head(), "failure")
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := w.unreviewed(c.branch)
			c.try(p, w.github.User("mona"))
			if run := w.stays(p.Head(), "failure"); c.why != "" {
				says(t, run, c.why)
			}
		})
	}
}

// A pull request from a fork is judged by what GitHub says of people here: neither the
// fork's owner counts, nor somebody from here who pushed to the fork under another name.
func TestDeletionFromAFork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	mallory, mona := w.github.Stranger("mallory"), w.github.User("mona")
	fork := githubtest.Must(w.github.Fork(w.repo, "mallory"))
	must(w, fork.Branch("evil", "main", githubtest.By(mallory)))
	githubtest.Must(fork.Commit("evil", "clean", githubtest.Txtar([]byte(cleaner+script)), githubtest.By(mallory)))
	p := githubtest.Must(w.repo.OpenPull(mallory, "evil", "main", githubtest.PullOptions{From: fork}))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()

	friend := w.github.Stranger("friend")
	must(w, fork.Grant(friend, "admin"))
	githubtest.Must(p.Review(friend, "APPROVED"))
	says(t, w.stays(p.Head(), "failure"), "but has no write access")

	githubtest.Must(fork.Commit("evil", "more", githubtest.Txtar([]byte(otherScript)), githubtest.By(mona),
		githubtest.Author(mallory), githubtest.Committer(mallory)))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(p.Review(mona, "APPROVED"))
	says(t, w.stays(p.Head(), "failure"), "but pushed to this pull request")

	githubtest.Must(p.Review(w.github.User("rita"), "APPROVED"))
	says(t, w.becomes(p.Head(), "success"), "approved in a review by rita")
}

// The merge queue finds an approval by the files of the group: it holds beside a change of
// something else, and not beside one of what the workflow calls.
func TestApprovalOfADeletionInTheMergeQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, script) // nothing calls it
	p := w.open("clean", cleaner)
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	w.becomes(p.Head(), "success")
	callee, notes := w.open("callee", otherScript), w.open("notes", "-- notes.md --\nx\n")
	w.expect(callee.Head(), "success", "") // still nothing calls it
	w.expect(notes.Head(), "success", "")
	w.settle()

	group := githubtest.Must(w.repo.EnqueueMerge(w.dev, p, callee))
	says(t, w.expect(group, "failure", "1 blocking"), "where `scripts/clean.sh` was another")
	w.settle()
	if p.Merged() != "" || callee.Merged() != "" {
		t.Error("the queue merged a script that nobody has seen with the workflow")
	}
	w.expect(githubtest.Must(w.repo.EnqueueMerge(w.dev, p, notes)), "success", "")
	w.until("the queue merges", func() bool { return p.Merged() != "" })
}

// Where the policy wants two people, one is not enough, and the run says who is there.
func TestDeletionNeedsTwoPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- .github/checkrein.yml --\nversion: 1\nchecks: {deletions: {approvals: 2}}\n")
	p := w.unreviewed("change")
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	says(t, w.stays(p.Head(), "failure"), "1 of 2 approvals of `deletions/unreviewed` in `.github/workflows/clean.yml` and 1 more: `@mona`")
	githubtest.Must(p.Review(w.github.User("rita"), "APPROVED"))
	says(t, w.becomes(p.Head(), "success"), "approved in a review by mona, rita")
}

// An approval is no remedy: what has one of its own stays, and no looking mends it.
func TestApprovalMendsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	p := w.open("change", strings.Replace(cleaner, "    environment: cleanup\n", "", 1)+script)
	w.expect(p.Head(), "failure", "2 blocking")
	w.settle()
	githubtest.Must(p.Review(w.github.User("mona"), "APPROVED"))
	w.until("one is answered", func() bool { return strings.Contains(newest(w.runs(p.Head())).Title, "1 blocking") })
	says(t, w.stays(p.Head(), "failure"), "deletions/no-environment", "approved in a review by mona")
}

// pointer is a check that names files which it has not read.
type pointer struct{}

func (pointer) Name() string                          { return "deletions" }
func (pointer) Reads(path string) bool                { return path == "clean.yml" }
func (pointer) Learn(string, string, []byte) []string { return nil }
func (pointer) Run(context.Context, checks.Change) checks.Report {
	return checks.Report{Check: "deletions", Findings: []checks.Finding{{Rule: "deletions/unreviewed", Severity: checks.Block, New: true,
		Path: "clean.yml", Span: checks.Span{Line: 1, Column: 1, EndLine: 1, EndColumn: 2}, Sees: []string{"clean.yml", "far/away.sh", "gone.sh"}}}}
}

// What somebody says yes to is what the head has there, also where the check came to no
// look at it.
func TestYesIsAboutFilesThatTheCheckHasNotRead(t *testing.T) {
	t.Parallel()
	w := deploys(t, "-- far/away.sh --\nx\n")
	w.judge.Checks = func(*policy.Policy, images.Facts, images.Resolver, schema.Deployments) []checks.Check {
		return []checks.Check{pointer{}}
	}
	p := w.open("change", "-- clean.yml --\ny\n")
	w.judged(p)
	told, _, err := w.memory.Verdict(t.Context(), w.repo.ID, p.Head())
	must(w.world, err)
	want := review.Question{Rule: "deletions/unreviewed", Files: []review.File{
		{Path: "clean.yml", Blob: tree.BlobID([]byte("y\n"))}, {Path: "far/away.sh", Blob: tree.BlobID([]byte("x\n"))}, {Path: "gone.sh"}}}
	if !slices.Equal(told.Asked, []pull.Asked{{Rule: want.Rule, Key: want.Key()}}) {
		t.Errorf("asked %v, want about %v", told.Asked, want.Files)
	}
}
