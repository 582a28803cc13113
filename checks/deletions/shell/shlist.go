package shell

import (
	"slices"
	"strconv"

	"mvdan.cc/sh/v3/syntax"
)

// everything adds the words of "$@" or of an array.
func (w walk) everything(b *builder, p *syntax.ParamExp, name, which string, quoted bool) {
	words, known := w.list(p, name)
	if known && p.Slice != nil {
		words, known = w.sliced(p.Slice, words, name == "@" || name == "*")
	}
	if !known {
		from := w.shown(p.Pos(), p.End())
		if name == "@" || name == "*" {
			from = "$" + name
		}
		w.give(b, w.gap(p, from), true)
		return
	}
	size := 0
	for _, f := range words {
		size += f.size()
	}
	if !w.spend(size) {
		return
	}
	switch {
	case quoted && which == "@":
		b.list(words)
	case quoted:
		b.add(joinedBy(" ", words))
	default:
		for i, f := range words {
			if i > 0 && !b.whole {
				b.end()
			} else if i > 0 {
				b.add(literal(" ", f.from, f.from))
			}
			b.split(f.value)
		}
	}
}

func joinedBy(between string, words []field) value {
	var v value
	for i, f := range words {
		if i > 0 {
			v = append(v, literal(between, f.from, f.from)...)
		}
		v = append(v, f.value...)
	}
	return v
}

func (w walk) list(p *syntax.ParamExp, name string) ([]field, bool) {
	if name == "@" || name == "*" {
		args := w.scope.arguments()
		if args.unknown && len(args.words) > 0 {
			at := w.src.at(int(p.Pos().Offset()))
			return append(slices.Clip(args.words), field{value: unknown("$"+name, at, at)}), true
		}
		return args.words, !args.unknown
	}
	v, ok := w.scope.lookup(w.reader, name)
	switch {
	case !ok:
		return nil, false
	case v.array:
		used := make([]field, len(v.list))
		for i, f := range v.list {
			used[i] = field{value: f.value} // it stands where the array is used
		}
		return used, true
	}
	return []field{{value: v.value}}, true
}

// sliced is `${@:2}`, `${A[@]:1:2}`; the arguments count from 1.
func (w walk) sliced(s *syntax.Slice, words []field, arguments bool) ([]field, bool) {
	from, ok := number(s.Offset)
	if arguments {
		from--
	}
	if !ok || from < 0 {
		return nil, false
	}
	words = words[min(from, len(words)):]
	if s.Length == nil {
		return words, true
	}
	n, ok := number(s.Length)
	if !ok || n < 0 {
		return nil, false
	}
	return words[:min(n, len(words))], true
}

func number(x syntax.ArithmExpr) (int, bool) {
	word, ok := x.(*syntax.Word)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(word.Lit())
	return n, err == nil && n < 1<<20
}
