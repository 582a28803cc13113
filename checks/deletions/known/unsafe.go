package known

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// unsafe is a setting of a cleaner under which it takes manifests that tagged indexes need:
// tokens as in the patterns of its row, " => " and the sentence that says why.
type unsafe struct {
	run  pattern
	uses []useToken
	says string
}

func parseUnsafe(line string) (unsafe, error) {
	when, says, found := strings.Cut(line, "=> ")
	if !found {
		return unsafe{}, fmt.Errorf("%q: want tokens, => and a sentence", line)
	}
	u := unsafe{says: says}
	fields := strings.Fields(when)
	run, err := parsePattern("* " + strings.Join(fields, " "))
	if err != nil {
		return u, err
	}
	u.run = run
	u.uses, err = parseUseTokens(fields)
	return u, err
}

func (r *Row) unsafeUse(a Action) string {
	for _, u := range r.match.unsafe {
		if holdAll(u.uses, a) {
			return u.says
		}
	}
	return ""
}

func (r *Row) unsafeCommand(in *invocation) string {
	for _, u := range r.match.unsafe {
		if rest := in.rest; u.run.match(in) {
			in.rest = rest
			return u.says
		}
	}
	return ""
}

// untagged is how scripts pick versions without tags: jq, JavaScript, Python, and the filters
// of other registries' clients.
var untagged = regexp.MustCompile(strings.Join([]string{
	`tags\s*(?://\s*\[\s*\]\s*\)?\s*)?==\s*(?:\[\s*\]|null)`,
	`tags\s*(?://\s*\[\s*\]\s*\)?\s*)?\|\s*length\s*\)?\s*(?:==\s*0|<\s*1)`,
	`length\s*\(\s*[\w.]*tags\s*\)\s*==\s*0`,
	`tags\s*\??\.\s*length\s*(?:===?\s*0|<\s*1)`,
	`!\s*[\w.?]+tags\??\.length`,
	`not\s+[\w.\[\]"']*\btags\b`,
	`len\(\s*[\w.\[\]"']*tags["'\]]*\s*\)\s*==\s*0`,
	`-tags:\*|NOT tags:|tagStatus=UNTAGGED`,
}, "|"))

// unguarded is why a choice by "has no tag" is unsafe.
const unguarded = "it picks the versions that have no tag of their own, and the platform images of a tagged multi-platform image are such versions"

// Selects says why what a command picks for deletion is unsafe: a jq filter, or a query of
// gh api, that keeps the versions without tags. Empty: it picks nothing so.
func Selects(c shell.Command) string {
	if len(c.Words) == 0 {
		return ""
	}
	switch base(c.Words[0]) {
	case "aws", "gcloud", "az", "gh", "jq", "gojq", "jaq", "yq", "curl", "python", "python3":
	default:
		return ""
	}
	if slices.ContainsFunc(c.Words, func(w shell.Word) bool { return untagged.MatchString(w.Text[:min(len(w.Text), mostText)]) }) {
		return unguarded
	}
	return ""
}
