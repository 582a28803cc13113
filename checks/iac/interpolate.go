package iac

import (
	"strings"

	"github.com/checkrein/checkrein/checks"
)

const (
	// maxPassage bounds a value that is read for names, in bytes; an image name has
	// at most 255 and a tag 128, so a longer one is no reference.
	maxPassage = 4096
	// maxWeight bounds the size of one expression, defaults of defaults included: an
	// argument doubled by the next one would double every time.
	maxWeight = 64
)

// passage is a value with the places of its bytes.
type passage struct {
	text string
	// span is the place of the bytes [from, to).
	span func(from, to int) checks.Span
	// line is the text of a 1-based line of the file, as far as it is quoted.
	line func(line int) string
}

// dialect is how a format writes names inside a value.
type dialect struct {
	// shell: quotes hold a word together and escape takes the next byte literally,
	// as in a Dockerfile. Without it "$$" is a dollar sign, as in Compose.
	shell  bool
	escape byte
	// name tells what the file itself gives a name (nil: nothing) and what kind of name it is.
	name func(name string) (given *Expr, what string)
}

// interpolation reads one passage from left to right.
type interpolation struct {
	passage
	dialect
	at     int
	weight int
}

// interpolate reads $X, ${X}, ${X-d}, ${X:-d}, ${X?e}, ${X:?e}, ${X+a} and ${X:+a},
// nested as the format allows. Other substitutions, and text that no image
// name can hold, are unknown pieces; a passage that is malformed is unknown as a whole.
func interpolate(p passage, d dialect) Expr {
	in := &interpolation{passage: p, dialect: d}
	if len(p.text) <= maxPassage {
		if e, ok := in.sequence(0, 0); ok && in.weight <= maxWeight {
			return e
		}
	}
	return in.unknown(0, len(p.text))
}

// sequence reads up to the end, or up to (not including) the byte stop outside quotes.
func (in *interpolation) sequence(stop byte, depth int) (Expr, bool) {
	parts := sequence{in: in, from: in.at}
	var quote byte
	for in.at < len(in.text) && in.weight <= maxWeight {
		c := in.text[in.at]
		switch {
		case c == stop && quote == 0:
			return parts.expr(), true
		case quote == '\'' && c != quote:
			parts.literal(c)
		case in.shell && (c == quote || quote == 0 && (c == '\'' || c == '"')):
			quote ^= c // opens, or closes what is open
			parts.skip()
		case in.shell && c == in.escape && in.escapes(quote):
			parts.skip()
			parts.literal(in.text[in.at])
		case c == '$':
			if !in.dollar(&parts, depth) {
				return Expr{}, false
			}
		default:
			parts.literal(c)
		}
	}
	return parts.expr(), stop == 0 && quote == 0
}

// escapes reports whether the escape byte here means something: between double
// quotes only before a quote, a dollar or itself.
func (in *interpolation) escapes(quote byte) bool {
	if in.at+1 >= len(in.text) {
		return false
	}
	next := in.text[in.at+1]
	return quote == 0 || next == '"' || next == '$' || next == in.escape
}

// dollar reads what a dollar sign begins; false when it never ends.
func (in *interpolation) dollar(parts *sequence, depth int) bool {
	start := in.at
	in.at++
	switch {
	case in.peek() == '{':
		e, ok := in.braced(start, depth)
		parts.add(e)
		return ok
	case !in.shell && in.peek() == '$':
		in.at--
		parts.skip()
		parts.literal('$')
	case isNameStart(in.peek()):
		name := in.word()
		parts.add(in.named(name, "", nil, start))
	default:
		parts.add(in.unknown(start, in.at))
	}
	return true
}

// braced reads "{name}" or "{name<operator>word}" after a dollar sign at start.
func (in *interpolation) braced(start, depth int) (Expr, bool) {
	in.at++
	name := ""
	if isNameStart(in.peek()) {
		name = in.word()
	}
	op := in.operator()
	if name == "" || op == "" && in.peek() != '}' || depth >= maxDepth {
		return in.unreadable(start)
	}
	var word *Expr
	if op != "" {
		w, ok := in.sequence('}', depth+1)
		if !ok {
			return Expr{}, false
		}
		word = &w
	}
	in.at++
	return in.named(name, op, word, start), true
}

// operator reads one of - :- ? :? + :+, or nothing.
func (in *interpolation) operator() string {
	rest := in.text[in.at:]
	for _, op := range []string{":-", ":?", ":+", "-", "?", "+"} {
		if strings.HasPrefix(rest, op) {
			in.at += len(op)
			return op
		}
	}
	return ""
}

// unreadable passes over a substitution of another kind, up to its closing brace.
func (in *interpolation) unreadable(start int) (Expr, bool) {
	open := 0
	for in.at = start; in.at < len(in.text); in.at++ {
		switch in.text[in.at] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				in.at++
				return in.unknown(start, in.at), true
			}
		}
	}
	return Expr{}, false
}

// named is the expression of a name under an operator; the passage stands behind it.
func (in *interpolation) named(name, op string, word *Expr, start int) Expr {
	given, what := in.name(name)
	if given != nil {
		in.weight += weigh(*given)
	}
	span := in.span(start, in.at)
	e := Expr{Op: Name, Text: name, What: what, Else: given, Span: span, Line: in.line(span.Line)}
	colon := strings.HasPrefix(op, ":")
	if colon && given != nil && given.Op == Lit && given.Text == "" {
		e.Else = nil
	}
	switch strings.TrimPrefix(op, ":") {
	case "-":
		e.Empty = colon
		if e.Else == nil {
			e.Else = word
		}
	case "?":
		e.Empty = colon
	case "+":
		if e.Else != nil {
			return *word
		}
		return Expr{Op: Any, Args: []Expr{*word, {Op: Lit, Span: span, Line: e.Line}}, Span: span, Line: e.Line}
	}
	return e
}

func (in *interpolation) unknown(from, to int) Expr {
	span := in.span(from, to)
	return Expr{Op: Unknown, Text: cut(in.text[from:to], longestLine), Span: span, Line: in.line(span.Line)}
}

// fillIns is the expression of a whole reference, unknown where a literal one has
// something to fill in: "acme/app:__TAG__", "BASE_IMAGE".
func fillIns(e Expr, p passage) Expr {
	if e.Op != Lit || e.Text != p.text {
		return e
	}
	var args []Expr
	end := 0
	add := func(op Op, to int) {
		if end < to {
			args = append(args, Expr{Op: op, Text: e.Text[end:to], Span: p.span(end, to), Line: e.Line})
		}
		end = to
	}
	for _, part := range placeholders(e.Text) {
		add(Lit, part[0])
		add(Unknown, part[1])
	}
	add(Lit, len(e.Text))
	if len(args) > 1 {
		return Expr{Op: Cat, Args: args, Span: e.Span, Line: e.Line}
	}
	return append(args, e)[0]
}

func (in *interpolation) peek() byte {
	if in.at < len(in.text) {
		return in.text[in.at]
	}
	return 0
}

// word reads a name; the caller has seen its first byte.
func (in *interpolation) word() string {
	start := in.at
	for isNameStart(in.peek()) || in.peek() >= '0' && in.peek() <= '9' {
		in.at++
	}
	return in.text[start:in.at]
}

func isNameStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// weigh counts the parts of an expression; long text counts for more.
func weigh(e Expr) int {
	n := 1 + len(e.Text)/maxWeight
	for _, arg := range e.Args {
		n += weigh(arg)
	}
	if e.Else != nil {
		n += weigh(*e.Else)
	}
	return n
}
