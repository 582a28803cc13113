package iac

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxOperands bounds the operands of one "||" that are followed.
const maxOperands = 16

// isChoice reports whether an expression is "a || b".
func isChoice(p actionsPiece) bool {
	return p.context == "expression" && strings.Contains(p.text, "||")
}

// firstOf is the expression of "a || b || 'c'": the first operand that is not empty,
// so that each is the default of those before it. False where all are empty.
func (a *actions) firstOf(p actionsPiece, scope actionsScope, depth int) (Expr, bool) {
	body := strings.TrimSuffix(p.text, "}}")
	operands := operandsOf(body, len("${{"), "||")
	if len(operands) > maxOperands || depth > maxActionsDepth {
		return a.made(Unknown, p, contextWords[p.context]), true
	}
	var rest *Expr
	for i := len(operands) - 1; i >= 0; i-- {
		values := operandsOf(body[:operands[i].to], operands[i].from, "&&")
		last := values[len(values)-1]
		e, ok := a.operand(p, last, scope, depth)
		switch {
		case !ok: // empty: what comes after it counts
		case rest == nil:
			rest = &e
		case len(values) > 1: // "condition && value": nobody knows the condition
			rest = &Expr{Op: Any, Args: []Expr{e, *rest}, Span: p.span, Line: e.Line}
		default:
			rest = otherwise(e, *rest, body[last.from:last.to])
		}
	}
	if rest == nil {
		return Expr{}, false
	}
	return *rest, true
}

// otherwise is e, or rest where e may be empty; text is how e is written.
func otherwise(e, rest Expr, text string) *Expr {
	switch {
	case e.Op == Name && e.Else == nil:
	case e.Op == Unknown:
		e.Op, e.Text = Name, text
		if _, names := reference("${{ " + text + " }}"); len(names) > 0 {
			e.Text = names[len(names)-1]
		}
	default:
		return &e
	}
	e.Else, e.Empty = &rest, true
	return &e
}

// operand is the expression of one operand: a string, a name, or something unknown.
func (a *actions) operand(p actionsPiece, at word, scope actionsScope, depth int) (Expr, bool) {
	text := p.text[at.from:at.to]
	part := actionsPiece{text: text, span: p.place(at.from, at.to), place: p.place}
	if len(text) >= 2 && text[0] == '\'' && strings.IndexByte(text[1:], '\'') == len(text)-2 {
		part.text, part.span = text[1:len(text)-1], p.place(at.from+1, at.to-1)
		return a.made(Lit, part, ""), part.text != ""
	}
	part.context, part.path = reference("${{ " + text + " }}")
	if part.path == nil {
		return a.made(Unknown, part, contextWords["expression"]), true
	}
	return a.piece(part, scope, depth)
}

// operandsOf cuts text from a byte on at an operator that stands outside of quotes and
// brackets; the blanks around each operand are left out.
func operandsOf(text string, from int, operator string) []word {
	var operands []word
	add := func(to int) {
		for from < to && text[from] == ' ' {
			from++
		}
		end := to
		for end > from && text[end-1] == ' ' {
			end--
		}
		operands = append(operands, word{from, end})
		from = to + len(operator)
	}
	quoted, depth := false, 0
	for i := from; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && strings.HasPrefix(text[i:], operator):
			add(i)
			i += len(operator) - 1
		}
	}
	add(len(text))
	return operands
}

// dispatched is the declaration of the inputs that "github.event.inputs" holds, for
// the name behind them; nil where an expression is none of these.
func dispatched(p actionsPiece, scope actionsScope) ([]*yaml.Node, []string) {
	if p.context == "github" && len(p.path) == 3 && p.path[0] == "event" && p.path[1] == "inputs" && len(scope.inputs) > 1 {
		return scope.inputs[1:], p.path[2:]
	}
	return nil, nil
}
