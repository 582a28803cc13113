package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/checkrein/checkrein/checks/tree"
)

// Index is what is known of a whole tree: every file that some check reads, by
// path. A change is affected when it touches a file that is read, or one that is
// named by such a file.
type Index map[string]Indexed

// Indexed is one file: its blob id and the paths, or doublestar globs of them, whose
// content changes what it means.
type Indexed struct {
	Blob  string   `json:"blob"`
	Names []string `json:"names,omitempty"`
}

// Reads reports whether some check reads files at path.
func Reads(list []Check, path string) bool {
	return slices.ContainsFunc(list, func(c Check) bool { return c.Reads(path) })
}

// Learn takes one file into the index; a file that no check reads is left out.
func (x Index) Learn(list []Check, path, blob string, data []byte) {
	if !Reads(list, path) {
		return
	}
	var names []string
	for _, c := range list {
		if c.Reads(path) {
			names = append(names, c.Learn(path, blob, data)...)
		}
	}
	slices.Sort(names)
	x[path] = Indexed{Blob: blob, Names: slices.Compact(names)}
}

// Affected reports whether the change touches a file that is read or named, and
// lists the untouched files whose meaning hangs on it, directly or through others.
func (x Index) Affected(list []Check, files []tree.Changed) (dependents []string, affected bool) {
	seen := map[string]bool{}
	var open []string
	for _, f := range files {
		affected = affected || Reads(list, f.Path) || Reads(list, f.Was())
		for _, p := range []string{f.Path, f.Was()} {
			if !seen[p] {
				seen[p] = true
				open = append(open, p)
			}
		}
	}
	users := x.users()
	for len(open) > 0 {
		p := open[0]
		open = open[1:]
		for _, user := range users.of(p) {
			if !seen[user] {
				seen[user] = true
				dependents = append(dependents, user)
				open = append(open, user)
			}
		}
	}
	slices.Sort(dependents)
	return dependents, affected || len(dependents) > 0
}

// users finds the files that name a path.
type users struct {
	byPath map[string][]string
	globs  []string // the names that may be globs, sorted
	left   int      // how often globs may still be matched
}

// maxMatches bounds how often paths are held against globs; beyond it whoever has a
// glob counts as a user, so that nothing is missed.
const maxMatches = 2_000_000

func (x Index) users() *users {
	u := &users{byPath: map[string][]string{}, left: maxMatches}
	for p, file := range x {
		for _, named := range file.Names {
			if u.byPath[named] == nil && strings.ContainsAny(named, "*?[{") {
				u.globs = append(u.globs, named)
			}
			u.byPath[named] = append(u.byPath[named], p)
		}
	}
	slices.Sort(u.globs)
	return u
}

func (u *users) of(p string) []string {
	found := u.byPath[p]
	for _, glob := range u.globs {
		if u.left--; u.left < 0 || doublestar.MatchUnvalidated(glob, p) {
			found = append(found[:len(found):len(found)], u.byPath[glob]...)
		}
	}
	return found
}

// Entries lists the indexed files as tree entries, sorted by path.
func (x Index) Entries() []tree.Entry {
	entries := make([]tree.Entry, 0, len(x))
	for _, p := range slices.Sorted(maps.Keys(x)) {
		entries = append(entries, tree.Entry{Path: p, SHA: x[p].Blob})
	}
	return entries
}
