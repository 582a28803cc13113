package usage

import "strings"

// javaScript reads what begins with c in JavaScript or TypeScript.
func (s *scanner) javaScript(c byte) bool {
	switch c {
	case '/':
		return s.comment() || s.regex()
	case '\'', '"':
		s.at++
		return s.literal(quotes{open: s.at - 1, closing: string(c)})
	case '`':
		tag := wordBefore(s.text, s.at)
		if strings.HasSuffix(s.text[:s.at], ">") {
			tag = typedTag(s.text[:s.at])
		}
		s.at++
		return s.literal(quotes{open: s.at - 1, closing: "`", lines: true, hole: "${", tag: tag})
	}
	return false
}

// typedTag is the tag of sql<Row>`...`.
func typedTag(text string) string {
	open := strings.LastIndexByte(text[max(0, len(text)-200):], '<')
	if open < 0 {
		return ""
	}
	return wordBefore(text, max(0, len(text)-200)+open)
}

// regex passes a regular expression, if one can stand here and ends on this line.
func (s *scanner) regex() bool {
	last, at := before(s.text, s.at)
	switch {
	case at < 0 || strings.IndexByte("(,=:[!&|?{};+-*%~^>\n", last) >= 0:
	case inWord(last):
		switch wordBefore(s.text, at+1) {
		case "return", "typeof", "case", "in", "of", "and", "or", "not", "if", "unless", "when", "while", "do", "then", "else":
		default:
			return false
		}
	default:
		return false
	}
	class := false
	for i := s.at + 1; i < len(s.text) && i < s.at+2000; i++ {
		switch s.text[i] {
		case '\n':
			return false
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				s.at = i + 1
				return true
			}
		}
	}
	return false
}
