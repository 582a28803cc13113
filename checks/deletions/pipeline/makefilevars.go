package pipeline

import (
	"strings"
)

const (
	// maxExpanded bounds what the variables of a file are expanded to, in bytes.
	maxExpanded = 4 << 20
	// maxValue bounds a value and what values add to one text; maxReferences how deep values refer to values.
	maxValue      = 8 << 10
	maxReferences = 16
)

// makeVars are the variables of a Makefile. What make alone can work out is left to the
// shell as a variable that it does not know.
type makeVars struct {
	values   map[string]string
	canned   map[string]bool // canned recipes
	exported map[string]bool
	all      bool // all are exported
	spent    int
}

func newMakeVars() *makeVars {
	return &makeVars{
		values: map[string]string{"MAKE": "make", "RM": "rm -f"},
		canned: map[string]bool{}, exported: map[string]bool{},
	}
}

// makeAssignment cuts "export NAME ?= value"; false where it is none.
func makeAssignment(text string) (name, op, value string, ok bool) {
	i := strings.IndexByte(text, '=')
	if i < 0 {
		return "", "", "", false
	}
	name = strings.TrimRight(text[:i], ":?+!")
	op = text[len(name) : i+1]
	name = strings.TrimSpace(name)
	words := strings.Fields(name)
	if len(words) == 0 || len(words) > 1 && words[0] != "export" && words[0] != "override" && words[0] != "private" {
		return "", "", "", false
	}
	if last := words[len(words)-1]; strings.ContainsAny(last, ":;") || strings.Contains(last, "$(") {
		return "", "", "", false
	}
	return name, op, strings.TrimSpace(text[i+1:]), true
}

func (v *makeVars) assign(name, op, value string) {
	words := strings.Fields(name)
	name = words[len(words)-1]
	if words[0] == "export" {
		v.exported[name] = true
	}
	old, has := v.values[name]
	switch op {
	case "?=":
		if !has {
			v.values[name] = value
		}
	case "+=":
		if len(old)+len(value) < maxValue {
			v.values[name] = strings.TrimSpace(old + " " + value)
		}
	case "!=":
		v.values[name] = "$(shell " + value + ")"
	default:
		if strings.Contains(value, "$("+name+")") || strings.Contains(value, "${"+name+"}") {
			value = strings.NewReplacer("$("+name+")", old, "${"+name+"}", old).Replace(value)
		}
		if len(value) < maxValue {
			v.values[name] = value
		}
	}
}

// exports notes "export A B", or "export" alone.
func (v *makeVars) exports(text string) {
	words := strings.Fields(text)
	if len(words) == 0 || words[0] != "export" {
		return
	}
	v.all = v.all || len(words) == 1
	for _, name := range words[1:] {
		v.exported[name] = true
	}
}

// environment are the variables that recipes are given.
func (v *makeVars) environment() map[string]string {
	var env map[string]string
	for name, value := range v.values {
		if !v.exported[name] && !v.all || name == "MAKE" || name == "RM" {
			continue
		}
		if env == nil {
			env = map[string]string{}
		}
		env[name] = v.expand(value)
	}
	return env
}

// expand is a text of targets and needs with its variables; what is not known is left out.
func (v *makeVars) expand(text string) string {
	e := makeExpansion{vars: v}
	e.text(text, 0)
	return e.out.String()
}

// recipe is a line as the shell is given it, and how it differs from what is written.
// Automatic variables are in auto; canned recipes are noted in used, and leave nothing behind.
func (v *makeVars) recipe(line string, auto map[string]string, used map[string]bool) (string, []shift) {
	if !strings.Contains(line, "$") {
		return line, nil
	}
	e := makeExpansion{vars: v, auto: auto, used: used, forShell: true}
	e.text(line, 0)
	return e.out.String(), e.pieces
}

// makeExpansion is one expansion.
type makeExpansion struct {
	vars     *makeVars
	auto     map[string]string
	used     map[string]bool
	forShell bool
	out      strings.Builder
	pieces   []shift
}

// piece notes that what comes next stands at an offset of the outermost text.
func (e *makeExpansion) piece(in, depth int, fixed bool) {
	if e.forShell && depth == 0 {
		e.pieces = append(e.pieces, shift{e.out.Len(), in, fixed})
	}
}

func (e *makeExpansion) write(text string) {
	e.vars.spent += len(text)
	e.out.WriteString(text)
}

func (e *makeExpansion) text(text string, depth int) {
	whole := len(text)
	for e.vars.spent <= maxExpanded {
		e.piece(whole-len(text), depth, false)
		before, rest, found := strings.Cut(text, "$")
		e.write(before)
		if !found || rest == "" {
			return
		}
		e.piece(whole-len(rest)-1, depth, true)
		switch rest[0] {
		case '$':
			e.write("$")
			text = rest[1:]
		case '(', '{':
			inner, after := cutReference(rest)
			e.reference(inner, depth)
			text = after
		default:
			e.reference(rest[:1], depth)
			text = rest[1:]
		}
	}
}

// cutReference cuts "(NAME)rest" or "{NAME}rest" at the bracket that closes it.
func cutReference(text string) (inner, rest string) {
	open, closing := text[0], byte(')')
	if open == '{' {
		closing = '}'
	}
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case open:
			depth++
		case closing:
			if depth--; depth == 0 {
				return text[1:i], text[i+1:]
			}
		}
	}
	return text[1:], ""
}

func (e *makeExpansion) reference(name string, depth int) {
	if value, ok := e.auto[strings.TrimSpace(name)]; ok {
		e.write(value)
		return
	}
	if command, ok := strings.CutPrefix(name, "shell "); ok && e.forShell && depth < maxReferences {
		e.write("$(")
		e.text(command, depth+1)
		e.write(")")
		return
	}
	called := strings.TrimSpace(strings.TrimPrefix(name, "call "))
	called, _, _ = strings.Cut(called, ",")
	if e.used != nil && e.vars.canned[called] {
		e.used[called] = true
		e.write(":")
		return
	}
	value, known := e.vars.values[name]
	if known && depth < maxReferences && e.out.Len() < maxValue {
		e.vars.spent += 1 + len(value)
		e.text(value, depth+1)
		return
	}
	if e.forShell {
		e.write(unknown(name))
	}
}

// cutOutside cuts a text at the first separator that is in no reference.
func cutOutside(text string, sep byte) (before, after string, found bool) {
	depth := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '(' || c == '{':
			depth++
		case c == ')' || c == '}':
			depth--
		case c == sep && depth <= 0:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}
