package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks/verdict"
)

// longestTitle is in characters: what GitHub shows of a check run's title in a list.
const longestTitle = 120

// Title is the verdict in a line of plain text, at most 120 characters. Where the
// head's uses got different verdicts it names the one that makes it worse.
func Title(h Head) string {
	worst := h.Worst()
	if !h.differ() {
		return worst.title(longestTitle)
	}
	suffix := " (" + worst.name() + ")"
	return worst.title(longestTitle-utf8.RuneCountInString(suffix)) + suffix
}

// differ: the uses of this head did not all get the same verdict.
func (h Head) differ() bool {
	for i := range h.Judged {
		if h.Judged[i].told().title(longestTitle) != h.Judged[0].told().title(longestTitle) {
			return true
		}
	}
	return false
}

// title is plain text of at most so many characters.
func (j Judged) title(most int) string {
	switch v := j.Verdict; v.Conclusion {
	case verdict.Failure:
		block, warn, _, _ := v.Count()
		return cut(enumerate(fmt.Sprintf("%d blocking", block), some(warn, "warning"), notRead(v)), most)
	case verdict.Undecided:
		return undecidedTitle(v, most)
	}
	return cut(j.successTitle(), most)
}

// undecidedTitle cuts the reason, never the number of further ones.
func undecidedTitle(v *verdict.Verdict, most int) string {
	reason, more := "a part of this change could not be judged", ""
	if len(v.Reasons) > 0 {
		reason = v.Reasons[0]
	}
	if len(v.Reasons) > 1 {
		more = fmt.Sprintf(", and %d more", len(v.Reasons)-1)
	}
	return cut("Undecided: "+reason, most-len(more)) + more
}

// reasonsBesideTitle are the reasons for what is undecided, unless the title says it all.
func (j Judged) reasonsBesideTitle() []string {
	rs := j.Verdict.Reasons
	if len(rs) == 1 && j.title(longestTitle) == "Undecided: "+visible(rs[0]) {
		return nil
	}
	return rs
}

func (j Judged) successTitle() string {
	v := j.Verdict
	_, warn, note, _ := v.Count()
	excepted := ""
	if n := len(v.Suppressed); n > 0 {
		excepted = fmt.Sprintf("%d excepted", n)
	}
	return enumerate(j.successWords(warn), some(warn, "warning"), some(note, "note"), excepted, notRead(v))
}

func (j Judged) successWords(warn int) string {
	v := j.Verdict
	_, _, _, old := v.Count()
	found := "No problem found"
	if old > 0 {
		found = "No new problem found"
	}
	switch {
	case warn > 0:
		return "Nothing blocking"
	case len(v.References) > 0:
		return found + " in " + amount(len(v.References), "image reference")
	case v.Files > 0:
		return found + " in " + amount(v.Files, "file")
	case len(v.Unread) > 0:
		return found
	}
	return "Nothing to check: " + j.nothing()
}

// nothing says why there was nothing to check.
func (j Judged) nothing() string {
	switch j.Changed {
	case 0:
		return "no file is changed"
	case 1:
		return "the changed file is not read by any check"
	}
	return fmt.Sprintf("none of the %d changed files is read by a check", j.Changed)
}

func notRead(v *verdict.Verdict) string {
	if len(v.Unread) == 0 {
		return ""
	}
	return fmt.Sprintf("%d not read", len(v.Unread))
}

// some is amount, and nothing for none.
func some(n int, noun string) string {
	if n == 0 {
		return ""
	}
	return amount(n, noun)
}

// enumerate joins what is there with commas.
func enumerate(parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, ", ")
}
