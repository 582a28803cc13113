package shell

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// tooMuch tells why a text is not given to the parser as a whole: it is large, or nested so
// deep that the parser's stack would grow without bound.
func tooMuch(text string) string {
	if len(text) > maxParsed {
		return "a script of more than 128 KB is read line by line only"
	}
	depth, deepest := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{':
			depth++
			deepest = max(deepest, depth)
		case ')', '}':
			depth = max(depth-1, 0)
		}
	}
	if deepest > 2*maxDepth {
		return "it is nested too deep"
	}
	return ""
}

// broken says where the parser gave up, and reads on line by line from where it was sure.
func (w walk) broken(err error, done int) {
	reason, offset := err.Error(), done
	var syntaxError syntax.ParseError
	var dialectError syntax.LangError
	switch {
	case errors.As(err, &syntaxError):
		reason, offset = syntaxError.Text, int(syntaxError.Pos.Offset())
	case errors.As(err, &dialectError):
		reason, offset = dialectError.Feature+" is not understood", int(dialectError.Pos.Offset())
	}
	if strings.Contains(reason, "arithmetic") && w.spaced(offset, done) {
		return
	}
	w.unreadable(w.src, offset, "the shell does not understand this: "+oneLine(reason))
	w.byLine(min(done, len(w.src.text)))
}

// spaced reads on from where the parser was sure, with a blank between the brackets of a
// `$((a; b) | c)`: bash sees that it is no sum, the parser does not.
func (w walk) spaced(offset, done int) bool {
	end := min(offset+3, len(w.src.text))
	i := strings.LastIndex(w.src.text[min(done, end):end], "$((")
	if i < 0 || w.mended >= maxMended {
		return false
	}
	w.mended++
	i += min(done, end) + len("$(")
	at := w.src.at(i)
	v := append(w.src.run(done, i), literal(" ", at, at)...)
	w.src = sourceOf(append(v, w.src.run(i, len(w.src.text))...))
	w.sh()
	return true
}

// maxMended bounds how often a text is read again because of a mended place.
const maxMended = 8

// byLine finds the commands of a text that cannot be parsed, each line by itself.
func (w walk) byLine(from int) {
	text := w.src.text
	parser := syntax.NewParser(syntax.Variant(syntax.LangBash))
	for from < len(text) && !w.defeated {
		end := lineEnd(text, from)
		w.line(parser, from, end)
		from = end + 1
	}
}

// lineEnd is the end of the line, and of those it is continued on.
func lineEnd(text string, from int) int {
	for i := from; ; {
		n := strings.IndexByte(text[i:], '\n')
		if n < 0 {
			return len(text)
		}
		if n == 0 || !strings.HasSuffix(strings.TrimSuffix(text[i:i+n], "\r"), `\`) {
			return i + n
		}
		i += n + 1
	}
}

// line reads one line, without the words that only open or close something.
func (w walk) line(parser *syntax.Parser, from, to int) {
	text := w.src.text
	from = w.opened(from, to)
	plain := strings.TrimRight(text[from:to], " \t\r")
	for _, tail := range []string{"; then", ";then", "; do", ";do", "{", "\\", "|", "&&", "||"} {
		plain = strings.TrimRight(strings.TrimSuffix(plain, tail), " \t")
	}
	if plain == "" || plain[0] == '#' || !w.step(1+len(plain)/64) || tooMuch(plain) != "" {
		return
	}
	if w.parsedLine(parser, from, from+len(plain)) {
		return
	}
	to = from + len(plain)
	for from < to && w.step(1) {
		end := to
		if n := strings.IndexAny(text[from:to], ";|&"); n >= 0 {
			end = from + n
		}
		w.rawLine(w.opened(from, end), end)
		from = end + 1
	}
}

// opened is where a command begins behind the words that only open or close something.
func (w walk) opened(from, to int) int {
	text := w.src.text
	for from < to {
		from += len(text[from:to]) - len(strings.TrimLeft(text[from:to], " \t\r;&|"))
		word, rest, _ := strings.Cut(text[from:to], " ")
		word = strings.TrimSpace(word)
		pattern := strings.HasSuffix(word, ")") && !strings.Contains(word, "(")
		if word == "case" {
			return to
		}
		if word == "" || !pattern && !strings.Contains(" if then elif else fi do done while until ! ( { } esac ", " "+word+" ") {
			break
		}
		from = to - len(rest)
	}
	return min(from, to)
}

// parsedLine reads a line that is whole by itself.
func (w walk) parsedLine(parser *syntax.Parser, from, to int) bool {
	line := w
	line.src = w.src.part(from, to)
	file, err := parser.Parse(strings.NewReader(line.src.text), "")
	if err != nil {
		return false
	}
	line.stmts(file.Stmts)
	return true
}

// rawLine takes a line's words as they stand.
func (w walk) rawLine(from, to int) {
	var fields []field
	for _, v := range w.src.run(from, to).fields() {
		fields = append(fields, field{v, v[0].at, v[len(v)-1].end})
	}
	if len(fields) > 0 {
		w.emitted(fields, feed{piped: -1})
	}
}

// part is a piece of the source as a source.
func (s *source) part(from, to int) *source {
	return sourceOf(s.run(from, to))
}
