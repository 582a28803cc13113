package pipeline

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// checkFile: every place that is answered lies inside the file, and every text tells the
// place of each of its lines.
func checkFile(t *testing.T, data []byte, f *File) {
	t.Helper()
	if f == nil {
		return
	}
	c := placeChecker{t, newSource(data)}
	for _, trigger := range f.Triggers {
		c.span(trigger.Span)
	}
	for _, v := range append(f.Includes, f.Main...) {
		c.span(v.Span)
	}
	for _, j := range f.Jobs {
		c.job(j)
	}
	for _, target := range f.Targets {
		c.span(target.Span)
		c.text(target.Commands)
	}
	c.text(f.Text)
	for _, u := range f.Unread {
		if u.Line < 0 || u.Line > c.LineCount() || u.Kind == "" || u.Reason == "" {
			t.Errorf("unread outside the file, or without reason: %+v", u)
		}
	}
}

type placeChecker struct {
	t *testing.T
	*source
}

func (c placeChecker) job(j Job) {
	c.span(j.Span)
	for _, v := range []*Value{j.Environment, j.Uses} {
		if v != nil {
			c.span(v.Span)
		}
	}
	for _, s := range j.Steps {
		c.span(s.Span)
		if s.Uses != nil {
			c.span(s.Uses.Span)
		}
		for _, v := range s.With {
			c.span(v.Span)
		}
		if s.Run != nil {
			c.text(*s.Run)
		}
	}
}

func (c placeChecker) span(s checks.Span) {
	c.t.Helper()
	c.position(shell.Position{Line: s.Line, Column: s.Column})
	c.position(shell.Position{Line: s.EndLine, Column: s.EndColumn})
	if s.EndLine < s.Line || s.EndLine == s.Line && s.EndColumn < s.Column {
		c.t.Errorf("a span that ends before it begins: %+v", s)
	}
}

func (c placeChecker) text(text shell.Text) {
	c.t.Helper()
	if text.Body != "" && len(text.Lines) != strings.Count(text.Body, "\n")+1 {
		c.t.Errorf("%d places for the lines of %q", len(text.Lines), text.Body)
	}
	for _, at := range text.Lines {
		c.position(at)
	}
}

func (c placeChecker) position(p shell.Position) {
	c.t.Helper()
	if p.Line < 1 || p.Line > c.LineCount() || p.Column < 1 || p.Column > c.Start(p.Line+1)-c.Start(p.Line)+1 {
		c.t.Errorf("a place outside the file: %+v", p)
	}
}
