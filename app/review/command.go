package review

import (
	"slices"
	"strings"
	"unicode"
)

// The commands that a comment can begin with.
const (
	Accept  = "accept"  // /checkrein accept <rule> <reason>
	Recheck = "recheck" // /checkrein recheck
)

const (
	name      = "/checkrein"
	maxRule   = 100 // characters; longer than any rule id
	maxReason = 500 // characters
)

// Said is a command as a comment says it; see Problem for whether it can be followed.
type Said struct {
	Command string // Accept or Recheck
	Rule    string // of Accept; empty: none is named
	Reason  string // of Accept; one line, at most 500 characters; empty: none is given
}

// Command reads the command in the first line of a comment that is not blank. The other
// lines are ignored, upper and lower case differ. ok is false where the line is no command.
func Command(body string) (said Said, ok bool) {
	line := strings.TrimSpace(body)
	if i := strings.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	word, rest := nextWord(line)
	if word != name {
		return Said{}, false
	}
	said.Command, rest = nextWord(rest)
	switch said.Command {
	case Recheck:
		return said, true
	case Accept:
		said.Rule, rest = nextWord(rest)
		said.Rule, said.Reason = plain(said.Rule, maxRule), plain(rest, maxReason)
		return said, true
	}
	return Said{}, false
}

// Problem says why an accept cannot be followed, as the end of a sentence: "it names no
// rule". Rules are the known ids. Empty: it can be.
func (s Said) Problem(rules []string) string {
	switch {
	case s.Command != Accept:
		return ""
	case s.Rule == "":
		return "it names no rule"
	case KindOf(s.Rule) == ByReview:
		return s.Rule + " takes no accept: it needs an approving review"
	case KindOf(s.Rule) == ByNobody:
		return s.Rule + " takes no accept: what it finds must be mended"
	case !slices.Contains(rules, s.Rule):
		return "there is no rule " + s.Rule
	case s.Reason == "":
		return "it gives no reason"
	}
	return ""
}

// nextWord cuts the first word off; the rest has no white space around it.
func nextWord(line string) (word, rest string) {
	line = strings.TrimSpace(line)
	end := strings.IndexFunc(line, unicode.IsSpace)
	if end < 0 {
		return line, ""
	}
	return line[:end], strings.TrimSpace(line[end:])
}

// plain is text on one line, at most so many characters long, that every database takes.
func plain(text string, most int) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if most == 0 {
			break
		}
		if unicode.IsControl(r) {
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
		most--
	}
	return strings.TrimSpace(b.String())
}
