package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// all is "@" or "*" where an expansion gives all words of an array or of the arguments.
func all(p *syntax.ParamExp) string {
	switch {
	case p.Param == nil || p.Length || p.Excl:
		return ""
	case p.Param.Value == "@" || p.Param.Value == "*":
		return p.Param.Value
	case p.Index != nil:
		if index, ok := p.Index.(*syntax.Word); ok && (index.Lit() == "@" || index.Lit() == "*") {
			return index.Lit()
		}
	}
	return ""
}

// param adds what `$X`, `${X…}`, `$1` or "$@" stands for.
func (w walk) param(b *builder, p *syntax.ParamExp, quoted bool) {
	if p.Param == nil {
		w.give(b, w.gap(p, w.shown(p.Pos(), p.End())), quoted)
		return
	}
	name, after := w.name(p)
	if name == "" { // `$${{ … }}`
		at := w.src.at(int(p.Pos().Offset()))
		b.add(append(literal("$", at, at+1), after...))
		return
	}
	if which := all(p); which != "" && p.Exp == nil && p.Repl == nil && len(after) == 0 {
		w.everything(b, p, name, which, quoted)
		return
	}
	v := w.expanded(p, name)
	v = v.standing(w.src.at(int(p.Pos().Offset())), w.src.until(int(p.End().Offset())))
	w.give(b, append(v, after...), quoted)
}

// name is what a parameter is called; after: what stands directly behind it, an expression
// whose cover reads like more of the name.
func (w walk) name(p *syntax.ParamExp) (name string, after value) {
	from, to := int(p.Param.Pos().Offset()), min(int(p.Param.End().Offset()), len(w.src.text))
	g := w.src.gapFrom(from)
	if g == len(w.src.gaps) || w.src.gaps[g].start >= to || from >= to {
		return p.Param.Value, nil
	}
	start := w.src.gaps[g].start
	return w.src.text[from:max(start, from)], w.src.run(max(start, from), to)
}

// expanded is the value of a parameter that gives one word.
func (w walk) expanded(p *syntax.ParamExp, name string) value {
	v, set := w.parameter(p, name)
	switch {
	case p.Excl:
		return w.indirect(p, v, set)
	case p.Length:
		return w.length(p, name, v, set)
	case p.Exp != nil && p.Exp.Op <= syntax.AssignUnsetOrNull:
		return w.defaulted(p, name, v, set)
	case !set:
		return unknown("$"+name, 0, 0)
	case p.Exp != nil || p.Repl != nil || p.Slice != nil:
		return w.cut(p, name, v)
	}
	return v
}

// parameter is what a name or a number stands for; set: something does set it.
func (w walk) parameter(p *syntax.ParamExp, name string) (value, bool) {
	if n, err := strconv.Atoi(name); err == nil {
		args := w.scope.arguments()
		switch {
		case n > 0 && n <= len(args.words):
			return args.words[n-1].value, true
		case n == 0 || args.unknown:
			return unknown("$"+name, 0, 0), true
		}
		return nil, true
	}
	if name == "#" && !w.scope.arguments().unknown {
		return literal(strconv.Itoa(len(w.scope.arguments().words)), 0, 0), true
	}
	v, set := w.scope.lookup(w.reader, name)
	if !v.array {
		return v.value, set && p.Index == nil
	}
	i := 0
	if p.Index != nil {
		var ok bool
		if i, ok = number(p.Index); !ok || i < 0 {
			return unknown(w.shown(p.Pos(), p.End()), 0, 0), true
		}
	}
	if i >= len(v.list) {
		return nil, true
	}
	return v.list[i].value, true
}

func (w walk) indirect(p *syntax.ParamExp, v value, set bool) value {
	if name, ok := v.known(); ok && set && p.Names == 0 && p.Exp == nil {
		if v, set := w.scope.lookup(w.reader, name); set && !v.array {
			return v.value
		}
		return unknown("$"+name, 0, 0)
	}
	return unknown(clip(w.shown(p.Pos(), p.End())), 0, 0)
}

func (w walk) length(p *syntax.ParamExp, name string, v value, set bool) value {
	if words, known := w.list(p, name); known && p.Index != nil {
		return literal(strconv.Itoa(len(words)), 0, 0)
	}
	if text, ok := v.known(); ok && set && p.Index == nil {
		return literal(strconv.Itoa(len([]rune(text))), 0, 0)
	}
	return unknown(clip(w.shown(p.Pos(), p.End())), 0, 0)
}

// defaulted is `${X:-word}` and its like. What nothing in sight sets has the default: only
// an argument that is not known may be either.
func (w walk) defaulted(p *syntax.ParamExp, name string, v value, set bool) value {
	empty := len(v.flat()) == 0
	there := set && !(empty && orNull(p.Exp.Op))
	switch p.Exp.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		word := w.wordOf(p)
		if _, known := v.known(); set && !known {
			return unknown("$"+name, 0, 0)
		}
		if there {
			return word
		}
		return nil
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if !set {
			return unknown("$"+name, 0, 0)
		}
		return v
	}
	if there {
		return v
	}
	word := w.wordOf(p)
	if !set {
		word = slices.Clone(word)
		if len(word) == 0 {
			word = literal("", 0, 0)
		}
		for i := range word {
			word[i].assumed = true
		}
	}
	if p.Exp.Op == syntax.AssignUnset || p.Exp.Op == syntax.AssignUnsetOrNull {
		w.scope.set(name, variable{value: word})
	}
	return word
}

// wordOf is the word of an expansion.
func (w walk) wordOf(p *syntax.ParamExp) value {
	if p.Exp.Word == nil {
		return nil
	}
	return w.joined(p.Exp.Word)
}

func orNull(op syntax.ParExpOperator) bool {
	switch op {
	case syntax.AlternateUnsetOrNull, syntax.DefaultUnsetOrNull, syntax.ErrorUnsetOrNull, syntax.AssignUnsetOrNull:
		return true
	}
	return false
}

// cut is what `${X%…}`, `${X/…/…}`, `${X:1}` leave of a known value.
func (w walk) cut(p *syntax.ParamExp, name string, v value) (cut value) {
	text, known := v.known()
	if !known || len(text) > 4096 || !plainOperands(p) || !w.step(1+len(text)) {
		if len(v) == 1 && v[0].gap {
			return v // what is cut off it, it hangs on the same
		}
		return unknown("$"+name, 0, 0)
	}
	defer func() {
		if recover() != nil {
			cut = unknown("$"+name, 0, 0)
		}
	}()
	plain := *p
	plain.Index = nil
	config := &expand.Config{Env: expand.FuncEnviron(func(string) string { return text })}
	out, err := expand.Literal(config, &syntax.Word{Parts: []syntax.WordPart{&syntax.DblQuoted{Parts: []syntax.WordPart{&plain}}}})
	if err != nil {
		return unknown("$"+name, 0, 0)
	}
	return literal(out, 0, 0)
}

// plainOperands tells whether an expansion cuts by plain text only.
func plainOperands(p *syntax.ParamExp) bool {
	plain, size := true, 0
	check := func(word *syntax.Word) {
		if word == nil {
			return
		}
		syntax.Walk(word, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Lit:
				size += len(n.Value)
				plain = plain && !strings.Contains(n.Value, "_____")
			case *syntax.Word, *syntax.SglQuoted, *syntax.DblQuoted, nil:
			default:
				plain = false
			}
			return plain
		})
	}
	switch {
	case p.Exp != nil && p.Exp.Word != nil:
		check(p.Exp.Word)
	case p.Repl != nil:
		check(p.Repl.Orig)
		check(p.Repl.With)
	case p.Slice != nil:
		_, plain = number(p.Slice.Offset)
		if p.Slice.Length != nil {
			_, ok := number(p.Slice.Length)
			plain = plain && ok
		}
	}
	return plain && size <= 256
}
