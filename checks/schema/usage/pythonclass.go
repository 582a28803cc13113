package usage

import (
	"regexp"
	"strings"
)

// pyClass is a class of a Python file with the statements of its body.
type pyClass struct {
	name  string
	bases string
	start int // of its name
	body  []pyLine
}

// pyLine is one statement in the body of a class, at the first level of it.
type pyLine struct {
	text       string
	start      int
	assigned   string // name = value, name: annotation = value
	annotation string
	value      string
	valueAt    int
	inner      string // what is indented below it
}

var (
	pyClassHead = regexp.MustCompile(`(?m)^([ \t]*)class\s+(\w+)\s*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?\s*:`)
	pyAssigned  = regexp.MustCompile(`^(\w+)\s*(?::\s*([^=\n]+?))?\s*(?:=\s*|$)`)
)

// pyClasses are the classes of the file.
func (r *reader) pyClasses() []pyClass {
	text := r.bare()
	var classes []pyClass
	for _, h := range pyClassHead.FindAllStringSubmatchIndex(text, 3000) {
		c := pyClass{name: strings.Clone(text[h[4]:h[5]]), start: h[4]}
		if h[6] >= 0 {
			c.bases = text[h[6]:h[7]]
		}
		c.body = r.pyBody(h[1], h[3]-h[2])
		classes = append(classes, c)
	}
	return classes
}

// pyBody are the statements that are indented further than the class, at the first level.
func (r *reader) pyBody(at, indent int) []pyLine {
	text := r.bare()
	var lines []pyLine
	level := -1
	for at < len(text) {
		stop := lineEnd(text, at)
		line := text[at:stop]
		trimmed := strings.TrimLeft(line, " \t")
		depth := len(line) - len(trimmed)
		switch {
		case strings.TrimSpace(line) == "" || depth == 0 && level < 0:
		case depth <= indent:
			return lines
		case level < 0 || depth == level:
			level = depth
			stop = r.pyStatement(at+depth, stop)
			lines = append(lines, pyStatementOf(text[at+depth:min(stop, len(text))], at+depth))
		case len(lines) > 0:
			last := &lines[len(lines)-1]
			last.inner = text[last.start:min(stop, len(text))]
		}
		if !r.spend(stop - at) {
			return lines
		}
		at = stop + 1
	}
	return lines
}

// pyStatement is the end of a statement, which goes on as long as a bracket or a text is open.
func (r *reader) pyStatement(start, stop int) int {
	text := r.bare()
	for range 400 {
		open := 0
		for at := start; at < stop; at++ {
			switch text[at] {
			case '(', '[', '{':
				open++
			case ')', ']', '}':
				open--
			case '"', '\'':
				if strings.HasPrefix(text[at:], `"""`) || strings.HasPrefix(text[at:], "'''") {
					n := strings.Index(text[at+3:], text[at:at+3])
					if n < 0 {
						return stop
					}
					at += n + 5
					stop = max(stop, lineEnd(text, at+1))
					continue
				}
				at = pastQuote(text, at)
			}
		}
		if open <= 0 || stop >= len(text) || stop-start > 20_000 || !r.spend(stop-start) {
			return min(stop, len(text))
		}
		stop = lineEnd(text, stop+1)
	}
	return min(stop, len(text))
}

func pyStatementOf(text string, start int) pyLine {
	l := pyLine{text: text, start: start}
	if m := pyAssigned.FindStringSubmatchIndex(text); m != nil && (m[4] >= 0 || m[1] > m[3]) {
		l.assigned = strings.Clone(text[m[2]:m[3]])
		if m[4] >= 0 {
			l.annotation = text[m[4]:m[5]]
		}
		l.value, l.valueAt = text[m[1]:], start+m[1]
	}
	return l
}

// pyBases are the names of the classes that a class extends.
func (c pyClass) parents() []string {
	var names []string
	for base := range strings.SplitSeq(c.bases, ",") {
		base = strings.TrimSpace(base)
		if base == "" || strings.Contains(base, "=") {
			continue
		}
		base, _, _ = strings.Cut(base, "[")
		base, _, _ = strings.Cut(base, "(")
		names = append(names, strings.Clone(base[strings.LastIndexByte(base, '.')+1:]))
	}
	return names
}
