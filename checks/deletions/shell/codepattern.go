package shell

import "strings"

// pattern goes over a regular expression between slashes, whose quotes begin no text.
func (c *code) pattern() bool {
	if !c.slashes || c.text[c.i] != '/' || c.divides() {
		return false
	}
	class := false
	for i := c.i + 1; i < len(c.text) && i-c.i < longestPattern; i++ {
		switch c.text[i] {
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
				c.i = i + 1
				return true
			}
		}
	}
	return false
}

// longestPattern is longer than what people write, and keeps a line of slashes from being
// read once for each of them.
const longestPattern = 500

// divides reports whether a slash has something before it on its line that can be divided.
func (c *code) divides() bool {
	before := strings.TrimRight(c.text[max(0, c.i-longestPattern):c.i], " \t")
	if before == "" {
		return false
	}
	last := before[len(before)-1]
	return (isIdentifier(last) || last >= '0' && last <= '9' || strings.IndexByte(")]}\"'`", last) >= 0) && !strings.HasSuffix(before, "return")
}
