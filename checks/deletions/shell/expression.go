package shell

import (
	"strings"
	"unicode"
)

// maxGaps bounds the expressions of one text.
const maxGaps = 20_000

// expressions finds `${{ … }}`: an end within its quotes is none, and one that is not closed
// goes on to the end of its line.
func expressions(text string) []gap {
	n := strings.Count(text, "${{")
	if n == 0 {
		return nil
	}
	gaps := make([]gap, 0, min(n, maxGaps))
	for i := 0; ; {
		n := strings.Index(text[i:], "${{")
		if n < 0 {
			return gaps
		}
		start := i + n
		if len(gaps) == maxGaps {
			return gaps // what is left is no text of a shell, and told as that
		}
		inside, end := expressionEnd(text, start+3)
		gaps = append(gaps, gap{start, end, inside})
		i = end
	}
}

// expressionEnd is the expression that begins at i, on one line, and where it is closed.
func expressionEnd(text string, i int) (inside string, end int) {
	quoted := false
	for j := i; j < len(text) && j-i < maxExpression; j++ {
		switch {
		case text[j] == '\'':
			quoted = !quoted
		case !quoted && strings.HasPrefix(text[j:], "}}"):
			return oneLine(text[i:j]), j + 2
		}
	}
	if n := strings.Index(text[i:min(len(text), i+maxExpression)], "}}"); n >= 0 { // a quote that is never closed
		return oneLine(text[i : i+n]), i + n + 2
	}
	end = len(text)
	if n := strings.IndexByte(text[i:], '\n'); n >= 0 {
		end = i + n
	}
	return oneLine(text[i-3 : end]), end
}

// templates finds `${name.of.a.property}`: no shell has such names, something fills them in
// before. Those within the gaps do not count.
func templates(text string, gaps []gap) []gap {
	var found []gap
	for i := 0; ; {
		n := strings.Index(text[i:], "${")
		if n < 0 {
			return found
		}
		start := i + n
		i = start + 2
		for len(gaps) > 0 && gaps[0].end <= start {
			gaps = gaps[1:]
		}
		end := i
		for end < len(text) && (isLetter(text[end]) || text[end] == '.') {
			end++
		}
		if end < len(text) && text[end] == '}' && strings.Contains(strings.Trim(text[i:end], "."), ".") && (len(gaps) == 0 || gaps[0].start > end) {
			found = append(found, gap{start, end + 1, text[start : end+1]})
			i = end + 1
		}
	}
}

// maxExpression bounds how far an end is looked for, in bytes.
const maxExpression = 4096

// oneLine is a text with each run of white space in it as one blank, in valid UTF-8.
func oneLine(text string) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "?"))
	if !strings.ContainsFunc(text, func(r rune) bool { return r != ' ' && unicode.IsSpace(r) }) && !strings.Contains(text, "  ") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}
