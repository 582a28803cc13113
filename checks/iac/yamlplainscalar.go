package iac

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// longestPlainKey bounds a key, in bytes: the library takes no more than 1024 for one.
const longestPlainKey = 1000

// tagged is a value that begins here, with its tag.
func (p *plainReader) tagged(indent int, flow bool) *yaml.Node {
	column := p.at - p.start + 1
	tag := p.tag()
	var n *yaml.Node
	switch c := p.peek(); {
	case c == '[' || c == '{':
		n = p.flow()
	case c == '|' && !flow:
		n = p.literal(indent)
	default:
		n = p.scalar(flow)
	}
	if tag != "" && n != nil {
		n.Tag, n.Column, n.Style = tag, column, n.Style|yaml.TaggedStyle
	}
	return n
}

// tag is the short tag that stands here with a value behind it; empty where there is none.
func (p *plainReader) tag() string {
	if p.peek() != '!' {
		return ""
	}
	end := p.at + 1
	for 'a' <= p.byteAt(end)|0x20 && p.byteAt(end)|0x20 <= 'z' {
		end++
	}
	tag := string(p.body[p.at:end])
	if p.at = end; p.peek() != ' ' || tag == "!" {
		p.giveUp()
	}
	if p.skipSpaces(); p.atEnd() {
		p.giveUp()
	}
	return tag
}

// key is a mapping's key with its colon.
func (p *plainReader) key() *yaml.Node {
	at := p.at
	n := p.scalar(false)
	p.skipSpaces()
	if p.peek() != ':' || !endsWord(p.byteAt(p.at+1)) || p.at-at > longestPlainKey {
		return p.giveUp()
	}
	p.at++
	return n
}

// atKey reports whether a text with a colon behind it begins here.
func (p *plainReader) atKey() bool {
	end := 0
	if quote := p.peek(); quote == '"' || quote == '\'' {
		end = p.quoteEnd() + 1
	} else {
		end = p.textEnd(false)
	}
	for p.byteAt(end) == ' ' {
		end++
	}
	return p.byteAt(end) == ':' && endsWord(p.byteAt(end+1))
}

// scalar is a text on one line.
func (p *plainReader) scalar(flow bool) *yaml.Node {
	at := p.at
	if quote := p.peek(); quote == '"' || quote == '\'' {
		return p.quoted(quote)
	}
	end := p.textEnd(flow)
	if end == at {
		return p.giveUp()
	}
	p.at = end
	n := p.node(yaml.ScalarNode, "", at)
	n.Value = p.word(p.body[at:end])
	n.Tag = resolvedTag(n)
	return n
}

// textEnd is where the text without quotes ends that begins here; here where none does.
func (p *plainReader) textEnd(flow bool) int {
	if bytes.IndexByte([]byte("?:,[]{}#&*!|>'\"%@`< \n"), p.peek()) >= 0 || p.peek() == '-' && !p.dashes() {
		return p.at
	}
	end := p.at
	for at := p.at; ; at++ {
		switch c := p.byteAt(at); {
		case c == ' ':
			if p.byteAt(at+1) == '#' {
				return end
			}
			continue
		case c == '\n', c == ':' && endsWord(p.byteAt(at+1)):
			return end
		case flow && bytes.IndexByte([]byte("?,[]{}"), c) >= 0:
			return end
		}
		end = at + 1
	}
}

// dashes reports whether the dash here begins a text.
func (p *plainReader) dashes() bool { return !endsWord(p.byteAt(p.at + 1)) }

// resolvedTag is what kind of value a text without quotes is.
func resolvedTag(n *yaml.Node) string {
	switch c := n.Value[0]; {
	case c >= '0' && c <= '9':
		if tag := plainNumber(n.Value); tag != "" {
			return tag
		}
		return n.ShortTag()
	case strings.IndexByte("+-.~", c) >= 0, strings.IndexByte("yYnNtTfFoO", c) >= 0 && isYAMLWord(n.Value):
		return n.ShortTag()
	}
	return "!!str"
}

// isYAMLWord: a word that may be no text.
func isYAMLWord(value string) bool {
	if len(value) > len("false") {
		return false
	}
	switch strings.ToLower(value) {
	case "y", "yes", "n", "no", "on", "off", "true", "false", "null":
		return true
	}
	return false
}

// plainNumber is the kind of what begins with a digit, where that is plain: a whole number, or
// a text with what neither a number nor a date has, as units and versions do. Else empty.
func plainNumber(value string) string {
	digits, dots := 0, 0
	for i := range len(value) {
		switch c := value[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			dots++
		case c >= 'g' && c <= 'w' && c != 'o' && c != 't' && c != 'p', c == 'M', c == 'G', c == 'K', c == '/':
			return "!!str"
		default:
			return ""
		}
	}
	switch {
	case dots > 1:
		return "!!str"
	case dots == 0 && digits <= longestPlainNumber && (value[0] != '0' || digits == 1):
		return "!!int"
	}
	return ""
}

// quoteEnd is where the closing quote of the text stands that begins here; 0 where it
// has an escape, or does not end on this line.
func (p *plainReader) quoteEnd() int {
	quote := p.peek()
	for at := p.at + 1; ; at++ {
		switch c := p.byteAt(at); {
		case c == quote && quote == '\'' && p.byteAt(at+1) == quote:
			return 0
		case c == quote:
			return at
		case c == '\n', c == '\\' && quote == '"':
			return 0
		}
	}
}

func (p *plainReader) quoted(quote byte) *yaml.Node {
	end := p.quoteEnd()
	if end == 0 {
		return p.giveUp()
	}
	n := p.node(yaml.ScalarNode, "!!str", p.at)
	n.Value = string(p.body[p.at+1 : end])
	n.Style = yaml.SingleQuotedStyle
	if quote == '"' {
		n.Style = yaml.DoubleQuotedStyle
	}
	p.at = end + 1
	return n
}

// flow is a collection in brackets on one line.
func (p *plainReader) flow() *yaml.Node {
	if !p.nest() {
		return nil
	}
	mapping, mark := p.peek() == '{', len(p.open)
	n, end := p.node(yaml.SequenceNode, "!!seq", p.at), byte(']')
	if mapping {
		n.Kind, n.Tag, end = yaml.MappingNode, "!!map", '}'
	}
	n.Style = yaml.FlowStyle
	p.at++
	for p.skipSpaces(); p.peek() != end && !p.odd; p.skipSpaces() {
		if mapping {
			p.open = append(p.open, p.flowKey())
		}
		p.open = append(p.open, p.tagged(0, true))
		if p.skipSpaces(); p.peek() == ',' {
			p.at++
		} else if p.peek() != end {
			p.giveUp()
		}
	}
	p.at++
	p.depth--
	return p.close(n, mark)
}

// flowKey is a key with its colon and the space behind it.
func (p *plainReader) flowKey() *yaml.Node {
	n := p.scalar(true)
	p.skipSpaces()
	if p.peek() != ':' || p.byteAt(p.at+1) != ' ' {
		return p.giveUp()
	}
	p.at++
	p.skipSpaces()
	return n
}

// literal is the block of lines below that is indented further than what it belongs to.
func (p *plainReader) literal(indent int) *yaml.Node {
	n := p.node(yaml.ScalarNode, "!!str", p.at)
	n.Style = yaml.LiteralStyle
	header, _, _ := bytes.Cut(p.body[p.at:], []byte("\n"))
	p.at += len(header)
	text := p.lines(indent)
	switch string(header) {
	case "|":
		n.Value = strings.TrimRight(text, "\n") + "\n"
	case "|-":
		n.Value = strings.TrimRight(text, "\n")
	case "|+":
		n.Value = text
	default:
		return p.giveUp()
	}
	return n
}

// lines are the lines of a literal block, of which the first with text says how far all
// are indented. It goes from the end of the line before them to that of the last.
func (p *plainReader) lines(indent int) string {
	var text []byte
	margin := 0
	for {
		line, _, ended := bytes.Cut(p.body[min(p.at+1, len(p.body)):], []byte("\n"))
		words := bytes.TrimLeft(line, " ")
		spaces := len(line) - len(words)
		switch {
		case margin > 0 && (len(words) > 0 && spaces < margin || !ended && len(line) == 0):
			return string(text)
		case !ended, margin == 0 && len(words) == 0 && spaces > 0, margin == 0 && len(words) > 0 && spaces <= indent:
			p.giveUp()
			return ""
		case margin == 0 && len(words) > 0:
			margin = spaces
		}
		text = append(append(text, line[min(margin, len(line)):]...), '\n')
		p.at += 1 + len(line)
		p.line++
	}
}
