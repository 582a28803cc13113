package deletions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
)

// changedCase is a repository in which somebody has approved a deletion, and one edit in it.
// testdata/changed has them: a section is named by the case, a slash and the path, and the
// file that is edited has ": before => after" behind its path; the first of a case has its
// path in its first line.
type changedCase struct {
	name       string
	files      []txtar.File // before
	path       string       // that is edited
	edit, into string
}

func changedCases(t *testing.T, file string) []changedCase {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/changed/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []changedCase
	for _, f := range archive.Files {
		name, rest, more := strings.Cut(f.Name, "/")
		if !more {
			path, data, _ := strings.Cut(string(f.Data), "\n")
			all = append(all, changedCase{name: name, files: []txtar.File{{Name: path, Data: []byte(data)}}})
			continue
		}
		c := &all[len(all)-1]
		path, edit, edited := strings.Cut(rest, ": ")
		c.files = append(c.files, txtar.File{Name: path, Data: f.Data})
		if edited {
			c.path = path
			c.edit, c.into, _ = strings.Cut(edit, " => ")
		}
	}
	return all
}

// archive is the repository before and after the edit.
func (c changedCase) archive(t *testing.T) *txtar.Archive {
	t.Helper()
	a := &txtar.Archive{}
	for _, f := range c.files {
		after := string(f.Data)
		if f.Name == c.path {
			if after = strings.Replace(after, c.edit, c.into, 1); after == string(f.Data) {
				t.Fatalf("%s has no %q", c.path, c.edit)
			}
		}
		a.Files = append(a.Files, txtar.File{Name: "base/" + f.Name, Data: f.Data}, txtar.File{Name: f.Name, Data: []byte(after)})
	}
	return a
}

// A changed callee is unreviewed again, whatever calls it, and who approves must have
// seen it as it is.
func TestChangedCalleeIsUnreviewedAgain(t *testing.T) {
	for _, c := range changedCases(t, "unreviewed.txt") {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, c.archive(t), "")
			found := false
			for _, f := range r.Findings {
				if f.New && checks.YesTo(f.Rule) == checks.YesByReview {
					found = true
					for _, file := range c.files {
						if file.Name != "notes.md" && !slices.Contains(f.Sees, file.Name) {
							t.Errorf("who approves need not have seen %s, only %v", file.Name, f.Sees)
						}
					}
				}
			}
			if !found {
				t.Errorf("%s changed, and nobody has to look: %v", c.path, r.Findings)
			}
		})
	}
}

// Edits of what stands beside a deletion and has no part in it are silent: whoever gets a
// red run for these switches the check off.
func TestOtherEditsNeedNoReview(t *testing.T) {
	for _, c := range changedCases(t, "silent.txt") {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, c.archive(t), "")
			for _, f := range r.Findings {
				if f.New {
					t.Errorf("%s changed, and somebody has to look: %s %s", c.path, f.Rule, f.Title)
				}
			}
		})
	}
}
