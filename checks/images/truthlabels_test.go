package images

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
)

// silent is the class of a label that says: nothing is told of this file.
const silent = "none"

// label is one line of a case's labels, in this notation:
//
//	path:line class                  a reference at this line of the file
//	path:line class rule severity    the same, and the one finding it gets
//	path:0 none                      a file that must stay silent
//	path:line unsupported             told as not read; 0 is the whole file
//
// A line "known-wrong why" says that the case does not come out as labelled yet.
type label struct {
	path           string
	line           int
	class          string
	rule, severity string // empty: not looked at
}

func (l label) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s:%d %s %s %s", l.path, l.line, l.class, l.rule, l.severity))
}

func (l label) isReference() bool {
	return slices.Contains(classes(), Class(l.class))
}

func (l label) equals(a *answer) bool {
	return a.path == l.path && a.line == l.line && a.class == l.class && (l.rule == "" || a.rule == l.rule && a.severity == l.severity)
}

func classes() []Class {
	return []Class{Pinned, Floating, FloatingVersion, Exact, Unresolved, Local}
}

// parseLabels reads the last file of an archive; its labels speak of the files before it.
func parseLabels(archive *txtar.Archive) (labels []label, knownWrong string, err error) {
	last := len(archive.Files) - 1
	for line := range bytes.Lines(archive.Files[last].Data) {
		text := strings.TrimSpace(string(line))
		if why, ok := strings.CutPrefix(text, "known-wrong "); ok {
			knownWrong = why
			continue
		}
		if text == "" {
			continue
		}
		l, err := parseLabel(text)
		if err != nil {
			return nil, "", fmt.Errorf("label %q: %w", text, err)
		}
		if !slices.ContainsFunc(archive.Files[:last], func(f txtar.File) bool { return f.Name == l.path }) {
			return nil, "", fmt.Errorf("label %q: no such file", text)
		}
		labels = append(labels, l)
	}
	return labels, knownWrong, nil
}

func parseLabel(text string) (label, error) {
	place, rest, _ := strings.Cut(text, " ")
	fields := strings.Fields(rest)
	colon := strings.LastIndexByte(place, ':')
	if colon < 0 || len(fields) != 1 && len(fields) != 3 {
		return label{}, fmt.Errorf("want path:line class, or path:line class rule severity")
	}
	l := label{path: place[:colon], class: fields[0]}
	if len(fields) == 3 {
		l.rule, l.severity = fields[1], fields[2]
		if !slices.Contains(ruleIDs(), l.rule) || checks.Severity(l.severity).Rank() == 0 {
			return label{}, fmt.Errorf("no such rule and severity: %s %s", l.rule, l.severity)
		}
	}
	var err error
	if l.line, err = strconv.Atoi(place[colon+1:]); err != nil {
		return label{}, fmt.Errorf("line: %w", err)
	}
	if !l.isReference() && !slices.Contains([]string{silent, string(checks.Unsupported), string(checks.Defeated)}, l.class) {
		return label{}, fmt.Errorf("no such class: %s", l.class)
	}
	return l, nil
}

// coverage are the rows of coverage.tsv.
func coverage(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/truth/coverage.tsv")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

func without(all, some []string) []string {
	var rest []string
	for _, s := range all {
		if !slices.Contains(some, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

func isFormat(name string) bool {
	return slices.ContainsFunc(iac.Readers(), func(r iac.Reader) bool { return r.Name == name })
}
