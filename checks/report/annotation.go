package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/checkrein/checkrein/checks"
)

// MostAnnotations is how many annotations a check run gets at most.
const MostAnnotations = 500

// Annotation marks lines of a file, in the terms of GitHub's check runs.
type Annotation struct {
	Path      string
	StartLine int // 1-based
	EndLine   int
	// StartColumn and EndColumn are 1-based in UTF-16 units, the end exclusive; 0 where
	// they are not known. Set only when StartLine is EndLine: GitHub takes no others.
	StartColumn int
	EndColumn   int
	Level       string // failure, warning or notice
	Title       string // plain text, at most 255 characters
	Message     string // plain text, far below 64 KiB
}

// Annotations marks the new findings of one check, at most MostAnnotations, the
// most important first.
func Annotations(h Head, check string) []Annotation {
	var found []checks.Finding
	for _, f := range ofCheck(h.Worst().Verdict, check).Findings {
		if f.New {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b checks.Finding) int { return cmp.Compare(b.Severity.Rank(), a.Severity.Rank()) })
	found = found[:min(len(found), MostAnnotations)]
	marks := make([]Annotation, 0, len(found))
	for _, f := range found {
		marks = append(marks, h.annotate(f))
	}
	return marks
}

func (h Head) annotate(f checks.Finding) Annotation {
	a := Annotation{
		Path: f.Path, StartLine: max(1, f.Line), EndLine: max(1, f.Line, f.EndLine),
		Level: level(f.Severity), Title: cut(f.Title, 255), Message: h.message(f),
	}
	if text, known := quotedLine(f.Evidence, h.SHA, f.Path, f.Line); known && a.StartLine == a.EndLine {
		a.StartColumn, a.EndColumn = utf16Columns(text, f.Span)
	}
	return a
}

func level(s checks.Severity) string {
	switch s {
	case checks.Block:
		return "failure"
	case checks.Warn:
		return "warning"
	}
	return "notice"
}

// message is plain text: why, both sides, what to do, which rule.
func (h Head) message(f checks.Finding) string {
	var parts []string
	if f.Why != "" {
		parts = append(parts, cut(f.Why, 1000))
	}
	for _, e := range f.Evidence[:min(len(f.Evidence), mostEvidence)] {
		before, piece, after := split(e.Text, e.Span)
		parts = append(parts, cut(e.Path, longestPath)+":"+strconv.Itoa(e.Line)+": "+strings.TrimSpace(before+piece+after)+noteInPlain(e.Note))
	}
	if f.Fix.Text != "" {
		parts = append(parts, "Fix: "+cut(f.Fix.Text, 800))
	}
	rule := "Rule: " + visible(f.Rule)
	if h.RulesURL != "" {
		rule += " " + h.RulesURL + "#" + escapePath(f.Rule)
	}
	return strings.Join(append(parts, rule), "\n")
}

func noteInPlain(note string) string {
	if note == "" {
		return ""
	}
	return " (" + cut(note, 300) + ")"
}

// utf16Columns turns a span's columns, which count bytes, into UTF-16 units; 0, 0
// when they do not fit the line.
func utf16Columns(text string, span checks.Span) (start, end int) {
	from, to, ok := within(text, span)
	if !ok {
		return 0, 0
	}
	units := func(s string) int {
		n := 0
		for _, r := range s {
			n += max(1, utf16.RuneLen(r))
		}
		return n
	}
	start = units(text[:from]) + 1
	return start, start + units(text[from:to])
}
