package known

import "strings"

// uncommented is a text of JavaScript with its comments blanked, byte for byte.
func uncommented(text string) string {
	out := []byte(text)
	for n := 0; n < len(out); n++ {
		switch c := out[n]; {
		case c == '"' || c == '\'' || c == '`':
			n = quoted(text, n)
		case strings.HasPrefix(text[n:], "//"):
			n = blank(out, n, n+lineEnd(text[n:]))
		case strings.HasPrefix(text[n:], "/*"):
			end := strings.Index(text[n+2:], "*/")
			if end < 0 {
				end = len(text) - n - 4
			}
			n = blank(out, n, n+end+4) - 1
		}
	}
	return string(out)
}

// blank writes spaces over a piece, line ends kept, and tells where it ends.
func blank(out []byte, from, to int) int {
	to = min(max(to, from+2), len(out))
	for n := from; n < to; n++ {
		if out[n] != '\n' {
			out[n] = ' '
		}
	}
	return to
}

// quoted is the index of the quote that closes the one at n; a string in single or double
// quotes ends with its line.
func quoted(text string, n int) int {
	q := text[n]
	for n++; n < len(text); n++ {
		switch {
		case text[n] == '\\':
			n++
		case text[n] == q:
			return n
		case text[n] == '\n' && q != '`':
			return n
		}
	}
	return len(text)
}

// closing is the index of the parenthesis that closes the one before n, or as far as is read.
func closing(text string, n int) int {
	depth, end := 1, min(len(text), n+most)
	for ; n < end; n++ {
		switch text[n] {
		case '"', '\'', '`':
			n = quoted(text[:end], n)
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return n
			}
		}
	}
	return end
}

func lineEnd(text string) int {
	if n := strings.IndexByte(text, '\n'); n >= 0 {
		return n
	}
	return len(text)
}
