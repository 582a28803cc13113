package report

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

// TestHuge: many findings, each quoting a line of a megabyte, are told without
// looking at all of it. JSON is not asked: it holds everything.
func TestHuge(t *testing.T) {
	line := strings.Repeat("\t最\x1b", 200_000)
	f := defaultTagFinding()
	f.Evidence[0].Text, f.Evidence[0].Span = line, checks.Span{Line: 1, Column: 500_001, EndLine: 1, EndColumn: 500_501}
	f.Title, f.Why = line, line
	v := verdict.Verdict{Conclusion: verdict.Failure}
	for range 200 {
		v.Findings = append(v.Findings, f)
	}
	for name, tell := range map[string]func(*Result) error{
		"text":   func(r *Result) error { return Text(io.Discard, r, Style{}) },
		"github": func(r *Result) error { return GitHub(io.Discard, r) },
	} {
		start := time.Now()
		if err := tell(&Result{Verdict: v}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}
