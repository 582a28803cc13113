package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// pair is one entry of a mapping, aliases followed.
type pair struct {
	name       string // the key's text; empty for a key that is none
	key, value *yaml.Node
}

// target is the value itself, or what an alias stands for. Nil stays nil.
func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isKind(n *yaml.Node, kind yaml.Kind) bool {
	n = target(n)
	return n != nil && n.Kind == kind
}

func isMapping(n *yaml.Node) bool  { return isKind(n, yaml.MappingNode) }
func isSequence(n *yaml.Node) bool { return isKind(n, yaml.SequenceNode) }

// isText reports whether a value is a scalar that says something: not null, not empty.
func isText(n *yaml.Node) bool {
	n = target(n)
	return n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" && n.Value != ""
}

// textOf is a scalar as it is written (1.10 stays "1.10"); empty for null and for what is no scalar.
func textOf(n *yaml.Node) string {
	if !isText(n) {
		return ""
	}
	return target(n).Value
}

// nameOf is textOf on one line, for what has a name.
func nameOf(n *yaml.Node) string { return strings.TrimSpace(textOf(n)) }

// textPerVisit is how many bytes of a text count as one value more.
const textPerVisit = 64

// visit counts looks into a value and reports whether there may be more.
func (d *document) visit(n int) bool {
	d.visits += n
	return d.visits <= maxVisits
}

// scalars are all texts in a value, in their order.
func (d *document) scalars(n *yaml.Node) []string {
	n = target(n)
	if n == nil || !d.visit(1) {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var all []string
	for _, part := range n.Content {
		all = append(all, d.scalars(part)...)
	}
	return all
}

// pairs are the entries of a mapping in order, merge keys followed: what is written out
// wins over what is merged, and the last of two equal keys counts. Nil for what is no mapping.
func (d *document) pairs(n *yaml.Node) []pair {
	n = target(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	found := make([]pair, 0, len(n.Content)/2)
	var at map[string]int // made for mappings that are not small
	d.eachPair(n, 0, func(p pair, merged bool) {
		if len(found) == smallMapping {
			at = indexPairs(found)
		}
		i, again := indexOf(found, at, p.name)
		switch {
		case !again:
			if at != nil {
				at[p.name] = len(found)
			}
			found = append(found, p)
		case !merged:
			found[i] = p
		}
	})
	return found
}

// smallMapping is up to how many entries a mapping is searched without an index.
const smallMapping = 16

func indexPairs(pairs []pair) map[string]int {
	at := make(map[string]int, 2*len(pairs))
	for i, p := range pairs {
		at[p.name] = i
	}
	return at
}

func indexOf(pairs []pair, at map[string]int, name string) (int, bool) {
	if at != nil {
		i, ok := at[name]
		return i, ok
	}
	for i, p := range pairs {
		if p.name == name {
			return i, true
		}
	}
	return 0, false
}

// eachPair calls fn for the entries written out, then for the merged ones.
func (d *document) eachPair(n *yaml.Node, depth int, fn func(p pair, merged bool)) {
	n = target(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > maxDepth || !d.visit(1+len(n.Content)/2) {
		return
	}
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := target(n.Content[i])
		if key.Tag == "!!merge" && key.Kind == yaml.ScalarNode {
			merges = append(merges, n.Content[i+1])
			continue
		}
		name := ""
		if key.Kind == yaml.ScalarNode {
			name = key.Value
		}
		value := target(n.Content[i+1])
		d.visits += len(value.Value) / textPerVisit
		fn(pair{name, key, value}, depth > 0)
	}
	for _, merge := range merges {
		if !isSequence(merge) {
			d.eachPair(merge, depth+1, fn)
			continue
		}
		for _, part := range target(merge).Content {
			d.eachPair(part, depth+1, fn)
		}
	}
}

// field is the value of a mapping's key, aliases followed; nil where it is missing or n is no mapping.
func (d *document) field(n *yaml.Node, name string) *yaml.Node {
	var own, merged *yaml.Node
	d.eachPair(n, 0, func(p pair, inherited bool) {
		switch {
		case p.name != name:
		case !inherited:
			own = p.value
		case merged == nil:
			merged = p.value
		}
	})
	if own != nil {
		return own
	}
	return merged
}

// path is field after field.
func (d *document) path(n *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		if n = d.field(n, name); n == nil {
			return nil
		}
	}
	return n
}

// items are the elements of a list, aliases followed; nil for what is none.
func (d *document) items(n *yaml.Node) []*yaml.Node {
	n = target(n)
	if n == nil || n.Kind != yaml.SequenceNode || !d.visit(1+len(n.Content)) {
		return nil
	}
	items := make([]*yaml.Node, len(n.Content))
	for i, item := range n.Content {
		items[i] = target(item)
		d.visits += len(items[i].Value) / textPerVisit
	}
	return items
}

// oneOrMore are the elements of a list, or the value itself.
func (d *document) oneOrMore(n *yaml.Node) []*yaml.Node {
	if isSequence(n) {
		return d.items(n)
	}
	if n = target(n); n != nil && n.Tag != "!!null" {
		return []*yaml.Node{n}
	}
	return nil
}

// texts are the scalars among oneOrMore, as written.
func (d *document) textsOf(n *yaml.Node) []string {
	var texts []string
	for _, item := range d.oneOrMore(n) {
		if isText(item) {
			texts = append(texts, item.Value)
		}
	}
	return texts
}
