package report

import (
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/verdict"
)

// Marker is in every comment of Checkrein and in nothing else that it writes: by it
// (and its author) the comment is found again.
const Marker = "<!-- checkrein -->"

// mostInComment is how many findings the comment lists; the check run has them all.
const mostInComment = 10

// Wanted says whether a pull request gets, or keeps, its comment up to date. On
// problems only, it appears when something blocks or is undecided, and stays.
func Wanted(when policy.When, h Head, hasComment bool) bool {
	switch when {
	case policy.Never:
		return false
	case policy.Always:
		return true
	}
	return hasComment || h.Worst().Verdict.Conclusion != verdict.Success
}

// Comment is the one comment's new body. previous is the body it has now, empty
// for none: from it the last verdicts are taken over, and nothing else.
func Comment(h Head, previous string) string {
	t := teller{h: h, j: h.Worst()}
	past := readHistory(previous).add(entryOf(h))
	if t.j.Verdict.Conclusion == verdict.Success {
		return Marker + "\n" + t.clear(past) + "\n\n" + past.hidden()
	}
	p := newPage(longestMarkdown - len(past.shown()) - len(past.hidden()))
	p.add(Marker + "\n")
	p.add("**Checkrein: " + prose(lowerFirst(Title(h)), longestTitle) + "** at " + h.commit() + "\n\n")
	p.add(t.commentFindings())
	p.add(t.commentReasons())
	p.add(t.nextStep())
	p.add(t.pointer())
	return p.String() + past.shown() + past.hidden()
}

// clear is the one line of a comment when nothing is wrong any more.
func (t teller) clear(past history) string {
	words, title := "All clear since ", Title(t.h)
	if rest, cut := strings.CutPrefix(title, "Nothing blocking, "); cut {
		words, title = "Nothing blocks since ", rest
	}
	since := t.h
	since.SHA = past.goodSince()
	return words + since.commit() + ": " + prose(lowerFirst(title), longestTitle) + "."
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func (t teller) commentFindings() string {
	block := fresh(t.j.Verdict, checks.Block)
	if len(block) == 0 {
		return ""
	}
	return list("What blocks, and what to do:", len(block), mostInComment, 40_000, func(i int) string {
		f := block[i]
		return fmt.Sprintf("%d. %s %s. **Fix:** %s\n", i+1, t.h.place("", f.Path, f.Line, f.EndLine), prose(f.Title, 300), fix(f))
	})
}

func (t teller) commentReasons() string {
	rs := t.j.reasonsBesideTitle()
	return list("Undecided, because:", len(rs), mostInComment, 8000, func(i int) string { return "- " + prose(rs[i], 400) + "\n" })
}

// pointer leads to the check run, where the proof is.
func (t teller) pointer() string {
	return "Evidence and details: " + link("check run `checkrein`", t.h.Run) + ".\n\n"
}

// entryOf is the history entry of the present verdict.
func entryOf(h Head) entry {
	v := h.Worst().Verdict
	block, warn, _, _ := v.Count()
	return entry{sha: strings.ToLower(h.SHA), conclusion: v.Conclusion, block: block, warn: warn}
}
