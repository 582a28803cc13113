package policy

import "strings"

// yamlScan reads YAML, where it depends on the place whether a quote opens a string
// and whether "#" is text: in a block scalar it is. No parser is asked, because it
// would hold the whole file in nodes and keeps no comment's position.
type yamlScan struct {
	*scanner
	depth int // open flow brackets
	begin bool
	// parent is the column that the text of a block scalar on this line must exceed.
	parent int
}

func scanYAML(s *scanner) {
	y := &yamlScan{scanner: s}
	for !y.done() {
		y.startLine()
		y.restOf()
		if !y.done() {
			y.step() // the line break
		}
	}
}

// startLine moves over indentation and list dashes and notes where a value may begin.
func (y *yamlScan) startLine() {
	start := y.pos
	y.begin, y.parent = true, -1
	for !y.done() {
		switch c := y.text[y.pos]; {
		case c == ' ' || c == '\t':
			y.step()
		case (c == '-' || c == '?') && y.blankAt(y.pos+1):
			y.parent = y.pos - start
			y.step()
		default:
			if !y.isHeader() {
				y.parent = y.pos - start
			}
			return
		}
	}
}

// restOf reads to the end of the line, or of what goes on over several lines.
func (y *yamlScan) restOf() {
	for !y.done() && y.text[y.pos] != '\n' {
		switch c := y.text[y.pos]; {
		case c == '#' && y.spaced():
			y.lineComment("#")
		case y.begin && (c == '"' || c == '\''):
			quote{mark: string(c), escape: c == '"', lines: true}.skipYAML(y.scanner)
			y.begin = !y.done() && y.text[y.pos] == ':' // {"a":"b"}
			if y.begin {
				y.step()
			}
		case y.begin && y.isHeader():
			y.blockScalar()
			return
		case y.begin && (c == '!' || c == '&'):
			y.word() // a tag or an anchor: the value comes behind it
		default:
			y.plain(c)
		}
	}
}

// plain moves over one byte and notes whether a value may begin behind it.
func (y *yamlScan) plain(c byte) {
	opens := y.begin || y.depth > 0
	switch {
	case (c == '[' || c == '{') && opens:
		y.depth++
		y.begin = true
	case (c == ']' || c == '}') && y.depth > 0:
		y.depth--
		y.begin = false
	case c == ',' && y.depth > 0, c == ':' && y.blankAt(y.pos+1):
		y.begin = true
	case c != ' ' && c != '\t':
		y.begin = false
	}
	y.step()
}

func (y *yamlScan) word() {
	for !y.done() && !y.blankAt(y.pos) {
		y.step()
	}
}

func (y *yamlScan) blankAt(pos int) bool {
	return pos >= len(y.text) || strings.IndexByte(" \t\r\n", y.text[pos]) >= 0
}

// isHeader reports whether pos begins a block scalar: an indicator, and nothing but
// a comment behind it.
func (y *yamlScan) isHeader() bool {
	if c := y.text[y.pos]; c != '|' && c != '>' || y.depth > 0 {
		return false
	}
	behind := y.pos + 1
	for behind < len(y.text) && behind < y.pos+3 && strings.IndexByte("-+123456789", y.text[behind]) >= 0 {
		behind++
	}
	if !y.blankAt(behind) {
		return false
	}
	for behind < len(y.text) && strings.IndexByte(" \t\r", y.text[behind]) >= 0 {
		behind++
	}
	return behind == len(y.text) || y.text[behind] == '\n' || y.text[behind] == '#'
}

// blockScalar moves over a block scalar: the lines that are indented more than its parent.
func (y *yamlScan) blockScalar() {
	for !y.done() && y.text[y.pos] != '\n' {
		if y.text[y.pos] == '#' && y.spaced() {
			y.lineComment("#")
			break
		}
		y.step()
	}
	for !y.done() {
		line, _, _ := strings.Cut(y.text[y.pos+1:], "\n")
		text := strings.TrimLeft(line, " ")
		blank := strings.TrimRight(text, "\t\r") == ""
		if !blank && len(line)-len(text) <= y.parent {
			return
		}
		y.skip(1 + len(line))
	}
}

// skipYAML is skipRest with YAML's way of a quote within single quotes: two of them.
func (q quote) skipYAML(s *scanner) {
	for {
		s.step()
		q.skipRest(s)
		if q.escape || s.done() || !s.has(q.mark) {
			return
		}
	}
}
