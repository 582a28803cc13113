package policy

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// fuzzChange judges the change from the bytes before the first zero to those behind it.
func fuzzChange(t *testing.T, data []byte, owns bool) {
	before, after, _ := bytes.Cut(data, []byte{0})
	base := tree.Memory("base", map[string]string{Path: string(before)})
	head := tree.Memory("head", map[string]string{Path: string(after)})
	o := CheckOptions{Rules: knownRules(), Catalogue: catalogue(), OwnsOrganisation: owns, LastValid: before, Today: changeDay()}
	report := NewCheck(o).Run(context.Background(), changed(t, base, head))
	if len(report.Findings) > max(maxLoosened, maxProblems) || len(report.Unread) > 0 {
		t.Fatalf("%d findings, %v", len(report.Findings), report.Unread)
	}
	for _, f := range report.Findings {
		if f.Line < 1 || f.Column < 1 || f.EndColumn < f.Column || f.Title == "" || len(f.Evidence) > 2*maxQuotes {
			t.Errorf("finding at no place, or without words: %+v", f)
		}
		for _, e := range f.Evidence {
			if len(e.Text) > maxQuote+len("…") {
				t.Errorf("quote of %d bytes", len(e.Text))
			}
		}
	}
	read := Read
	if owns {
		read = ReadOrganisation
	}
	was, is := resolved(before, read), resolved(after, read)
	if was == nil || is == nil {
		return
	}
	fuzzLooser(t, was, is, report)
}

func resolved(data []byte, read documentReader) *Policy {
	doc, problems := read(Path, data, knownRules())
	if problems != nil {
		return nil
	}
	p, _ := Resolve(nil, doc)
	return p
}

// fuzzLooser: nothing is looser than itself, and of what is looser in neither direction
// each judges as the other does.
func fuzzLooser(t *testing.T, was, is *Policy, report checks.Report) {
	if l := Looser(was, was, catalogue(), changeDay()); len(l) > 0 {
		t.Errorf("looser than itself: %+v", l)
	}
	there, back := Looser(was, is, catalogue(), changeDay()), Looser(is, was, catalogue(), changeDay())
	if touched := report.Files > 0; touched && (len(there) > 0) != (len(report.Findings) > 0) {
		t.Errorf("loosenings %+v, findings %+v", there, report.Findings)
	}
	if len(there)+len(back) == 0 {
		alike(t, was, is)
	}
}

func alike(t *testing.T, a, b *Policy) {
	paths := slices.Concat(a.Images.Ignore, b.Images.Ignore, a.Schema.Ignore, b.Schema.Ignore, a.Deletions.Ignore, b.Deletions.Ignore)
	for _, name := range []string{"images", "schema", "deletions"} {
		if a.Level(name) != b.Level(name) {
			t.Errorf("level of %s", name)
		}
		for _, path := range paths {
			if a.Ignores(name, path) != b.Ignores(name, path) {
				t.Errorf("%s ignores %q in one only", name, path)
			}
		}
	}
	for _, r := range catalogue() {
		if a.Severity(r.ID, r.Severity) != b.Severity(r.ID, r.Severity) {
			t.Errorf("severity of %s", r.ID)
		}
	}
	if a.Images.Pin != b.Images.Pin || a.Schema.Dialect != b.Schema.Dialect || a.Deletions.Approvals != b.Deletions.Approvals {
		t.Error("pin, dialect or approvals")
	}
	for _, e := range slices.Concat(a.Exceptions, b.Exceptions) {
		f := checks.Finding{Rule: e.Rule, Path: e.Path, Subject: e.Subject}
		if excused(a, f) != excused(b, f) {
			t.Errorf("%+v passes in one only", f)
		}
	}
}

// excused reports whether an exception lets a finding pass on the day of the change.
func excused(p *Policy, f checks.Finding) bool {
	day := changeDay().Truncate(24 * time.Hour)
	return slices.ContainsFunc(p.Exceptions, func(e Exception) bool {
		return e.Problem == "" && e.Covers(f) && !e.Until.Before(day) && !e.Until.After(day.AddDate(1, 0, 0))
	})
}
