package report

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/verdict"
)

// Detailed is what a detail run, "checkrein / images", says.
type Detailed struct {
	Conclusion verdict.Conclusion
	Title      string // plain text, at most 120 characters
	Summary    string // Markdown, below GitHub's limit
	Text       string // likewise: every finding with its proof, as far as there is room; may be empty
}

// Detail is what one check has to say about a head.
func Detail(h Head, check string) Detailed {
	j := h.Worst()
	j.Verdict = ofCheck(j.Verdict, check)
	t := teller{h: h, j: j}
	title := j.title(longestTitle)
	if h.differ() {
		title = cut(title+" ("+h.Worst().name()+")", longestTitle)
	}
	return Detailed{Conclusion: j.Verdict.Conclusion, Title: title, Summary: t.detailSummary(check), Text: t.detailText()}
}

// DetailWanted says whether a check gets a detail run under the policy's details setting.
func DetailWanted(when policy.When, h Head, check string) bool {
	switch when {
	case policy.Never:
		return false
	case policy.Always:
		return true
	}
	block, warn, note, _ := ofCheck(h.Worst().Verdict, check).Count()
	return block+warn+note > 0
}

func (t teller) detailSummary(check string) string {
	marked := ""
	block, warn, note, _ := t.j.Verdict.Count()
	if all := block + warn + note; all > MostAnnotations {
		marked = fmt.Sprintf("The %d most important of %d findings are marked at their lines.\n\n", MostAnnotations, all)
	}
	return t.headline() + marked +
		"The run that counts for merging is `checkrein`; this one holds the findings of " + code(check) + " with their proofs.\n\n" +
		t.reasons() + t.suppressed() + t.footer()
}

// detailText tells all findings of the change, the most important first.
func (t teller) detailText() string {
	p := newPage(longestMarkdown)
	t.bySeverity(p)
	return p.String()
}

// bySeverity tells what blocks, then warnings, then notes, each in full as far as
// there is room.
func (t teller) bySeverity(p *page) {
	groups := []struct {
		heading  string
		severity checks.Severity
		spare    int
	}{{"## Blocking\n\n", checks.Block, 6000}, {"## Warnings\n\n", checks.Warn, 3000}, {"## Notes\n\n", checks.Note, 500}}
	for _, g := range groups {
		if fs := fresh(t.j.Verdict, g.severity); len(fs) > 0 {
			p.add(g.heading)
			t.findings(p, fs, len(fs), g.spare)
		}
	}
}
