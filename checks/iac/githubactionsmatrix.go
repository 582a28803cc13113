package iac

import (
	"maps"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxRows is how many jobs GitHub makes of a matrix at most.
const maxRows = 256

// actionsRow is one combination of a matrix.
type actionsRow struct {
	values map[string]*yaml.Node // by name in lower case
	open   bool                  // it may have values that nobody knows
}

// rows are the combinations of a matrix as GitHub makes them: every one of its
// lists' elements, without those excluded, with what is included. What an
// expression makes is one open row.
func (a *actions) rows(matrix *yaml.Node) []actionsRow {
	switch {
	case matrix == nil:
		return nil
	case !isKind(matrix, yaml.MappingNode):
		return []actionsRow{{open: true}}
	}
	rows := []actionsRow{{}}
	axes := map[string]bool{}
	for _, p := range a.pairs(matrix) {
		name := strings.ToLower(p.name())
		if name == "include" || name == "exclude" {
			continue
		}
		axes[name] = true
		if rows = a.times(rows, name, p.value); rows == nil {
			return []actionsRow{{open: true}}
		}
	}
	if len(axes) == 0 {
		rows = nil
	}
	rows = a.exclude(rows, a.items(a.field(matrix, "exclude")))
	return a.include(rows, axes, a.field(matrix, "include"))
}

// times combines rows with each element of a list; nil when there are too many.
func (a *actions) times(rows []actionsRow, name string, list *yaml.Node) []actionsRow {
	items := a.items(list)
	if isText(list) {
		items = []*yaml.Node{list} // an expression that makes the list
	}
	if len(rows)*len(items) > maxRows || !a.visit(len(rows)*len(items)) {
		return nil
	}
	product := []actionsRow{}
	for _, row := range rows {
		for _, item := range items {
			product = append(product, row.with(map[string]*yaml.Node{name: item}))
		}
	}
	return product
}

// with is the row with more values.
func (r actionsRow) with(values map[string]*yaml.Node) actionsRow {
	all := maps.Clone(r.values)
	if all == nil {
		all = map[string]*yaml.Node{}
	}
	maps.Copy(all, values)
	return actionsRow{values: all, open: r.open}
}

// exclude leaves out the rows that have all values of an entry.
func (a *actions) exclude(rows []actionsRow, entries []*yaml.Node) []actionsRow {
	for _, entry := range entries {
		values := a.named(entry)
		if len(values) == 0 || !a.visit(len(rows)*len(values)) {
			continue
		}
		kept := []actionsRow{}
		for _, row := range rows {
			if !row.agrees(values, nil) {
				kept = append(kept, row)
			}
		}
		rows = kept
	}
	return rows
}

// include adds each entry to the rows whose own values it leaves alone; an entry
// that fits none is a row of its own.
func (a *actions) include(rows []actionsRow, axes map[string]bool, list *yaml.Node) []actionsRow {
	entries := a.items(list)
	if isText(list) || len(entries) > maxRows { // an expression, or too many to be a matrix
		return append(rows, actionsRow{open: true})
	}
	own := len(rows)
	for _, entry := range entries {
		if !isKind(entry, yaml.MappingNode) {
			rows = append(rows, actionsRow{open: true})
			continue
		}
		values, fits := a.named(entry), false
		if !a.visit(own * (1 + len(values))) {
			break
		}
		extra := maps.Clone(values) // an axis keeps the place of its own value
		maps.DeleteFunc(extra, func(name string, _ *yaml.Node) bool { return axes[name] })
		for i := range own {
			if rows[i].agrees(values, axes) {
				rows[i], fits = rows[i].with(extra), true
			}
		}
		if !fits {
			rows = append(rows, actionsRow{values: values})
		}
	}
	return rows
}

// named are the entries of a mapping by name in lower case.
func (a *actions) named(n *yaml.Node) map[string]*yaml.Node {
	values := map[string]*yaml.Node{}
	for _, p := range a.pairs(n) {
		values[strings.ToLower(p.name())] = p.value
	}
	return values
}

// agrees reports whether a row has these values, of those that are its axes; nil: of
// all. Objects are never equal here, so that too much is kept and not too little.
func (r actionsRow) agrees(values map[string]*yaml.Node, axes map[string]bool) bool {
	for name, value := range values {
		if axes != nil && !axes[name] {
			continue
		}
		if !isText(value) || yamlValue(value) != yamlValue(r.values[name]) {
			return false
		}
	}
	return true
}

// fromMatrix is the value in the row that counts; false where the row has none.
func (a *actions) fromMatrix(p actionsPiece, scope actionsScope, depth int) (Expr, bool) {
	unknown := a.made(Unknown, p, contextWords[p.context])
	if scope.row == nil || len(p.path) == 0 {
		return unknown, true
	}
	n, open := scope.row.values[strings.ToLower(p.path[0])], scope.row.open
	for _, name := range p.path[1:] {
		open = open || isText(n)
		n = a.folded(n, name)
	}
	if n == nil && open {
		return unknown, true
	}
	target := yamlTarget(n)
	if target != nil && target.Kind != yaml.ScalarNode && !(scope.container && target.Kind == yaml.MappingNode) {
		return unknown, true
	}
	return a.value(n, actionsScope{inputs: scope.inputs, container: scope.container}, depth+1)
}
