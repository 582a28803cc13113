package checks

import (
	"cmp"
	"slices"
)

// Severity is how hard a finding is: block, warn or note. Off is no finding at all.
type Severity string

const (
	Block Severity = "block"
	Warn  Severity = "warn"
	Note  Severity = "note"
	Off   Severity = "off"
)

// Rank orders severities: block 3, warn 2, note 1, off 0.
func (s Severity) Rank() int {
	switch s {
	case Block:
		return 3
	case Warn:
		return 2
	case Note:
		return 1
	}
	return 0
}

// Lower is the severity one step down; note stays note, off stays off.
func (s Severity) Lower() Severity {
	switch s {
	case Block:
		return Warn
	case Warn:
		return Note
	}
	return s
}

// Span is a piece of a file: 1-based lines and columns, columns in bytes of the
// line's UTF-8, the end exclusive.
type Span struct {
	Line      int `json:"line"`
	Column    int `json:"column"`
	EndLine   int `json:"end_line"`
	EndColumn int `json:"end_column"`
}

// Finding is one thing a rule says about one place.
type Finding struct {
	Rule     string
	Severity Severity
	// New: the merge base has no such finding (see Fresh). Only new findings block.
	New  bool
	Path string
	Span
	Subject string // what it is about: "acme/syncer:latest"
	Address string // where in the format's own terms: "Resources.SyncerTask.ContainerDefinitions[0]"
	Title   string // one line, what is wrong
	Why     string // a sentence or two: why it matters here
	Fix     Fix
	// Evidence shows both sides of the contradiction.
	Evidence []Evidence
	// Sees are the paths (of the head) that a person who says yes to the finding must have
	// seen as they are; empty: its own and those of its evidence.
	Sees []string
}

// Fix is what to do: a sentence, and text edits where there are any.
type Fix struct {
	Text  string
	Edits []Edit
	// Missing says why there are no edits where there could be some; for who applies them.
	Missing string
}

// Edit replaces a span of a file.
type Edit struct {
	Path string
	Span
	// Old is what stands there as the file was judged; empty: not told.
	Old string
	New string
}

// Evidence is one quoted place: the line's text, where it stands and what it shows.
type Evidence struct {
	Path string
	Span
	Ref  string // commit id, or "worktree"
	Text string // the line as it stands, without its line break
	Note string // what it proves
}

// Sort orders findings by path, line, column and rule.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Subject, b.Subject))
	})
}

// Rule is one entry of the rule catalogue.
type Rule struct {
	ID       string   // "images/default-tag"
	Severity Severity // the default
	Says     string   // one line
	Why      string   // the incident or the specification it comes from
	Fix      string   // how to mend what it finds
	Example  string   // a few lines that it speaks of
}
