package images

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// Each file testdata/truth/<format>/<mechanism>.txtar is a small repository and what
// a person finds in it, labelled before any reader was asked (see label). Every case
// must come out as labelled, and all of them together reach what the check promises.
func TestTruth(t *testing.T) {
	var all score
	cases := truthCases(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			part, wrong := c.judge(t)
			all.add(part)
			switch {
			case c.knownWrong == "" && len(wrong) > 0:
				t.Error(strings.Join(wrong, "\n"))
			case c.knownWrong != "" && len(wrong) == 0:
				t.Errorf("is right, and marked as known to be wrong: %s", c.knownWrong)
			}
		})
	}
	fmt.Printf("truth: %d cases, %v\n", len(cases), all)
	if all.recall() < 0.98 || all.precision() < 0.99 || all.class() < 0.98 {
		t.Errorf("less than promised (recall 0.98, precision 0.99, class 0.98): %v", all)
	}
}

// truthCase is one repository with its labels.
type truthCase struct {
	format, mechanism, name string
	files                   *txtar.Archive
	labels                  []label
	// knownWrong says why the case does not come out right; it counts all the same.
	knownWrong string
}

func truthCases(t *testing.T) []truthCase {
	t.Helper()
	files, err := filepath.Glob("testdata/truth/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var cases []truthCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		last := len(archive.Files) - 1
		if last < 1 || archive.Files[last].Name != "labels" || strings.TrimSpace(string(archive.Comment)) == "" {
			t.Fatalf("%s: want a comment that says what it is about, files, and last of all one named labels", file)
		}
		c := truthCase{format: filepath.Base(filepath.Dir(file)), mechanism: strings.TrimSuffix(filepath.Base(file), ".txtar")}
		c.name = c.format + "/" + c.mechanism
		if c.labels, c.knownWrong, err = parseLabels(archive); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		archive.Files = archive.Files[:last]
		c.files = archive
		cases = append(cases, c)
	}
	return cases
}

// judge runs the check over the whole repository and holds its answer against the labels.
func (c truthCase) judge(t *testing.T) (score, []string) {
	t.Helper()
	p := policy.Default()
	if text := section(c.files, ".github/checkrein.yml"); text != "" {
		var problems []policy.Problem
		if p, problems = policy.Parse("policy", []byte(text), ruleIDs()); len(problems) > 0 {
			t.Fatalf("policy: %v", problems)
		}
	}
	head := tree.FromTxtar("head", c.files, "")
	return compare(c.labels, New(p, ruleIDs(), nil, nil).Run(context.Background(), checks.Change{Tip: head, Head: head}))
}

// answer is one thing the check said, in the labels' terms.
type answer struct {
	label
	used bool
}

// answers are the references of a report with their findings, and what was not read.
func answers(r checks.Report) []*answer {
	var all []*answer
	for _, ref := range r.References {
		a := &answer{label: label{path: ref.Path, line: ref.Line, class: ref.Class}}
		for _, f := range r.Findings {
			if f.Path == ref.Path && f.Line == ref.Line && f.Column == ref.Column {
				a.rule, a.severity = f.Rule, string(f.Severity)
			}
		}
		all = append(all, a)
	}
	for _, u := range r.Unread {
		all = append(all, &answer{label: label{path: u.Path, line: u.Line, class: string(u.Kind)}})
	}
	return all
}

// compare holds a report against labels: the figures, and in words what is wrong.
func compare(labels []label, r checks.Report) (score, []string) {
	var s score
	var wrong []string
	said := answers(r)
	take := func(fits func(*answer) bool) *answer {
		for _, a := range said {
			if !a.used && fits(a) {
				a.used = true
				return a
			}
		}
		return nil
	}
	var missed []label
	for _, l := range labels {
		switch {
		case l.class == silent:
		case take(l.equals) == nil:
			missed = append(missed, l)
		case l.isReference():
			s.labels, s.found, s.right = s.labels+1, s.found+1, s.right+1
		}
	}
	for _, l := range missed {
		near := take(func(a *answer) bool {
			return a.isReference() && l.isReference() && a.path == l.path && a.line == l.line
		})
		if l.isReference() {
			s.labels++
		}
		switch {
		case near == nil:
			wrong = append(wrong, fmt.Sprintf("missed: %v", l))
			continue
		case near.class == l.class:
			s.right++
		}
		s.found++
		wrong = append(wrong, fmt.Sprintf("want %v, got %v", l, near.label))
	}
	for _, a := range said {
		if !a.used {
			wrong = append(wrong, fmt.Sprintf("not labelled: %v", a.label))
			if a.isReference() {
				s.false++
			}
		}
	}
	return s, wrong
}

// score counts references: labelled, found, of the right class, and found where there is none.
type score struct{ labels, found, right, false int }

func (s *score) add(o score) {
	s.labels, s.found, s.right, s.false = s.labels+o.labels, s.found+o.found, s.right+o.right, s.false+o.false
}

func (s score) recall() float64    { return share(s.found, s.labels) }
func (s score) precision() float64 { return share(s.found, s.found+s.false) }
func (s score) class() float64     { return share(s.right, s.found) }

func (s score) String() string {
	return fmt.Sprintf("%d references: recall %.3f, precision %.3f, class %.3f", s.labels, s.recall(), s.precision(), s.class())
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// coverage.tsv lists which mechanism of which format has a case: it is what the check
// can be held to, and equals the cases there are.
func TestTruthCoverage(t *testing.T) {
	var want []string
	rules, formats := map[string]bool{}, map[string]bool{}
	for _, c := range truthCases(t) {
		want = append(want, c.format+"\t"+c.mechanism)
		for _, l := range c.labels {
			rules[l.rule] = true
			formats[c.format] = formats[c.format] || l.rule != ""
		}
	}
	slices.Sort(want)
	if got := coverage(t); !slices.Equal(got, want) {
		t.Errorf("coverage.tsv is not the sorted list of the cases: it lacks %q and has too many %q", without(want, got), without(got, want))
	}
	asking := []string{pinMissingID, tagMovedID} // of registries: testdata/lookup has their cases
	for _, r := range Rules() {
		if !rules[r.ID] && !slices.Contains(asking, r.ID) {
			t.Errorf("no label names the rule %s", r.ID)
		}
	}
	for _, r := range iac.Readers() {
		if !formats[r.Name] && !slices.Contains(imageless, r.Name) {
			t.Errorf("no label of format %s names a rule", r.Name)
		}
	}
	for _, row := range want {
		format, _, _ := strings.Cut(row, "\t")
		if _, known := formats[format]; !known || format != "silent" && !isFormat(format) {
			t.Errorf("%q is no format", format)
		}
	}
}

// imageless are the formats that no reference is listed of: what they say shows in the
// cases of the formats that they speak to, and programs are only told as not read.
var imageless = []string{"commands", "dotenv", "skaffold", "programs", "helm"}
