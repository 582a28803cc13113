package shell

import (
	"maps"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// call runs a simple command.
func (w walk) call(c *syntax.CallExpr, in feed) output {
	var fields []field
	for _, word := range c.Args {
		fields = append(fields, w.words(word)...)
		if w.defeated || w.full(fields) {
			return nil
		}
	}
	if len(fields) == 0 {
		for _, a := range c.Assigns {
			w.assign(a, w.scope)
		}
		return nil
	}
	for _, a := range c.Assigns {
		if a.Name != nil {
			w = w.with(a.Name.Value, w.joined(a.Value))
		}
	}
	if len(c.Args) > 0 {
		from, to := w.src.at(int(c.Args[0].Pos().Offset())), w.src.until(int(c.End().Offset()))
		fields = w.placed(fields, from, to)
	}
	return w.run(fields, in)
}

// placed mends words that stand in two places, some of them where they were handed over:
// the command is said to stand where it is called.
func (w walk) placed(fields []field, from, to int) []field {
	foreign := 0
	for _, f := range fields {
		if f.from < from || f.to > to {
			foreign++
		}
	}
	if foreign == 0 {
		fields[0].from, fields[len(fields)-1].to = from, to
		return fields
	}
	if foreign == len(fields) && slices.IsSortedFunc(fields, func(a, b field) int { return a.from - b.from }) {
		return fields
	}
	fields = slices.Clone(fields)
	for i := range fields {
		if fields[i].from < from || fields[i].to > to {
			fields[i].from, fields[i].to = from, to
		}
	}
	return fields
}

// with sets a variable for one command.
func (w walk) with(name string, v value) walk {
	env := maps.Clone(w.env)
	if env == nil {
		env = map[string]value{}
	}
	env[name] = v
	w.spend(16 * len(env))
	w.env = env
	return w
}

// run runs a command of which the words are known.
func (w walk) run(fields []field, in feed) output {
	if len(fields) == 0 || !w.step(1) {
		return nil
	}
	name := fields[0].text()
	if f, ok := w.scope.function(w.reader, name); ok && name != "" {
		return w.function(f, name, fields, in)
	}
	if w.ownScript(name, fields) {
		return nil
	}
	if out, done := w.wrapped(path.Base(name), fields, in); done {
		return out
	}
	w.emitted(fields, in)
	return w.builtin(name, fields, in)
}

// emitted adds the command to what the text starts.
func (w walk) emitted(fields []field, in feed) {
	from, to := fields[0].from, fields[len(fields)-1].to
	c := Command{
		Span:     w.span(from, to),
		Written:  w.written(from, to),
		Wrappers: w.wrappers,
		Piped:    in.piped,
		Env:      w.environment(),
		Dir:      w.scope.folder().now.word(),
		Calls:    w.calls,
		When:     w.when,
	}
	size := 0
	for _, f := range fields {
		c.Words = append(c.Words, f.word())
		size += f.size()
	}
	if in.stdin != nil {
		word := in.stdin.word()
		c.Stdin = &word
		size += len(word.Text)
	}
	if w.spend(size) {
		w.emit(c)
	}
}

// environment is what is set for a command: exported above, or before it.
func (w walk) environment() map[string]Word {
	env := w.exports.now(w)
	if len(w.env) == 0 {
		return env
	}
	env = maps.Clone(env)
	if env == nil {
		env = map[string]Word{}
	}
	for name, v := range w.env {
		env[name] = v.word()
	}
	w.spend(16 * len(env))
	return env
}

// exports are the names that the text exports, and what they held when last asked.
type exports struct {
	names []string
	held  map[string]Word
}

const maxExports = 64

func (e *exports) add(name string) {
	if len(e.names) < maxExports && !slices.Contains(e.names, name) {
		e.names = append(e.names, name)
	}
}

// now shares the map as long as nothing in it changes.
func (e *exports) now(w walk) map[string]Word {
	changed := false
	env := map[string]Word{}
	for _, name := range e.names {
		if v, ok := w.scope.lookup(w.reader, name); ok && !v.array {
			env[name] = v.word()
			held, ok := e.held[name]
			changed = changed || !ok || held.Text != env[name].Text || !slices.Equal(held.From, env[name].From)
		}
	}
	if len(env) == 0 {
		return nil
	}
	if changed || len(env) != len(e.held) {
		e.held = env
		w.spend(32 * len(env))
	}
	return e.held
}

// function runs a function's body with the words of the call. Within itself it is not
// followed again: it would start nothing new.
func (w walk) function(f function, name string, fields []field, in feed) output {
	if slices.Contains(w.running, name) {
		return nil
	}
	from, to := fields[0].from, fields[len(fields)-1].to
	caller := w.scope
	w.running = append(slices.Clip(w.running), name)
	w.calls = append(slices.Clip(w.calls), w.span(from, to))
	w.scope = caller.child()
	w.scope.args = handedOver(fields[1:])
	w.src = f.src
	out := w.stmt(f.body, in)
	w.scope.args = nil
	caller.keep(w.reader, []*scope{w.scope}, true)
	return out
}

// handedOver are the words of a call: after a "$@" that is not known there may be any number.
func handedOver(words []field) *arguments {
	for i, f := range words {
		if len(f.value) == 1 && f.value[0].gap && (f.value[0].from == "$@" || f.value[0].from == "$*" || strings.Contains(f.value[0].from, "[@]")) {
			return &arguments{words: words[:i], unknown: true}
		}
	}
	return &arguments{words: words}
}

// assign sets a variable.
func (w walk) assign(a *syntax.Assign, s *scope) {
	if a.Name == nil {
		w.joined(a.Value)
		return
	}
	name := a.Name.Value
	before, _ := w.scope.lookup(w.reader, name)
	switch {
	case a.Index != nil:
		w.joined(a.Value)
		s.set(name, variable{value: unknown("$"+name, 0, 0)})
	case a.Array != nil:
		list := w.elements(a.Array)
		if a.Append {
			list = append(slices.Clip(before.list), list...)
		}
		w.spend(8 * len(list))
		s.set(name, variable{list: list, array: true})
	case a.Append:
		v := append(slices.Clip(before.value), w.joined(a.Value)...)
		w.spend(v.size())
		s.set(name, variable{value: v})
	case !a.Naked:
		s.set(name, variable{value: w.joined(a.Value)})
	}
}

func (w walk) elements(a *syntax.ArrayExpr) []field {
	var out []field
	for _, e := range a.Elems {
		if e.Value != nil && !w.full(out) {
			out = append(out, w.words(e.Value)...)
		}
	}
	return out
}

// declaration is `export X=…`, `local X`, `readonly X=…`, `declare -a X`.
func (w walk) declaration(d *syntax.DeclClause) {
	for _, a := range d.Args {
		w.assign(a, w.scope)
		if a.Name == nil {
			continue
		}
		name := a.Name.Value
		switch d.Variant.Value {
		case "export":
			w.exports.add(name)
		case "local", "declare", "typeset":
			w.localize(name, a)
		}
	}
}

func (w walk) localize(name string, a *syntax.Assign) {
	if len(w.running) == 0 {
		return
	}
	if w.scope.local == nil {
		w.scope.local = map[string]bool{}
	}
	w.scope.local[name] = true
	if a.Naked {
		w.scope.set(name, variable{})
	}
}

// isAssignment tells whether a word is NAME=….
func isAssignment(v value) (name string, ok bool) {
	name, _, ok = strings.Cut(v.begins(), "=")
	if !ok || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		return "", false
	}
	return name, name[0] < '0' || name[0] > '9'
}
