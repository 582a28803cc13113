package iac

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// yamlPair is one entry of a mapping. The value stands as written: it may be an alias.
type yamlPair struct{ key, value *yaml.Node }

// name is the key's text; empty for a key that is no scalar.
func (p yamlPair) name() string {
	if key := yamlTarget(p.key); key.Kind == yaml.ScalarNode {
		return key.Value
	}
	return ""
}

// yamlTarget is the node itself, or what an alias stands for. Nil stays nil.
func yamlTarget(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// isKind reports whether a node, or what it is an alias of, is of a kind.
func isKind(n *yaml.Node, kind yaml.Kind) bool {
	n = yamlTarget(n)
	return n != nil && n.Kind == kind
}

// isText reports whether a node is a scalar that says something: not null, not empty.
func isText(n *yaml.Node) bool {
	n = yamlTarget(n)
	return n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" && n.Value != ""
}

// yamlValue is the decoded text of a scalar as it is written (1.10 stays
// "1.10"); empty for null and for what is no scalar.
func yamlValue(n *yaml.Node) string {
	if !isText(n) {
		return ""
	}
	return yamlTarget(n).Value
}

// visit counts a look into a node and reports whether there may be more.
func (d *yamlDoc) visit(n int) bool {
	d.visits += n
	return d.visits <= yamlVisits
}

// within reports whether a walk may go this deep. Aliases can lead deeper than
// the document nests; that ends all walks.
func (d *yamlDoc) within(depth int) bool {
	if depth > yamlDepth {
		d.stop()
	}
	return depth <= yamlDepth
}

// stop ends all walks of the document; overrun tells it.
func (d *yamlDoc) stop() { d.visits = yamlVisits + 1 }

// pairs are the entries of a mapping in order, merge keys ("<<") followed: what
// is written out wins over what is merged, and the last of two equal keys counts,
// as parsers have it that accept them. Nil for what is no mapping.
func (d *yamlDoc) pairs(n *yaml.Node) []yamlPair {
	list := pairList{}
	if target := yamlTarget(n); target != nil && target.Kind == yaml.MappingNode && len(target.Content) > 1 && d.visit(0) {
		list.pairs = make([]yamlPair, 0, len(target.Content)/2)
	}
	d.eachPair(n, 0, list.add)
	return list.pairs
}

// pairList are the entries of a mapping so far.
type pairList struct {
	pairs []yamlPair
	at    map[string]int // by key; nil while they are few
}

// fewPairs are looked through faster than a map is made.
const fewPairs = 12

func (l *pairList) add(p yamlPair, merged bool) {
	key := yamlTarget(p.key)
	if key.Kind != yaml.ScalarNode {
		l.pairs = append(l.pairs, p)
		return
	}
	switch at := l.find(key.Value); {
	case at < 0:
		if l.at != nil {
			l.at[key.Value] = len(l.pairs)
		}
		l.pairs = append(l.pairs, p)
	case !merged:
		l.pairs[at] = p
	}
}

// find is the place of a key; -1: it is not there.
func (l *pairList) find(name string) int {
	if l.at == nil && len(l.pairs) <= fewPairs {
		return slices.IndexFunc(l.pairs, func(p yamlPair) bool { return p.isNamed(name) })
	}
	if l.at == nil {
		l.at = make(map[string]int, cap(l.pairs))
		for i, p := range l.pairs {
			if key := yamlTarget(p.key); key.Kind == yaml.ScalarNode {
				l.at[key.Value] = i
			}
		}
	}
	if at, ok := l.at[name]; ok {
		return at
	}
	return -1
}

func (p yamlPair) isNamed(name string) bool {
	key := yamlTarget(p.key)
	return key.Kind == yaml.ScalarNode && key.Value == name
}

// eachPair calls fn for the entries written out, then for the merged ones.
func (d *yamlDoc) eachPair(n *yaml.Node, depth int, fn func(p yamlPair, merged bool)) {
	n = yamlTarget(n)
	if n == nil || n.Kind != yaml.MappingNode || !d.visit(1+len(n.Content)/2) || !d.within(depth) {
		return
	}
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; key.Tag == "!!merge" && key.Kind == yaml.ScalarNode {
			merges = append(merges, n.Content[i+1])
			continue
		}
		fn(yamlPair{n.Content[i], n.Content[i+1]}, depth > 0)
	}
	for _, merge := range merges {
		parts := []*yaml.Node{merge}
		if isKind(merge, yaml.SequenceNode) {
			parts = yamlTarget(merge).Content
		}
		for _, part := range parts {
			d.eachPair(part, depth+1, fn)
		}
	}
}

// field is the value of a mapping's key as written; nil where it is missing or n is no mapping.
func (d *yamlDoc) field(n *yaml.Node, name string) *yaml.Node {
	var own, inherited *yaml.Node
	d.eachPair(n, 0, func(p yamlPair, merged bool) {
		switch {
		case p.name() != name:
		case !merged:
			own = p.value
		case inherited == nil:
			inherited = p.value
		}
	})
	if own != nil {
		return own
	}
	return inherited
}

// path is field after field.
func (d *yamlDoc) path(n *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		if n = d.field(n, name); n == nil {
			return nil
		}
	}
	return n
}

// items are the elements of a sequence as written; nil for what is none.
func (d *yamlDoc) items(n *yaml.Node) []*yaml.Node {
	n = yamlTarget(n)
	if n == nil || n.Kind != yaml.SequenceNode || !d.visit(1+len(n.Content)) {
		return nil
	}
	return n.Content
}
