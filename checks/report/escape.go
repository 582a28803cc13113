package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Plain is text that a terminal shows as it is, on one line: without control and
// escape characters, without those that the eye cannot see or that reorder it, and
// valid UTF-8. Everything that comes from a file, a name or a message goes through it.
func Plain(s string) string {
	if printable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// printable reports whether all of a text is printable ASCII, as most is: there is nothing
// to take out of it, and every byte is a column.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// runnerCommand begins a command of the workflow runner's first form, which obeys it
// anywhere in a line; of its second form "::" it obeys only at the begin.
const runnerCommand = "##["

// lineCommand is a line that the runner reads as a command of its second form.
var lineCommand = regexp.MustCompile(`(?m)^((?:[ \t]|\x1b\[[0-9;]*m)*)::`)

// defused is text in which the workflow runner finds no command: what is printed for
// people often ends in the log of a job.
func defused(text string) string {
	if text = strings.ReplaceAll(text, runnerCommand, "## ["); !strings.Contains(text, "::") {
		return text
	}
	return lineCommand.ReplaceAllString(text, "$1: :")
}

// jsonSafe escapes in encoded JSON what a terminal or the workflow runner must not get
// raw; its meaning stays the same. Characters below the blank are escaped by the encoder already.
func jsonSafe(encoded string) string {
	encoded = strings.ReplaceAll(encoded, runnerCommand, `#\u0023[`)
	var b strings.Builder
	for _, r := range encoded {
		switch {
		case r == '\n' || !hidden(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
