package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// field is one key: how its value is read, and the keys below it.
type field struct {
	read   func(r *reader, key string, n *yaml.Node)
	fields map[string]field
}

// mapping reads a mapping with these keys and no others; no value sets none of them.
func mapping(fields map[string]field) field {
	names := slices.Sorted(maps.Keys(fields))
	return field{fields: fields, read: func(r *reader, key string, n *yaml.Node) {
		r.eachKey(key, n, func(name string, k, v *yaml.Node) {
			if f, ok := fields[name]; ok {
				f.read(r, below(key, name), v)
				return
			}
			r.fail(k, "unknown key %q%s%s", name, within(key), r.guess(name, names))
		})
	}}
}

// word reads one of a few words.
func word[T ~string](target func(*Policy) *T, allowed ...T) field {
	return field{read: func(r *reader, key string, n *yaml.Node) {
		if v, ok := oneOf(r, key, n, allowed...); ok {
			r.set(key, n, func(p *Policy) { *target(p) = v })
		}
	}}
}

func oneOf[T ~string](r *reader, key string, n *yaml.Node, allowed ...T) (T, bool) {
	text, ok := r.text(key, n)
	if !ok || slices.Contains(allowed, T(text)) {
		return T(text), ok
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	r.fail(n, "%s is %q: want %s%s", key, text, strings.Join(names, ", "), r.guess(text, names))
	return "", false
}

// number reads a whole number between low and high.
func number(target func(*Policy) *int, low, high int) field {
	return field{read: func(r *reader, key string, n *yaml.Node) {
		v, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || v < low || v > high {
			r.fail(n, "%s must be a whole number from %d to %d", key, low, high)
			return
		}
		r.set(key, n, func(p *Policy) { *target(p) = v })
	}}
}

// texts reads a list of texts; bad says what is wrong with one of them.
func texts(target func(*Policy) *[]string, bad func(string) string) field {
	return field{read: func(r *reader, key string, n *yaml.Node) {
		var list []string
		lines := places{}
		r.eachItem(key, n, func(item *yaml.Node) {
			text, ok := r.text(key, item)
			if !ok {
				return
			}
			if problem := bad(text); problem != "" {
				r.fail(item, "%s: %q %s", key, text, problem)
			}
			list = append(list, text)
			lines.add(text, item)
		})
		r.setList(key, n, lines, func(p *Policy) { *target(p) = slices.Clone(list) })
	}}
}

// ruleSeverities reads rules: a severity for each rule id.
func ruleSeverities() field {
	return field{read: func(r *reader, key string, n *yaml.Node) {
		r.eachKey(key, n, func(id string, k, v *yaml.Node) {
			if !r.knownRule(k, id) {
				return
			}
			severity, ok := oneOf(r, below(key, id), v, checks.Block, checks.Warn, checks.Note, checks.Off)
			if !ok {
				return
			}
			r.set(below(key, id), v, func(p *Policy) {
				if p.Rules == nil {
					p.Rules = map[string]checks.Severity{}
				}
				p.Rules[id] = severity
			})
		})
	}}
}

// version reads the version of the format; there is one.
func version() field {
	return field{read: func(r *reader, key string, n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || n.Value != "1" {
			r.fail(n, "version must be 1")
		}
	}}
}

// eachKey visits the keys of a mapping, each once; no value is an empty mapping.
func (r *reader) eachKey(key string, n *yaml.Node, visit func(name string, k, v *yaml.Node)) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s must hold keys, not %s", called(key), kind(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode {
			r.fail(k, "a key%s must be text, not %s", within(key), kind(k))
			continue
		}
		if first, twice := seen[k.Value]; twice {
			r.fail(k, "key %q stands twice%s, first on line %d", k.Value, within(key), first)
			continue
		}
		seen[k.Value] = k.Line
		visit(k.Value, k, v)
	}
}

// eachItem visits the items of a list.
func (r *reader) eachItem(key string, n *yaml.Node, visit func(item *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.fail(n, "%s must be a list, not %s", key, kind(n))
		return
	}
	for _, item := range n.Content {
		visit(item)
	}
}

// text is the value of a text; another value is told.
func (r *reader) text(key string, n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		r.fail(n, "%s must be text, not %s", key, kind(n))
		return "", false
	}
	return n.Value, true
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// kind tells what a node is in words. Aliases are read nowhere: a policy is read by
// people, and what one says must stand where it counts.
func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias: write the value out"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a date"
	}
	return "a text"
}

// below is the dotted key of name in key.
func below(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// within is " in checks.images", or nothing at the top.
func within(key string) string {
	if key == "" {
		return ""
	}
	return " in " + key
}

func called(key string) string {
	if key == "" {
		return "the policy"
	}
	return key
}
