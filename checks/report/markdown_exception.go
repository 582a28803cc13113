package report

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
)

// plainScalar is text that YAML reads as itself without quotes: it begins like a
// name and goes on after a slash, dot or colon, so it is no number, date, true or null.
var plainScalar = regexp.MustCompile(`^\.?[A-Za-z][\w-]*(?:[./:][\w-]+)+$`)

var globCharacters = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`)

// exception shows, folded, what to write so that a finding may stay, where, and
// who may grant it. Findings about the policy itself have no exception.
func (t teller) exception(f checks.Finding) string {
	if strings.HasPrefix(f.Rule, "policy/") {
		return ""
	}
	granted := ", by a pull request that a reviewer with write access other than its author approves.\n"
	const once = "\nOr, for these files as they are and this pull request only: somebody with write access who made none of it "
	switch checks.YesTo(f.Rule) {
	case checks.YesByAccept:
		granted += once + "comments " + code("/checkrein accept "+f.Rule+" REASON") + ".\n"
	case checks.YesByReview:
		granted += once + "approves this pull request in a review.\n"
	}
	if t.h.Repository == "" { // on the command line it counts at once
		granted = ".\n"
	}
	lines := []string{
		"exceptions:",
		"  - rule: " + scalar(f.Rule),
		"    path: " + scalar(globCharacters.Replace(f.Path)),
	}
	if f.Subject != "" {
		lines = append(lines, "    subject: "+scalar(f.Subject))
	}
	lines = append(lines, "    reason: # why this may stay", "    until: # its last day, as YYYY-MM-DD, at most a year ahead")
	return "<details><summary>If this has to stay: the exception</summary>\n\n" +
		fenced("yaml", lines) +
		"\nIt goes into " + code(policy.Path) + branch(t.j) + granted +
		"\n</details>\n\n"
}

func branch(j Judged) string {
	if j.Base == "" {
		return ""
	}
	return " on " + codeCut(j.Base, 100)
}

// scalar is text as a YAML value on one line. Go's quoted form in ASCII is YAML's
// double-quoted form too.
func scalar(s string) string {
	if plainScalar.MatchString(s) {
		return s
	}
	return strings.ReplaceAll(strconv.QuoteToASCII(s), "<!--", `\x3c!--`) // the marker of the comment stays its own
}
