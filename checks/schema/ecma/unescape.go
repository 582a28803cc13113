package ecma

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Unescape is what a string's or template's text means.
func Unescape(raw string) string {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			b.WriteByte(raw[i])
			continue
		}
		i++
		switch c := raw[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'b', 'f', 'v':
			b.WriteByte(' ')
		case '0':
			b.WriteByte(' ')
		case '\n':
		case '\r':
			if i+1 < len(raw) && raw[i+1] == '\n' {
				i++
			}
		case 'x', 'u':
			r, n := codePoint(raw[i:])
			b.WriteRune(r)
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// codePoint reads xHH, uHHHH or u{H...} and tells how long it is.
func codePoint(raw string) (rune, int) {
	digits, n := "", 0
	switch {
	case raw[0] == 'x' && len(raw) >= 3:
		digits, n = raw[1:3], 3
	case strings.HasPrefix(raw, "u{"):
		if i := strings.IndexByte(raw, '}'); i > 0 && i < 12 {
			digits, n = raw[2:i], i+1
		}
	case raw[0] == 'u' && len(raw) >= 5:
		digits, n = raw[1:5], 5
	}
	v, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || !utf8.ValidRune(rune(v)) {
		return rune(raw[0]), 1
	}
	return rune(v), n
}
