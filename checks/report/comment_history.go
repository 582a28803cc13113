package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks/verdict"
)

// history is the verdicts of one pull request's heads, oldest first, the present
// one last. It lives in the comment itself, hidden, in a form that has no room for
// free text: whatever somebody edits into the comment, only such lines come back.
type history []entry

type entry struct {
	sha         string
	conclusion  verdict.Conclusion
	block, warn int
}

const (
	longestHistory = 11      // entries kept: ten verdicts and the present one
	longestBody    = 1 << 18 // bytes of an earlier comment that are looked at; GitHub's limit is 65,536 characters
)

var historyLine = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64}) (success|undecided|failure) ([0-9]{1,6}) ([0-9]{1,6})$`)

// readHistory takes the entries out of an earlier body of the comment.
func readHistory(body string) history {
	var past history
	for line := range strings.Lines(body[:min(len(body), longestBody)]) {
		m := historyLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		block, errBlock := strconv.Atoi(m[3])
		warn, errWarn := strconv.Atoi(m[4])
		if errBlock == nil && errWarn == nil {
			past = append(past, entry{m[1], verdict.Conclusion(m[2]), block, warn})
		}
	}
	return past[max(0, len(past)-longestHistory):]
}

// add appends the present verdict; a second one on the same head replaces the first.
func (h history) add(e entry) history {
	if n := len(h); n > 0 && h[n-1].sha == e.sha {
		h = h[:n-1]
	}
	h = append(h, e)
	return h[max(0, len(h)-longestHistory):]
}

// goodSince is the first head of the unbroken row of successes that the present one ends.
func (h history) goodSince() string {
	since := ""
	for i := len(h) - 1; i >= 0 && h[i].conclusion == verdict.Success; i-- {
		since = h[i].sha
	}
	return since
}

// shown is the folded list of the verdicts before the present one; empty for none.
func (h history) shown() string {
	if len(h) < 2 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<details><summary>Earlier verdicts</summary>\n\n")
	for _, e := range h[:len(h)-1] {
		b.WriteString("- " + code(short(e.sha)) + ": " + e.words() + "\n")
	}
	return b.String() + "\n</details>\n\n"
}

func (e entry) words() string {
	switch e.conclusion {
	case verdict.Failure:
		return enumerate(fmt.Sprintf("%d blocking", e.block), some(e.warn, "warning"))
	case verdict.Undecided:
		return "undecided"
	}
	return enumerate("nothing blocking", some(e.warn, "warning"))
}

// hidden keeps the history for the next time.
func (h history) hidden() string {
	var b strings.Builder
	b.WriteString("<!-- checkrein history\n")
	for _, e := range h {
		if commitID.MatchString(e.sha) {
			fmt.Fprintf(&b, "%s %s %d %d\n", e.sha, e.conclusion, min(e.block, 999_999), min(e.warn, 999_999))
		}
	}
	return b.String() + "-->\n"
}
