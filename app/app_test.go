package app_test

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

func TestPullRequestEndToEnd(t *testing.T) {
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("feature", compose("nginx:latest"))
	run := w.verdict(p.Head())
	if run.Conclusion != "failure" || run.Title != "1 blocking" {
		t.Errorf("run is %s %q, want failure \"1 blocking\"", run.Conclusion, run.Title)
	}
	if !strings.Contains(run.Summary, "compose.yml:3") {
		t.Errorf("the summary does not tell where:\n%s", run.Summary)
	}
	w.settle()
	if comments := p.Comments(); len(comments) != 1 || comments[0].Author != "checkrein[bot]" {
		t.Errorf("comments are %+v, want one by checkrein[bot]", comments)
	}
	if err := p.Merge(w.dev); err == nil {
		t.Error("a red pull request was merged")
	}
	detail := details(w, p.Head(), "checkrein / images")
	if len(detail) != 1 || len(detail[0].Annotations) != 1 || detail[0].Annotations[0].Path != "compose.yml" {
		t.Errorf("detail runs are %+v, want one with one annotation", detail)
	}

	head := w.push("feature", compose("nginx:1.27.4"))
	if run := w.verdict(head); run.Conclusion != "success" {
		t.Errorf("corrected, the run is %s %q", run.Conclusion, run.Title)
	}
	w.settle()
	if comments := p.Comments(); len(comments) != 1 || !comments[0].Edited {
		t.Errorf("comments are %+v, want the one, edited", comments)
	}
	if err := p.Merge(w.dev); err != nil {
		t.Errorf("a green pull request was refused: %v", err)
	}
}

func details(w *world, sha, name string) []githubtest.CheckRun {
	var found []githubtest.CheckRun
	for _, r := range w.repo.CheckRuns(sha) {
		if r.Name == name {
			found = append(found, r)
		}
	}
	return found
}

func TestNothingToCheckIsGreenAndSaysSo(t *testing.T) {
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("docs", "-- README.md --\nhello\n")
	run := w.verdict(p.Head())
	if run.Conclusion != "success" || !strings.HasPrefix(run.Title, "Nothing to check") {
		t.Errorf("run is %s %q", run.Conclusion, run.Title)
	}
	w.settle()
	if len(p.Comments()) != 0 {
		t.Errorf("comments on a green pull request: %+v", p.Comments())
	}
}
