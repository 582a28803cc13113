package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

// Head is what is told about one head commit: in its check runs and in the
// comment. All text in it may come from a pull request; the writers escape it.
type Head struct {
	Web        string // address of the GitHub server; empty: https://github.com
	Repository string // "owner/name"; empty on the command line: nothing is linked, nobody can be asked
	SHA        string // the judged commit, in full
	// Judged holds a verdict for each open pull request (or merge group) with this head.
	Judged       []Judged
	PolicySource string   // which policy held, in words: ".github/checkrein.yml of main at 1a2b3c4"
	Notices      []string // about the judgement as a whole, each a sentence
	Run          string   // web address of the aggregated check run; empty when not known yet
	// Details are the web addresses of the detail runs, by the name of the check.
	Details  map[string]string
	RulesURL string // page of the rule catalogue; the rule id is the fragment; empty: no links
	Version  string // of Checkrein: "0.1.0"
	// Enforcement says in a sentence whether a merge needs this check; empty: not known yet.
	Enforcement string
	// Late says in a sentence why the verdict took long; empty: it did not.
	Late string
}

// Judged is the verdict on one use of the head.
type Judged struct {
	Pull    int    // number of the pull request; 0: a merge group
	Base    string // branch name
	Changed int    // how many files the change touches
	Verdict *verdict.Verdict
}

// Worst is the verdict that counts for the head: the worst, by conclusion, then
// by what blocks. Nothing judged is undecided.
func (h Head) Worst() Judged {
	if len(h.Judged) == 0 {
		return Judged{}.told()
	}
	worst := h.Judged[0].told()
	for _, j := range h.Judged[1:] {
		if j = j.told(); worse(j.Verdict, worst.Verdict) > 0 {
			worst = j
		}
	}
	return worst
}

// told makes a verdict that is missing, or says nothing, an undecided one: it must not look green.
func (j Judged) told() Judged {
	known := []verdict.Conclusion{verdict.Success, verdict.Undecided, verdict.Failure}
	if j.Verdict == nil || !slices.Contains(known, j.Verdict.Conclusion) {
		j.Verdict = &verdict.Verdict{Conclusion: verdict.Undecided, Reasons: []string{"this commit was not judged"}}
	}
	return j
}

func worse(a, b *verdict.Verdict) int {
	blockA, warnA, _, _ := a.Count()
	blockB, warnB, _, _ := b.Count()
	return cmp.Or(cmp.Compare(a.Conclusion.Rank(), b.Conclusion.Rank()), cmp.Compare(blockA, blockB),
		cmp.Compare(len(a.Reasons), len(b.Reasons)), cmp.Compare(warnA, warnB))
}

// name is how a line names this use of the head, unescaped.
func (j Judged) name() string {
	base := cut(j.Base, 50)
	if j.Pull == 0 {
		return "merge group onto " + base
	}
	return fmt.Sprintf("#%d onto %s", j.Pull, base)
}

// fresh lists the findings of this change with one severity.
func fresh(v *verdict.Verdict, severity checks.Severity) []checks.Finding {
	var found []checks.Finding
	for _, f := range v.Findings {
		if f.New && f.Severity == severity {
			found = append(found, f)
		}
	}
	return found
}

// ofCheck is the part of a verdict that one check has a say in. What was not read
// is not known by check, so it stays: better told twice than not at all.
func ofCheck(v *verdict.Verdict, check string) *verdict.Verdict {
	part := *v
	others := func(rule string) bool { return !strings.HasPrefix(rule, check+"/") }
	part.Findings = slices.DeleteFunc(slices.Clone(v.Findings), func(f checks.Finding) bool { return others(f.Rule) })
	part.Suppressed = slices.DeleteFunc(slices.Clone(v.Suppressed), func(s verdict.Suppressed) bool { return others(s.Finding.Rule) })
	if check != "images" {
		part.References = nil
	}
	if block, _, _, _ := part.Count(); v.Conclusion == verdict.Failure && block == 0 {
		part.Conclusion = verdict.Success
		if len(v.Reasons) > 0 {
			part.Conclusion = verdict.Undecided
		}
	}
	return &part
}

// amount is a number with its noun: "1 file", "2 files".
func amount(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
