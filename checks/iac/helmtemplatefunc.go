package iac

import (
	"strconv"
	"strings"
	"text/template/parse"

	"github.com/checkrein/checkrein/checks"
)

// function is the value of one of Sprig's or Helm's functions.
func (t *templates) function(name string, args []Expr, at checks.Span) Expr {
	unknown := t.expr(Unknown, name, at)
	if len(args) == 0 {
		if name == "dict" {
			return t.expr(Dict, "", at)
		}
		return unknown
	}
	first, last := args[0], args[len(args)-1]
	rest := args[1:]
	switch name {
	case "quote", "squote", "toString", "tpl", "html", "js", "urlquery", "deepCopy", "mustDeepCopy", "fromYaml":
		return first
	case "required", "nindent", "indent":
		return last
	case "print", "cat":
		return t.bounded(t.joined(args, at))
	case "printf":
		return t.bounded(t.formatted(first, rest, at))
	case "default":
		if len(args) == 2 {
			return t.bounded(t.expr(First, "", at, last, first))
		}
	case "coalesce", "or":
		return t.bounded(t.expr(First, "", at, args...))
	case "and":
		return t.bounded(t.every(args, at))
	case "not", "empty":
		return t.bounded(t.expr(If, "", at, first, t.expr(Lit, "", at), t.expr(Lit, "yes", at)))
	case "ternary":
		if len(args) == 3 {
			return t.bounded(t.expr(If, "", at, last, first, args[1]))
		}
	case "include":
		if first.Op == Lit && len(args) == 2 {
			return t.bounded(t.called(first.Text, last, at))
		}
	case "kindIs", "typeIs":
		if len(args) == 2 && first.Op == Lit {
			return t.expr(Apply, "kindIs", at, args...)
		}
	case "toYaml":
		return t.expr(Apply, "toYaml", at, last)
	default:
		if takes(name) > 0 && len(args) >= takes(name) {
			return t.bounded(t.expr(Apply, name, at, args...))
		}
		return t.bounded(t.collection(name, args, at))
	}
	return unknown
}

// collection are the functions of mappings and lists.
func (t *templates) collection(name string, args []Expr, at checks.Span) Expr {
	first := args[0]
	switch name {
	case "dict":
		return t.expr(Dict, "", at, args[:len(args)&^1]...)
	case "list", "tuple":
		list := t.expr(Dict, "", at)
		for i, arg := range args {
			list.Args = append(list.Args, t.expr(Lit, strconv.Itoa(i), at), arg)
		}
		return list
	case "get", "index", "hasKey":
		return t.indexed(first, args[1:], at)
	case "dig": // keys, default, mapping
		if len(args) >= 3 {
			found, none := t.indexed(args[len(args)-1], args[:len(args)-2], at), args[len(args)-2]
			if none.Op == Lit && none.Text == "false" { // as good as nothing to coalesce and the like
				none.Text = ""
			}
			return t.expr(First, "", at, found, none)
		}
	case "first", "last":
		return elementOf(first)
	case "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite":
		if strings.HasSuffix(name, "Overwrite") {
			args = reversed(args)
		}
		return t.expr(First, "", at, args...)
	case "set": // the mapping itself, with one more entry
		if len(args) == 3 {
			return t.expr(First, "", at, t.expr(Dict, "", at, args[1], args[2]), first)
		}
	}
	return t.expr(Unknown, name, at)
}

func reversed(args []Expr) []Expr {
	var out []Expr
	for i := len(args) - 1; i >= 0; i-- {
		out = append(out, args[i])
	}
	return out
}

// indexed follows keys into a mapping or a list.
func (t *templates) indexed(e Expr, keys []Expr, at checks.Span) Expr {
	for _, key := range keys {
		_, err := strconv.Atoi(key.Text)
		switch {
		case key.Op != Lit:
			e = t.bounded(t.expr(Index, "", at, e, key))
		case err == nil && e.Op == Name:
			e = elementOf(e)
		default:
			e = fieldOf(e, key.Text)
		}
		e = t.located(e, at)
	}
	return e
}

// every is the last argument where all before hold.
func (t *templates) every(args []Expr, at checks.Span) Expr {
	e := args[len(args)-1]
	for i := len(args) - 2; i >= 0; i-- {
		e = t.expr(If, "", at, args[i], e, args[i])
	}
	return e
}

// formatted is printf: a text with a value for each verb.
func (t *templates) formatted(format Expr, args []Expr, at checks.Span) Expr {
	if format.Op != Lit {
		return t.expr(Unknown, "printf", at)
	}
	var parts []Expr
	text := format.Text
	literal := func(s string) {
		if s != "" {
			parts = append(parts, t.expr(Lit, s, at))
		}
	}
	for next := 0; ; {
		i := strings.IndexByte(text, '%')
		if i < 0 || i+1 == len(text) || len(parts) > templateExpr {
			literal(text)
			return t.joined(parts, at)
		}
		literal(text[:i])
		switch verb := text[i+1]; {
		case verb == '%':
			literal("%")
		case strings.IndexByte("svdtq", verb) >= 0 && next < len(args):
			parts = append(parts, args[next])
			next++
		default:
			parts = append(parts, t.expr(Unknown, text[i:i+2], at))
		}
		text = text[i+2:]
	}
}

// called is what a named template writes. Library charts are seldom in the repository;
// what everybody's image template does is known.
func (t *templates) called(name string, dot Expr, at checks.Span) Expr {
	call := t.expr(Call, name, at, dot)
	if strings.HasSuffix(name, "common.images.image") && t.at == nil {
		image := t.image(fieldOf(dot, "imageRoot"), fieldOf(dot, "global"), fieldOf(dot, "chart"), at)
		call.Else = &image
	}
	return call
}

// imageTemplate joins an image that is kept in fields, as library charts do.
const imageTemplate = `{{ with (.global.imageRegistry | default .image.registry) }}{{ . }}/{{ end }}{{ .image.repository | default .image.name }}` +
	`{{ if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default .chart.AppVersion }}{{ end }}`

// image is a reference made of the fields of an image; its parts stand where it is asked for.
func (t *templates) image(image, global, chart Expr, at checks.Span) Expr {
	tree := parse.New("image")
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(imageTemplate, "", "", map[string]*parse.Tree{}); err != nil {
		return t.expr(Unknown, "image", at)
	}
	env := newTemplateEnv(rootName)
	key := func(s string) Expr { return t.expr(Lit, s, at) }
	env.dot = t.expr(Dict, "", at, key("image"), image, key("global"), global, key("chart"), chart)
	env.root = env.dot
	t.at = &at
	defer func() { t.at = nil }()
	return t.bounded(t.text(tree.Root, env))
}
