// Package checks holds the few types that every check shares: what a check is,
// what it is given and what it answers. A check is pure analysis: no network, no
// clock, no GitHub client.
package checks

import (
	"context"

	"github.com/checkrein/checkrein/checks/tree"
)

// Check judges one change under one aspect.
type Check interface {
	// Name is the word before the slash in the check's rule ids: "images".
	Name() string
	// Reads reports whether the check reads files at this path.
	Reads(path string) bool
	// Learn reads one file ahead of any judgement: it keeps the facts by blob id where
	// it has somewhere to keep them, and lists the paths whose content changes what
	// the file means (the values of a template, the parameters of a stack); a name may be
	// a doublestar glob.
	Learn(path, blob string, data []byte) (names []string)
	// Run judges the change. It panics at worst; the caller turns that into a
	// Report with a Failed entry.
	Run(ctx context.Context, change Change) Report
}

// Change is what is judged: the difference between MergeBase and Head.
type Change struct {
	// Tip is the base branch now: what policy and order are read from.
	Tip tree.Tree
	// MergeBase is what the findings of Head are compared with. Nil judges the whole
	// of Head: every finding is new and every file counts as touched.
	MergeBase tree.Tree
	Head      tree.Tree
	// Files are the paths that differ, sorted by path. Unused when MergeBase is nil.
	Files []tree.Changed
	// Progress hears how many of how many files have been read; nil hears nothing.
	Progress func(done, total int)
	// Dependents are the paths that the change does not touch but whose meaning hangs
	// on a path that it does, as the base tells: sorted, without those in Files.
	Dependents []string
}

// Touches reports whether the change adds or edits path (with MergeBase nil: every path).
func (c Change) Touches(path string) bool {
	if c.MergeBase == nil {
		return true
	}
	for _, f := range c.Files {
		if f.Path == path && f.Status != tree.Removed {
			return true
		}
	}
	return false
}

// Report is the answer of one check.
type Report struct {
	Check    string
	Findings []Finding
	Unread   []Unread
	Ignores  []Ignore
	// Notices are sentences about the judgement itself: a registry that did not answer.
	Notices []string
	// References lists every reference that was read, finding or not.
	References []Reference
	// Err is the error of the source (GitHub, git) that kept the check from reading
	// what it needs; worth trying again. Unread then tells it too.
	Err error
	// Deployed: the report hangs on what is deployed; a deployment has it made anew.
	Deployed bool
	// Files and Bytes count what was read.
	Files int
	Bytes int64
}

// UnreadKind says why something was not read.
type UnreadKind string

const (
	// Defeated: too large, malformed or hostile. Undecided in a file the change touches.
	Defeated UnreadKind = "defeated"
	// Unsupported: a format or construct without a reader. Listed, never blocking.
	Unsupported UnreadKind = "unsupported"
	// Failed: a panic or a time-out. Undecided wherever it happens.
	Failed UnreadKind = "failed"
)

// Unread is something a check did not read.
type Unread struct {
	Path   string     `json:"path"`
	Line   int        `json:"line"` // 1-based; 0: the whole file
	Kind   UnreadKind `json:"kind"`
	Reason string     `json:"reason"`
	// Touched: the change adds or edits the file (always true when the whole tree is judged).
	Touched bool `json:"-"`
}

// Reference is one image reference as a report lists it.
type Reference struct {
	Path     string `json:"path"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Ref      string `json:"ref"`      // as written
	Resolved string `json:"resolved"` // after the defaults that the repository shows
	Class    string `json:"class"`
	Format   string `json:"format"`
}

// Ignore is one inline "checkrein:ignore" comment.
type Ignore struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`           // where the comment stands
	Covers int    `json:"covers"`         // the line it speaks of
	Rule   string `json:"rule,omitempty"` // rule id
	Until  string `json:"until,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Problem says why the comment cannot count (no reason, no date, unknown rule); empty when it is well-formed.
	Problem string `json:"problem,omitempty"`
	// LineSum is the SHA-256 of the covered line without its indentation: an ignore that
	// is moved to another line, or whose line is changed, is another ignore.
	LineSum string `json:"line_sum,omitempty"`
	// New: the merge base does not have it.
	New bool `json:"-"`
}
