package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

// counted is a verdict with so many findings of each kind.
func counted(c verdict.Conclusion, block, warn, note, old int) *verdict.Verdict {
	v := &verdict.Verdict{Conclusion: c}
	add := func(n int, s checks.Severity, isNew bool) {
		for range n {
			v.Findings = append(v.Findings, checks.Finding{Rule: "images/mutable-tag", Severity: s, New: isNew, Path: "a.yml"})
		}
	}
	add(block, checks.Block, true)
	add(warn, checks.Warn, true)
	add(note, checks.Note, true)
	add(old, checks.Block, false)
	return v
}

func with(v *verdict.Verdict, change func(*verdict.Verdict)) *verdict.Verdict {
	change(v)
	return v
}

func TestTitle(t *testing.T) {
	unread := func(v *verdict.Verdict) { v.Unread = make([]checks.Unread, 3) }
	refs := func(v *verdict.Verdict) { v.References = make([]checks.Reference, 3); v.Files = 2 }
	undecided := func(reasons ...string) *verdict.Verdict {
		return &verdict.Verdict{Conclusion: verdict.Undecided, Reasons: reasons}
	}
	one := func(v *verdict.Verdict, changed int) []Judged {
		return []Judged{{Pull: 11, Base: "main", Changed: changed, Verdict: v}}
	}
	two := func(a, b *verdict.Verdict, base string) []Judged {
		return []Judged{{Pull: 11, Base: "main", Verdict: a}, {Pull: 12, Base: base, Verdict: b}}
	}
	failing := counted(verdict.Failure, 2, 1, 4, 9)
	green := with(counted(verdict.Success, 0, 0, 0, 0), refs)
	for _, c := range []struct {
		name   string
		judged []Judged
		want   string
	}{
		{"failure", one(failing, 1), "2 blocking, 1 warning"},
		{"failure with unread", one(with(counted(verdict.Failure, 1, 0, 0, 0), unread), 1), "1 blocking, 3 not read"},
		{"green", one(green, 2), "No problem found in 3 image references"},
		{"green, older", one(with(counted(verdict.Success, 0, 0, 0, 2), refs), 2), "No new problem found in 3 image references"},
		{"green, one note", one(with(counted(verdict.Success, 0, 0, 1, 0), refs), 2), "No problem found in 3 image references, 1 note"},
		{"green, excepted", one(with(counted(verdict.Success, 0, 0, 0, 0), func(v *verdict.Verdict) { refs(v); v.Suppressed = make([]verdict.Suppressed, 2) }), 1),
			"No problem found in 3 image references, 2 excepted"},
		{"green, files without references", one(&verdict.Verdict{Conclusion: verdict.Success, Files: 1}, 1), "No problem found in 1 file"},
		{"warnings", one(with(counted(verdict.Success, 0, 2, 1, 0), unread), 1), "Nothing blocking, 2 warnings, 1 note, 3 not read"},
		{"nothing to check", one(counted(verdict.Success, 0, 0, 0, 0), 4), "Nothing to check: none of the 4 changed files is read by a check"},
		{"nothing to check, one file", one(counted(verdict.Success, 0, 0, 0, 0), 1), "Nothing to check: the changed file is not read by any check"},
		{"nothing changed", one(counted(verdict.Success, 0, 0, 0, 0), 0), "Nothing to check: no file is changed"},
		{"only unread", one(with(counted(verdict.Success, 0, 0, 0, 0), unread), 1), "No problem found, 3 not read"},
		{"undecided", one(undecided("infra/app.yml could not be read (it is not YAML)"), 1), "Undecided: infra/app.yml could not be read (it is not YAML)"},
		{"undecided, several", one(undecided("a", "b", "c"), 1), "Undecided: a, and 2 more"},
		{"undecided without words", one(undecided(), 1), "Undecided: a part of this change could not be judged"},
		{"no verdict is not green", one(nil, 1), "Undecided: this commit was not judged"},
		{"an empty verdict is not green", one(&verdict.Verdict{}, 1), "Undecided: this commit was not judged"},
		{"nothing judged is not green", nil, "Undecided: this commit was not judged"},
		{"another pull request is worse", two(green, failing, "release-1"), "2 blocking, 1 warning (#12 onto release-1)"},
		{"the first is worse", two(failing, green, "release-1"), "2 blocking, 1 warning (#11 onto main)"},
		{"undecided beats green", two(green, undecided("x"), "r"), "Undecided: x (#12 onto r)"},
		{"failure beats undecided", two(undecided("x"), failing, "r"), "2 blocking, 1 warning (#12 onto r)"},
		{"the same verdict twice", two(failing, failing, "release-1"), "2 blocking, 1 warning"},
		{"merge group", []Judged{{Base: "main", Verdict: failing}, {Pull: 3, Base: "main", Verdict: green}}, "2 blocking, 1 warning (merge group onto main)"},
		{"hidden characters", one(undecided("a\u202eb\nc"), 1), "Undecided: ab c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Title(Head{Judged: c.judged}); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
	long := strings.Repeat("é", 300)
	got := Title(Head{Judged: two(green, undecided(long, "b"), long)})
	if n := utf8.RuneCountInString(got); n > longestTitle || !strings.HasSuffix(got, "…)") || !strings.Contains(got, "…, and 1 more (#12 onto é") {
		t.Errorf("%d characters: %s", n, got)
	}
}
