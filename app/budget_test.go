package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/fixtures/effort"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// counts is the part of githubtest.Counts that budgets speak of.
type counts struct{ REST, GraphQL, Token, Download int }

func (w *world) counted() counts {
	c := w.github.Count()
	return counts{c.REST, c.GraphQL, c.Token, c.Download}
}

// warm judges a first pull request, so that the token is at hand and the base is known.
func (w *world) warm() {
	w.Helper()
	p := w.open("warm-up", "-- warm.md --\nwarm\n")
	w.verdict(p.Head())
	w.settle()
	w.github.ResetRequests()
}

// Requests per evaluation are a published budget; each case counts one evaluation.
func TestRequestBudget(t *testing.T) {
	if !effort.Measured {
		t.Skip("with the race detector an evaluation may take the five seconds after which one request more shows it in progress; counted without")
	}
	many := func(n int, image string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "-- svc%03d/compose.yml --\nservices:\n  web%03d:\n    image: %s\n", i, i, image)
		}
		return b.String()
	}
	cases := []struct {
		name string
		base string // files on main besides README.md
		head string // the change
		want counts
	}{
		{"unaffected: compare, create run, state", compose("nginx:1.27.3"), "-- notes.md --\nx\n", counts{2, 1, 0, 0}},
		{"affected: one query more for the blobs", compose("nginx:1.27.3"), compose("nginx:1.27.4"), counts{2, 2, 0, 0}},
		{"with findings: detail run and comment more", compose("nginx:1.27.3"), compose("nginx:latest"), counts{4, 2, 0, 0}},
		{"50 blobs in one query", "", many(50, "nginx:1.27.3"), counts{2, 2, 0, 0}},
		{"51 blobs in two queries", "", many(51, "nginx:1.27.3"), counts{2, 3, 0, 0}},
		{"50 annotations in one request", "", many(50, "nginx:latest"), counts{4, 2, 0, 0}},
		{"51 annotations in two", "", many(51, "nginx:latest"), counts{5, 3, 0, 0}},
		{"301 files: four pages more", "", many(301, "nginx:1.27.3"), counts{6, 8, 0, 0}},
		{"a default changes behind an unchanged field", "-- .env --\nTAG=1.2.3\n" + compose("nginx:${TAG}"), "-- .env --\nTAG=latest\n", counts{4, 2, 0, 0}},
		{"a named file whose facts are kept costs nothing", "-- b/child.yml --\n" + childTemplate, "-- a/parent.yml --\n" + parentTemplate, counts{2, 2, 0, 0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "-- README.md --\nhello\n"+c.base)
			w.warm()
			p := w.open("change", c.head)
			w.verdict(p.Head())
			w.settle()
			if diff := cmp.Diff(c.want, w.counted()); diff != "" {
				t.Errorf("requests (-want +got):\n%s%s", diff, requests(w))
			}
		})
	}
}

const childTemplate = `AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Tag: {Type: String}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {Name: api, Image: !Sub "acme/api:${Tag}"}
`

const parentTemplate = `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ../b/child.yml
      Parameters: {Tag: 1.2.3}
`

func requests(w *world) string {
	var b strings.Builder
	for _, r := range w.github.Requests() {
		fmt.Fprintf(&b, "%s %s %d\n", r.Method, r.Path, r.Status)
	}
	return b.String()
}

// The facts of a base tip are not part of an evaluation: cold one streamed archive,
// after a push one comparison, and one query where files that are read changed.
func TestBaseBudget(t *testing.T) {
	w := newWorld(t, compose("nginx:1.27.3"))
	w.settle()
	w.github.ResetRequests()
	p := w.open("first", "-- a.md --\nx\n")
	w.verdict(p.Head())
	w.settle()
	if diff := cmp.Diff(counts{REST: 2 + 1, GraphQL: 1, Download: 1}, w.counted()); diff != "" {
		t.Errorf("cold (-want +got):\n%s%s", diff, requests(w))
	}

	githubtest.Must(w.repo.Commit("main", "docs", githubtest.Txtar([]byte("-- b.md --\ny\n"))))
	w.github.ResetRequests()
	w.verdict(w.open("second", "-- c.md --\nx\n").Head())
	w.settle()
	if diff := cmp.Diff(counts{REST: 2 + 1, GraphQL: 1}, w.counted()); diff != "" {
		t.Errorf("after a push that touches nothing that is read (-want +got):\n%s%s", diff, requests(w))
	}

	githubtest.Must(w.repo.Commit("main", "update", githubtest.Txtar([]byte(compose("nginx:1.27.9")))))
	w.github.ResetRequests()
	w.verdict(w.open("third", "-- d.md --\nx\n").Head())
	w.settle()
	if diff := cmp.Diff(counts{REST: 2 + 1, GraphQL: 1 + 1}, w.counted()); diff != "" {
		t.Errorf("after a push that touches what is read (-want +got):\n%s%s", diff, requests(w))
	}
}

// An unchanged verdict writes nothing; a re-run writes one run.
func TestUnchangedVerdictWritesNothing(t *testing.T) {
	w := newWorld(t, compose("nginx:1.27.3")+"-- .github/checkrein.yml --\nversion: 1\n")
	p := w.open("change", compose("nginx:1.27.4"))
	run := w.verdict(p.Head())
	w.settle()
	githubtest.Must(w.repo.Commit("main", "docs", githubtest.Txtar([]byte("-- b.md --\ny\n"))))
	w.github.ResetRequests()
	p.Close(w.dev)
	p.Reopen(w.dev)
	w.until("the head is judged again", func() bool { return w.counted().GraphQL > 0 })
	w.settle()
	for _, r := range w.github.Requests() {
		if strings.Contains(r.Path, "check-runs") {
			t.Errorf("an unchanged verdict was written again: %s %s", r.Method, r.Path)
		}
	}
	if err := w.github.Rerequest(w.dev, run.ID); err != nil {
		t.Fatal(err)
	}
	w.until("a second run", func() bool { return len(concluded(w.runs(p.Head()))) == 2 })
}

// A change that starts behind the tip knows nothing of files that it does not touch:
// what it names is a second reading round.
func TestSecondRoundBudget(t *testing.T) {
	w := newWorld(t, "-- README.md --\nhello\n-- b/child.yml --\n"+childTemplate)
	w.push("change", "-- a/parent.yml --\n"+parentTemplate)
	githubtest.Must(w.repo.Commit("main", "more", githubtest.Txtar([]byte("-- b/other.yml --\nx: 1\n"))))
	w.warm()
	p := githubtest.Must(w.repo.OpenPull(w.dev, "change", "main"))
	w.verdict(p.Head())
	w.settle()
	if diff := cmp.Diff(counts{REST: 2, GraphQL: 1 + 2}, w.counted()); diff != "" {
		t.Errorf("requests (-want +got):\n%s%s", diff, requests(w))
	}
}

// A migration is held against what runs: one query more for what is deployed, and for each
// commit that was not seen before its paths and what is new in it.
func TestSchemaBudget(t *testing.T) {
	if !effort.Measured {
		t.Skip("an evaluation may take the five seconds after which one request more shows it in progress; counted without")
	}
	const users = "-- db/migrations/20240101000000_users.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, asset text);\n"
	w := newWorld(t, "-- src/use.ts --\nexport const all = `SELECT id, asset FROM users`;\n"+users)
	must(w, w.repo.Tag("v1.0.0", "main", ""))
	w.warm()
	judged := func(branch, files, conclusion string, want counts) {
		t.Helper()
		w.github.ResetRequests()
		run := w.verdict(w.open(branch, files).Head())
		// That everything was known does not mean that nothing was looked at.
		if run.Conclusion != conclusion || strings.Contains(run.Title, "Nothing to check") != (branch == "unaffected") {
			t.Errorf("%s: %s %q, want %s\n%s", branch, run.Conclusion, run.Title, conclusion, run.Summary)
		}
		w.settle()
		if diff := cmp.Diff(want, w.counted()); diff != "" {
			t.Errorf("%s (-want +got):\n%s%s", branch, diff, requests(w))
		}
	}
	const adds, drops = "-- db/migrations/20240202000000_more.sql --\nALTER TABLE users ADD COLUMN more text;\n",
		"-- db/migrations/20240202000000_drop.sql --\nALTER TABLE users DROP COLUMN asset;\n"
	judged("unaffected", "-- notes.md --\nx\n", "success", counts{REST: 2, GraphQL: 1})
	// The base is the tagged commit: one commit, of whose files the code alone is new.
	judged("cold", adds, "success", counts{REST: 2 + 1, GraphQL: 2 + 1 + 1})
	judged("warm", adds+"-- a.md --\nx\n", "success", counts{REST: 2, GraphQL: 1 + 1}) // a blob that is known
	judged("blocked", drops, "failure", counts{REST: 4, GraphQL: 2 + 1})
}
