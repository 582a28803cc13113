package known

import "strings"

// glob reports whether text is what the pattern describes: `*` stands for any run of bytes,
// `?` for one, everything else for itself.
func glob(pattern, text string) bool {
	star, mark, p, t := -1, 0, 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// oneOf reports whether text is what one of the patterns describes.
func oneOf(patterns []string, text string) bool {
	for _, p := range patterns {
		if glob(p, text) {
			return true
		}
	}
	return false
}

// under reports whether path is what the pattern describes, segment by segment: `**` stands for
// any number of segments, `a|b` for either, `*` within a segment as in glob.
func under(pattern, path []string) bool {
	star, mark, p, t := -1, 0, 0, 0
	for t < len(path) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, mark = p, t
			p++
		case p < len(pattern) && oneOf(strings.Split(pattern[p], "|"), path[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}
