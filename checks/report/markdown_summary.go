package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/verdict"
)

const (
	roomForWarnings = 2000 // kept for the warnings behind what blocks: heading, a few, their count
	roomForEnd      = 3000 // kept for what follows the findings: counts and the next step
)

// Summary is the aggregated check run's summary: Markdown below GitHub's limit,
// whatever the verdict holds. What blocks comes first, then warnings, then counts.
func Summary(h Head) string {
	t := teller{h: h, j: h.Worst()}
	tail := t.unread() + t.suppressed() + t.notices() + t.footer()
	p := newPage(longestMarkdown - len(tail))
	p.add(t.headline())
	p.add(t.uses())
	block, reasons, elsewhere := fresh(t.j.Verdict, checks.Block), t.reasons(), t.elsewhere()
	if t.j.Verdict.Conclusion == verdict.Undecided {
		p.add(reasons)
	}
	if len(block) > 0 {
		t.findings(p, block, mostFull, len(reasons)+len(elsewhere)+roomForWarnings+roomForEnd)
	}
	if t.j.Verdict.Conclusion == verdict.Failure {
		p.add(reasons)
	}
	p.add(elsewhere)
	if warn := fresh(t.j.Verdict, checks.Warn); len(warn) > 0 {
		p.add("### Warnings\n\n")
		t.findings(p, warn, 0, roomForEnd)
	}
	p.add(t.counts())
	p.add(t.nextStep())
	return p.String() + tail
}

// headline repeats the verdict and says of what.
func (t teller) headline() string {
	return "**" + prose(t.j.title(longestTitle), longestTitle) + "** at " + t.h.commit() + onto(t.j) + ".\n\n" + t.lookedAt() + "\n\n"
}

func onto(j Judged) string {
	if j.Base == "" {
		return ""
	}
	return " onto " + codeCut(j.Base, 100)
}

// lookedAt says what the verdict rests on.
func (t teller) lookedAt() string {
	v := t.j.Verdict
	touched := "the change touches " + amount(t.j.Changed, "file")
	if v.Files == 0 {
		return "No file was read; " + touched + "."
	}
	what := amount(v.Files, "file")
	if n := len(v.References); n > 0 {
		what = amount(n, "image reference") + " in " + what
	}
	return "Looked at " + what + "; " + touched + "."
}

// uses lists the verdicts when this head is judged more than once.
func (t teller) uses() string {
	if len(t.h.Judged) < 2 {
		return ""
	}
	return list("This commit is judged for each of its uses, and the worst verdict counts:", len(t.h.Judged), 20, 6000, func(i int) string {
		j := t.h.Judged[i].told()
		return "- " + prose(j.name(), 80) + ": " + prose(j.title(longestTitle), longestTitle) + "\n"
	})
}

// reasons says what is undecided and why.
func (t teller) reasons() string {
	rs := t.j.reasonsBesideTitle()
	return list("### Undecided, because", len(rs), 20, 6000, func(i int) string {
		return "- " + prose(rs[i], 400) + "\n"
	})
}

// elsewhere lists what blocks only in another use of this head.
func (t teller) elsewhere() string {
	type key struct{ rule, path, subject, address string }
	keyOf := func(f checks.Finding) key { return key{f.Rule, f.Path, f.Subject, f.Address} }
	told := map[key]bool{}
	for _, f := range fresh(t.j.Verdict, checks.Block) {
		told[keyOf(f)] = true
	}
	var items []string
	for _, j := range t.h.Judged {
		for _, f := range fresh(j.told().Verdict, checks.Block) {
			if !told[keyOf(f)] {
				told[keyOf(f)] = true
				items = append(items, strings.TrimSuffix(t.brief(f), "\n")+" ("+prose(j.name(), 80)+")\n")
			}
		}
	}
	return list("### Blocking elsewhere", len(items), mostFull, 10_000, func(i int) string { return items[i] })
}

// counts tells what is not listed, and where it is.
func (t teller) counts() string {
	block, warn, note, old := t.j.Verdict.Count()
	var b strings.Builder
	if note > 0 {
		fmt.Fprintf(&b, "Notes, not listed: %d.\n\n", note)
	}
	if old > 0 {
		fmt.Fprintf(&b, "Older findings, not listed and not blocking: %d.\n\n", old)
	}
	if block+warn+note > 0 && len(t.h.Details) > 0 {
		var links []string
		for _, check := range slices.Sorted(maps.Keys(t.h.Details)) {
			links = append(links, link(code("checkrein / "+check), t.h.Details[check]))
		}
		b.WriteString("Every finding with its proof, marked at its line: " + strings.Join(links, ", ") + ".\n\n")
	}
	return b.String()
}

// nextStep ends everything that is not green in an action.
func (t teller) nextStep() string {
	switch t.j.Verdict.Conclusion {
	case verdict.Failure:
		if t.waitsForAReview() {
			return "**Next:** have somebody with write access who made none of it look at these files and approve this pull request; the check then runs again by itself.\n\n"
		}
		return "**Next:** mend what blocks and push, or have an exception granted; the check then runs again by itself.\n\n"
	case verdict.Undecided:
		return "**Next:** " + t.toDecide() + ".\n\n"
	}
	return ""
}

// waitsForAReview reports whether an approving review answers all that blocks.
func (t teller) waitsForAReview() bool {
	return t.h.Repository != "" && !slices.ContainsFunc(fresh(t.j.Verdict, checks.Block), func(f checks.Finding) bool {
		return checks.YesTo(f.Rule) != checks.YesByReview
	})
}

// toDecide says how an undecided verdict becomes a decided one.
func (t teller) toDecide() string {
	block, _, _, _ := t.j.Verdict.Count()
	unreadable, failed := block > 0, false
	for _, u := range t.j.Verdict.Unread {
		unreadable = unreadable || u.Kind == checks.Defeated && u.Touched
		failed = failed || u.Kind == checks.Failed
	}
	mend := "mend what could not be read and push, or leave it out with `paths: {ignore: […]}` in " + code(policy.Path) + branch(t.j)
	again := "press *Re-run*; if it stays so, the reasons are for whoever runs Checkrein"
	switch {
	case unreadable && failed:
		return mend + "; where the check itself failed, " + again
	case unreadable:
		return mend
	}
	return again
}
