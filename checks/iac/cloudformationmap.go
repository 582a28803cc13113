package iac

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// find is Fn::FindInMap: a map and two keys. A key that is not written out may be
// any of the map's keys; a parameter's AllowedValues narrow it.
func (t *cfnEval) find(n, arg *yaml.Node, depth int) (Expr, bool) {
	args := t.items(arg)
	if len(args) < 3 || !isKind(args[0], yaml.ScalarNode) {
		return t.unknown(n, t.written(n), "mapping"), true
	}
	var values []Expr
	seen := map[string]bool{}
	for _, top := range t.entries(t.field(t.mappings, yamlValue(args[0])), args[1]) {
		for _, value := range t.entries(top, args[2]) {
			if text := yamlValue(value); seen[text] || len(values) >= maxValues {
				continue
			} else if isText(value) {
				seen[text] = true
			}
			if e, ok := t.literal(value); ok {
				t.parts++
				values = append(values, e)
			}
		}
	}
	if len(args) > 3 && !t.exact(args[1], args[2], values) {
		if e, ok := t.expr(t.field(args[3], "DefaultValue"), depth+1); ok {
			values = append(values, e)
		}
	}
	if e, ok := t.anyOf(n, values); ok {
		return e, true
	}
	return t.unknown(n, t.written(n), "mapping"), true
}

// exact reports whether both keys are written out and lead to a value, so that
// the default of FindInMap is never taken.
func (t *cfnEval) exact(top, second *yaml.Node, values []Expr) bool {
	first, _ := t.intrinsic(top)
	last, _ := t.intrinsic(second)
	return first == "" && last == "" && len(values) == 1
}

// entries are the values that a key may lead to.
func (t *cfnEval) entries(mapping, key *yaml.Node) []*yaml.Node {
	name, arg := t.intrinsic(key)
	if name == "" {
		if value := t.field(mapping, yamlValue(key)); value != nil {
			return []*yaml.Node{value}
		}
		return nil
	}
	allowed := map[string]bool{}
	if name == "Ref" {
		for _, n := range t.parameters[yamlValue(arg)].allowed {
			allowed[yamlValue(n)] = true
		}
	}
	var values []*yaml.Node
	for _, p := range t.pairs(mapping) {
		if !strings.HasPrefix(p.name(), "Fn::") && (len(allowed) == 0 || allowed[p.name()]) {
			values = append(values, p.value)
		}
	}
	return values
}
