package report

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text from a pull request gets into Markdown in two ways only. A name or a quoted
// piece goes into a code span or a fence, where neither Markdown nor GitHub's own
// rewriting (mentions, issue numbers, commit ids, emoji, links, mathematics) looks.
// A sentence keeps its plain words; every word that could mean anything goes into
// a code span. So nothing needs backslashes, and what is shown can be copied.

var (
	plainWord   = regexp.MustCompile(`^[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*$`)
	plainSymbol = regexp.MustCompile(`^[–—→…]$`)
	// A word that GitHub may link: with a commit id in it (a letter of another script
	// ends one, too), or a ticket such as GH-12.
	linkedWord = regexp.MustCompile(`(?:^|[^0-9A-Za-z_])[0-9A-Fa-f]{7,}(?:$|[^0-9A-Za-z_])|^[A-Za-z]+-[0-9]+$`)
	// A word that would begin a list where it stands first.
	listNumber = regexp.MustCompile(`^[0-9]+[.)]$`)
	spanInText = regexp.MustCompile("`[^`]+`")
)

const (
	opening = `("'“‘`
	closing = `.,;:!?)"'”’…%`
)

// prose is a sentence as Markdown, on one line and at most so many characters long
// before escaping. A pair of backticks around something makes it a code span.
func prose(s string, most int) string {
	s = cut(s, most)
	var words []string
	at := 0
	for _, m := range spanInText.FindAllStringIndex(s, -1) {
		words = append(words, wordsOf(s[at:m[0]])...)
		words = append(words, code(s[m[0]+1:m[1]-1]))
		at = m[1]
	}
	words = append(words, wordsOf(s[at:])...)
	if len(words) > 0 && listNumber.MatchString(words[0]) {
		words[0] = code(words[0])
	}
	return joined(words)
}

// wordsOf escapes word by word; blanks at either end are kept as an empty word.
func wordsOf(s string) []string {
	fields := strings.Fields(s)
	words := make([]string, 0, len(fields)+2)
	if s != "" && strings.TrimLeftFunc(s, unicode.IsSpace) != s {
		words = append(words, "")
	}
	for i, f := range fields {
		if i > 0 {
			words = append(words, "")
		}
		words = append(words, word(f))
	}
	if len(fields) > 0 && strings.TrimRightFunc(s, unicode.IsSpace) != s {
		words = append(words, "")
	}
	return words
}

// joined puts words together, a blank for an empty one; two code spans that
// touch would become one, so they get a blank too.
func joined(words []string) string {
	var b strings.Builder
	for _, w := range words {
		s := b.String()
		switch {
		case w == "" && s != "" && !strings.HasSuffix(s, " "):
			b.WriteByte(' ')
		case strings.HasSuffix(s, "`") && strings.HasPrefix(w, "`"):
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return strings.TrimSpace(b.String())
}

// word escapes one word, with punctuation around it.
func word(s string) string {
	rest := strings.TrimLeft(s, opening)
	before := s[:len(s)-len(rest)]
	core := strings.TrimRight(rest, closing)
	after := rest[len(core):]
	switch {
	case core == "" || plainSymbol.MatchString(core):
		return s
	case plainWord.MatchString(core) && !linkedWord.MatchString(core):
		return s
	}
	return before + code(core) + after
}

// code is a code span that shows s exactly, on one line.
func code(s string) string {
	s = visible(s)
	if strings.TrimSpace(s) == "" {
		return "(empty)"
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	edge := s[:1] + s[len(s)-1:]
	if strings.Contains(edge, "`") || edge == "  " {
		s = " " + s + " " // Markdown takes one blank off each end
	}
	return fence + s + fence
}

// codeCut is code of at most so many characters.
func codeCut(s string, most int) string { return code(cut(s, most)) }

// fenced is a fenced block of lines that went through visible.
func fenced(language string, lines []string) string {
	text := unmarked(strings.Join(lines, "\n")) // pieces of a line may make the marker only together
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	return fence + language + "\n" + text + "\n" + fence + "\n"
}

// longestRun is the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// cut is visible text of at most so many characters.
func cut(s string, most int) string {
	bounded := s
	if len(s) > 8*most { // bounds the work on a line of megabytes
		bounded = s[:8*most]
	}
	shown := visible(bounded)
	if utf8.RuneCountInString(shown) > most {
		return string([]rune(shown)[:most-1]) + "…"
	}
	if len(bounded) < len(s) {
		return shown + "…"
	}
	return shown
}

// visible is text that may stand in Markdown's code.
func visible(s string) string { return unmarked(seen(s)) }

// seen is s on one line without what the eye cannot see or what reorders it:
// control, bidirectional, zero-width and other ignorable characters.
func seen(s string) string {
	if printable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// unmarked keeps the marker by which the comment is found from coming from outside.
func unmarked(s string) string {
	return strings.ReplaceAll(s, "<!-- checkrein", "<!- - checkrein")
}

func hidden(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == '\x7f'
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
