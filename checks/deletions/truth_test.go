package deletions_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// The truth was written by hand before the check: each case is a repository, or one before
// and after a change, and what must be told of it.
func TestTruth(t *testing.T) {
	var total score
	for _, file := range truthFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := wanted(t, section(archive, "want"))
			r := judge(t, archive, "")
			one := compare(want, told(r), r.Unread)
			one.steps = linesOf(archive) - len(want)
			for _, line := range one.wrong {
				t.Error(line)
			}
			total.add(one)
		})
	}
	t.Log(total)
	if total.recall() < 0.98 || total.falseShare() > 0.01 || total.unknownAsSuccess > 0 {
		t.Errorf("below what is promised: %s", total)
	}
}

// linesOf is how many lines of a case something could be told of.
func linesOf(archive *txtar.Archive) (n int) {
	for _, f := range archive.Files {
		if f.Name == "want" || f.Name == "covers" || f.Name == "policy" || strings.HasPrefix(f.Name, "base/") {
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
				n++
			}
		}
	}
	return n
}

// place is where something is told.
type place struct {
	path         string
	line, column int
}

// said is what is told of a place.
type said struct {
	class string
	rules []string // without "deletions/", sorted
}

func wanted(t *testing.T, text string) map[place]said {
	t.Helper()
	all := map[place]said{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, " # ")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		parts := strings.Split(fields[0], ":")
		var at place
		at.path = parts[0]
		if len(parts) != 3 || len(fields) < 2 {
			t.Fatalf("want line %q: expected path:line:column class rules", line)
		}
		fmt.Sscan(parts[1], &at.line)
		fmt.Sscan(parts[2], &at.column)
		w := said{class: fields[1]}
		if len(fields) > 2 {
			w.rules = strings.Split(fields[2], ",")
			slices.Sort(w.rules)
		}
		all[at] = w
	}
	return all
}

func told(r checks.Report) map[place]said {
	classes := map[string]string{}
	for _, row := range known.Rows() {
		classes[row.ID] = string(row.Class)
	}
	all := map[place]said{}
	for _, f := range r.Findings {
		if !f.New || f.Severity != checks.Block {
			continue
		}
		at := place{f.Path, f.Line, f.Column}
		s := all[at]
		id, _, _ := strings.Cut(f.Subject, " ")
		if s.class = classes[id]; s.class == "" || f.Rule == "deletions/unknown-callee" && len(s.rules) == 0 && classes[id] == "" {
			s.class = "unknown"
		}
		s.rules = append(s.rules, strings.TrimPrefix(f.Rule, "deletions/"))
		slices.Sort(s.rules)
		all[at] = s
	}
	return all
}

// score counts over cases.
type score struct {
	harmful, found            int
	steps, falsely            int
	unknown, unknownAsSuccess int
	exact, wrongRules         int
	wrong                     []string
}

func (s *score) add(o score) {
	s.harmful += o.harmful
	s.found += o.found
	s.falsely += o.falsely
	s.steps += o.steps
	s.unknown += o.unknown
	s.unknownAsSuccess += o.unknownAsSuccess
	s.exact += o.exact
	s.wrongRules += o.wrongRules
}

func (s score) recall() float64 {
	if s.harmful == 0 {
		return 1
	}
	return float64(s.found) / float64(s.harmful)
}

func (s score) falseShare() float64 {
	return float64(s.falsely) / float64(max(1, s.steps))
}

func (s score) String() string {
	return fmt.Sprintf("harmful %d, found %d (recall %.3f); %d undecided, %d of them green; %d told of nothing harmful, against %d lines of cases; %d exact, %d with other rules",
		s.harmful, s.found, s.recall(), s.unknown, s.unknownAsSuccess, s.falsely, s.steps, s.exact, s.wrongRules)
}

func compare(want, got map[place]said, unread []checks.Unread) score {
	var s score
	for _, at := range sortedPlaces(want) {
		w := want[at]
		if w.class == "undecided" || w.class == "unknown" {
			s.unknown++
		} else {
			s.harmful++
		}
		if w.class == "undecided" {
			if !undecided(at, got, unread) {
				s.unknownAsSuccess++
				s.wrong = append(s.wrong, fmt.Sprintf("%s:%d: wanted undecided, nothing told", at.path, at.line))
			}
			continue
		}
		g, ok := got[at]
		switch {
		case !ok:
			if w.class == "unknown" {
				s.unknownAsSuccess++
			}
			s.wrong = append(s.wrong, fmt.Sprintf("%s:%d:%d: missed %s %v", at.path, at.line, at.column, w.class, w.rules))
		default:
			s.found++
			if w.class == "unknown" {
				s.found--
			}
			if g.class != w.class || !slices.Equal(g.rules, w.rules) {
				s.wrongRules++
				s.wrong = append(s.wrong, fmt.Sprintf("%s:%d:%d: want %s %v, got %s %v", at.path, at.line, at.column, w.class, w.rules, g.class, g.rules))
			} else {
				s.exact++
			}
		}
	}
	for _, at := range sortedPlaces(got) {
		if _, ok := want[at]; !ok && !isUndecided(at, want) {
			s.falsely++
			s.wrong = append(s.wrong, fmt.Sprintf("%s:%d:%d: told %s %v, wanted nothing", at.path, at.line, at.column, got[at].class, got[at].rules))
		}
	}
	return s
}

func isUndecided(at place, want map[place]said) bool {
	return slices.ContainsFunc(sortedPlaces(want), func(w place) bool {
		return want[w].class == "undecided" && w.path == at.path && (w.line == at.line || w.line == 0)
	})
}

func undecided(at place, got map[place]said, unread []checks.Unread) bool {
	for _, g := range sortedPlaces(got) {
		if g.path == at.path && (g.line == at.line || at.line == 0) && slices.Contains(got[g].rules, "unknown-callee") {
			return true
		}
	}
	return slices.ContainsFunc(unread, func(u checks.Unread) bool {
		return u.Path == at.path && u.Kind != checks.Unsupported && (u.Line == at.line || u.Line == 0 || at.line == 0)
	})
}

func sortedPlaces(m map[place]said) []place {
	return slices.SortedFunc(maps.Keys(m), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
}

// judge runs the check over an archive: what stands under base/ is the merge base.
func judge(t testing.TB, archive *txtar.Archive, policyText string) checks.Report {
	t.Helper()
	ctx := context.Background()
	if policyText == "" {
		policyText = section(archive, "policy")
	}
	ids := ruleIDs()
	p, problems := policy.Parse("policy", []byte(policyText), ids)
	if len(problems) > 0 {
		t.Fatalf("policy: %v", problems)
	}
	check := deletions.New(p, ids)
	base, head := map[string]string{}, map[string]string{}
	for _, f := range archive.Files {
		switch was, ok := strings.CutPrefix(f.Name, "base/"); {
		case f.Name == "want" || f.Name == "covers" || f.Name == "policy":
		case ok:
			base[was] = string(f.Data)
		default:
			head[f.Name] = string(f.Data)
		}
	}
	change := checks.Change{Head: tree.Memory("head", head)}
	if len(base) > 0 {
		change.MergeBase = tree.Memory("base", base)
		change.Tip = change.MergeBase
		files, err := tree.Compare(ctx, change.MergeBase, change.Head)
		if err != nil {
			t.Fatal(err)
		}
		change.Files = files
		index := checks.Index{}
		for _, name := range slices.Sorted(maps.Keys(base)) {
			index.Learn([]checks.Check{check}, name, tree.BlobID([]byte(base[name])), []byte(base[name]))
		}
		change.Dependents, _ = index.Affected([]checks.Check{check}, files)
	}
	return check.Run(ctx, change)
}

func ruleIDs() []string {
	var ids []string
	for _, r := range deletions.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

func section(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func truthFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/truth/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return files
}
