package review

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxNotes = 20
	maxShown = 200 // characters of a name in a note
	shortSHA = 7
)

// notes are sentences, the most important first.
type notes []string

func (n *notes) add(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(*n, text) {
		*n = append(*n, text)
	}
}

// addUnknown says which commits nobody is known to have pushed.
func (n *notes) addUnknown(commits []string) {
	switch len(commits) {
	case 0:
	case 1:
		n.add("The pusher of %s is not known, so its author and committer do not count.", short(commits[0]))
	default:
		n.add("The pushers of %s and %d more are not known, so their authors and committers do not count.", short(commits[0]), len(commits)-1)
	}
}

// bounded are the first of them, sorted; the last line counts the others.
func (n notes) bounded() []string {
	if len(n) <= maxNotes {
		slices.Sort(n)
		return n
	}
	kept := slices.Clone(n[:maxNotes-1])
	slices.Sort(kept)
	return append(kept, fmt.Sprintf("And %d more notes of this kind.", len(n)-len(kept)))
}

// in names files: the first, and how many more.
func in(files []File) string {
	var paths []string
	for _, f := range files {
		paths = append(paths, f.Path)
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if len(paths) == 1 {
		return shown(paths[0])
	}
	return fmt.Sprintf("%s and %d more", shown(paths[0]), len(paths)-1)
}

// people names whose yeses these are.
func people(said []Yes) string {
	var names []string
	for _, y := range said {
		names = append(names, "@"+shown(y.By))
	}
	return strings.Join(names, ", ")
}

// short is a commit as people name it.
func short(sha string) string { return sha[:min(len(sha), shortSHA)] }

// shown is a name, cut where it is long.
func shown(name string) string {
	if utf8.RuneCountInString(name) <= maxShown {
		return name
	}
	return string([]rune(name)[:maxShown]) + "…"
}
