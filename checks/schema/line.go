package schema

import (
	"slices"

	"github.com/checkrein/checkrein/checks/schema/migrations"
	"github.com/checkrein/checkrein/checks/tree"
)

// side is one commit with its lines of migrations.
type side struct {
	name  string // as it is told
	tree  tree.Tree
	lines []*migrations.Line
	blobs map[string]string // of the lines' files, by path
}

// identity is what a migration is known by wherever it stands: its ID and name.
func identity(f *migrations.File) string { return f.ID + "\x00" + f.Name }

// history is which migrations a commit has on a line. A path tells nothing: a release may
// rename them all.
type history struct {
	line  *migrations.Line // nil: it has none
	side  *side
	names map[string]*migrations.File
	blobs map[string]bool
	ids   map[string]bool // of all, and of those that a squashed one stands for
}

func (s *side) history(l *migrations.Line) *history {
	h := &history{line: l, side: s, names: map[string]*migrations.File{}, blobs: map[string]bool{}, ids: map[string]bool{}}
	if l != nil {
		for _, f := range l.Migrations {
			h.names[identity(f)] = f
			h.ids[f.ID] = true
			for _, id := range f.Replaces {
				h.ids[id] = true
			}
			if blob := s.blobs[f.Path]; blob != "" {
				h.blobs[blob] = true
			}
		}
		for _, f := range l.Repeatable {
			h.blobs[s.blobs[f.Path]] = true
		}
	}
	return h
}

// has reports whether a migration of another commit is among these, or squashed what is.
func (h *history) has(of *side, f *migrations.File) bool {
	return h.names[identity(f)] != nil || h.blobs[of.blobs[f.Path]] || h.squashed(f)
}

// squashed reports whether a migration only stands for some that are all among these.
func (h *history) squashed(f *migrations.File) bool {
	return len(f.Replaces) > 0 && !slices.ContainsFunc(f.Replaces, func(id string) bool { return !h.ids[id] })
}

// lacks are those of a line that are not among these, in its order; and those repeatable
// ones that are not as they are here.
func (h *history) lacks(of *side, l *migrations.Line) []*migrations.File {
	lacking := slices.DeleteFunc(slices.Clone(l.Migrations), func(f *migrations.File) bool { return h.has(of, f) })
	for _, f := range l.Repeatable {
		if h.line == nil || !slices.ContainsFunc(h.line.Repeatable, func(o *migrations.File) bool { return h.side.blobs[o.Path] == of.blobs[f.Path] }) {
			lacking = append(lacking, f)
		}
	}
	return lacking
}

// line finds a line of another commit: at the same root, else the one that shares most of
// its migrations.
func (s *side) line(of *side, l *migrations.Line) *migrations.Line {
	var best *migrations.Line
	most := 0
	for _, candidate := range s.lines {
		if candidate.Dialect != l.Dialect {
			continue
		}
		if candidate.Root == l.Root && (candidate.Format == "dump") == (l.Format == "dump") {
			return candidate
		}
		h := s.history(candidate)
		n := 0
		for _, f := range l.Migrations {
			if h.has(of, f) {
				n++
			}
		}
		if 2*n > len(l.Migrations) && n > most {
			best, most = candidate, n
		}
	}
	return best
}

// dumped reports whether both have dumps and these differ.
func (h *history) dumped(of *side, l *migrations.Line) bool {
	if h.line == nil || len(h.line.Dumps) == 0 || len(l.Dumps) == 0 {
		return false
	}
	if len(h.line.Dumps) != len(l.Dumps) {
		return true
	}
	return slices.ContainsFunc(l.Dumps, func(f *migrations.File) bool {
		return !slices.ContainsFunc(h.line.Dumps, func(o *migrations.File) bool { return h.side.blobs[o.Path] == of.blobs[f.Path] })
	})
}

// way is from the schema of one commit to that of the line at the head. Where there are
// migrations a dump that changes without one changes no database: it is a definition that
// code is made from, or follows a migration that ran before.
func (h *history) way(head *side, l *migrations.Line) *passage {
	pending := h.lacks(head, l)
	unread := slices.ContainsFunc(pending, unreadable)
	if h.dumped(head, l) && (len(l.Migrations) == 0 || unread) {
		p := compares(h.line, l)
		p.pending = statementsOf(pending)
		if unread {
			p.troubles = nil // the dump tells what could not be read
		}
		return p
	}
	return passes(schemaOf(h.line), pending)
}

func unreadable(f *migrations.File) bool {
	if f.Unread != "" {
		return true
	}
	for _, step := range f.Steps {
		for _, s := range step.Statements {
			if s.Unread != "" {
				return true
			}
		}
	}
	return false
}
