package catalog

import (
	"cmp"
	"slices"
)

// Action is what became of an object.
type Action string

const (
	Added   Action = "added"
	Removed Action = "removed"
	// Renamed is told only where a statement renamed; what else changed is another Delta.
	Renamed Action = "renamed"
	Changed Action = "changed"
	// Recreated: dropped, and made again under its name. What it held is lost, unless the
	// table says FilledFrom.
	Recreated Action = "recreated"
)

// Delta is a net difference between two catalogues.
type Delta struct {
	Kind   Kind
	Action Action
	Table  Name   // the table or object: as it was, or where it is new as it is
	Item   string // the column or constraint: likewise
	// Was and Is are the object before and after: *Table, *Column, *Constraint, *View, *Enum,
	// *Domain, *Function, *Trigger, *Policy, *Sequence or *Grant; nil where it is not there.
	Was, Is any
	Aspects []Aspect // of Changed
	// At is the statement that did it; its Path is empty where that is not known (snapshots).
	At Place
}

// Diff tells what differs between two states of one database, in a fixed order. What was
// made and removed in between does not appear.
func Diff(before, after *Catalog) []Delta {
	d := &differ{before: before, after: after, names: before.Snapshot || after.Snapshot}
	d.gone = map[ID]Place{}
	for _, r := range after.Removals {
		d.gone[r.ID] = r.At
	}
	d.tables()
	compare(d, KindView, values(before.Views), values(after.Views), viewParts)
	compare(d, KindEnum, values(before.Enums), values(after.Enums), enumParts)
	compare(d, KindDomain, values(before.Domains), values(after.Domains), domainParts)
	compare(d, KindSequence, values(before.Sequences), values(after.Sequences), sequenceParts)
	compare(d, KindFunction, flat(before.Functions), flat(after.Functions), functionParts)
	compare(d, KindGrant, before.Grants, after.Grants, func(g *Grant) part {
		return part{id: g.id(after), name: g.id(after).Born, table: g.On, at: g.At}
	})
	slices.SortStableFunc(d.list, func(a, b Delta) int {
		return cmp.Or(a.Table.compare(b.Table), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Action, b.Action))
	})
	return d.list
}

type differ struct {
	before, after *Catalog
	names         bool // go by names alone
	gone          map[ID]Place
	anew          Place // the statement that made the table again whose parts are compared
	list          []Delta
}

// part is what comparing needs of an object.
type part struct {
	id    ID
	name  string // what it goes by among its like
	table Name
	item  string
	at    Place
	touch []Touch
	// differs are the aspects in which another one of its kind differs.
	differs func(other any) []Aspect
}

func values[T any](m map[Name]T) []T {
	list := make([]T, 0, len(m))
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

func flat(m map[Name][]*Function) []*Function {
	var list []*Function
	for _, overloads := range m {
		list = append(list, overloads...)
	}
	return list
}

// compare matches objects by identity, then by name, and tells the rest as added and removed.
// It returns the pairs.
func compare[T any](d *differ, kind Kind, was, is []T, tell func(T) part) [][2]T {
	var pairs [][2]T
	byID, byName := map[ID]int{}, map[string]int{}
	for i, x := range is {
		byID[tell(x).id], byName[tell(x).name] = i, i
	}
	taken := make([]bool, len(is))
	matched := make([]int, len(was))
	for i, x := range was {
		matched[i] = -1
		if j, ok := byID[tell(x).id]; ok && !d.names && !taken[j] {
			matched[i], taken[j] = j, true
		}
	}
	for i, x := range was {
		before := tell(x)
		if j, ok := byName[before.name]; matched[i] < 0 && ok && !taken[j] {
			matched[i], taken[j] = j, true
		}
		if matched[i] < 0 {
			d.add(Delta{Kind: kind, Action: Removed, Table: before.table, Item: before.item, Was: x, At: cmpPlace(d.gone[before.id], d.anew)})
			continue
		}
		pairs = append(pairs, [2]T{x, is[matched[i]]})
		d.pair(kind, x, is[matched[i]], before, tell(is[matched[i]]))
	}
	for j, x := range is {
		if !taken[j] {
			after := tell(x)
			d.add(Delta{Kind: kind, Action: Added, Table: after.table, Item: after.item, Is: x, At: after.at})
		}
	}
	return pairs
}

func (d *differ) add(delta Delta) { d.list = append(d.list, delta) }

// pair tells how one object became another.
func (d *differ) pair(kind Kind, was, is any, before, after part) {
	delta := Delta{Kind: kind, Table: before.table, Item: before.item, Was: was, Is: is}
	if !d.names && before.id != after.id {
		again := delta
		again.Action, again.At = Recreated, cmpPlace(d.gone[before.id], after.at)
		d.add(again)
	}
	if before.name != after.name {
		renamed := delta
		renamed.Action, renamed.At = Renamed, lastTouch(after.touch, AspectName, after.at)
		d.add(renamed)
	}
	if before.differs == nil {
		return
	}
	if aspects := before.differs(is); len(aspects) > 0 {
		delta.Action, delta.Aspects, delta.At = Changed, aspects, lastTouch(after.touch, aspects[0], after.at)
		d.add(delta)
	}
}

func cmpPlace(a, b Place) Place {
	if a.Path != "" {
		return a
	}
	return b
}

// lastTouch is the statement that changed an aspect, or made the object.
func lastTouch(list []Touch, aspect Aspect, made Place) Place {
	for _, t := range list {
		if t.Aspect == aspect {
			return t.At
		}
	}
	return made
}

// tables compares tables, then what hangs on those that are in both.
func (d *differ) tables() {
	fold := d.after.Dialect.fold
	for _, pair := range compare(d, KindTable, values(d.before.Tables), values(d.after.Tables), d.tablePart) {
		was, is := pair[0], pair[1]
		d.anew = Place{}
		if was.ID != is.ID {
			d.anew = is.At
		}
		compare(d, KindColumn, was.Columns, is.Columns, func(x *Column) part {
			return part{id: x.ID, name: fold(x.Name), table: was.Name, item: x.Name, at: x.At, touch: x.Touched,
				differs: func(o any) []Aspect { return columnAspects(x, o.(*Column)) }}
		})
		compare(d, KindConstraint, was.Constraints, is.Constraints, func(x *Constraint) part {
			return part{id: x.ID, name: fold(x.Name), table: was.Name, item: x.Name, at: x.At, touch: x.Touched,
				differs: func(o any) []Aspect { return constraintAspects(x, o.(*Constraint), d.sameTable) }}
		})
		compare(d, KindTrigger, was.Triggers, is.Triggers, func(x *Trigger) part {
			return part{id: x.ID, name: fold(x.Name), table: was.Name, item: x.Name, at: x.At,
				differs: func(o any) []Aspect { return triggerAspects(x, o.(*Trigger)) }}
		})
		compare(d, KindPolicy, was.Policies, is.Policies, func(x *Policy) part {
			return part{id: x.ID, name: x.Name, table: was.Name, item: x.Name, at: x.At, touch: x.Touched,
				differs: func(o any) []Aspect { return policyAspects(x, o.(*Policy)) }}
		})
	}
	d.anew = Place{}
}

// sameTable reports whether two names mean one table, which may have been renamed in between.
func (d *differ) sameTable(was, is Name) bool {
	a, b := d.before.Table(was), d.after.Table(is)
	if a == nil || b == nil || d.names {
		return was == is
	}
	return a.ID == b.ID || was == is
}

func (d *differ) tablePart(t *Table) part {
	return part{id: t.ID, name: d.after.key(t.Name).String(), table: t.Name, at: t.At, touch: t.Touched, differs: func(o any) []Aspect {
		is := o.(*Table)
		partition := (t.PartitionOf == nil) != (is.PartitionOf == nil) || t.Partitioned != is.Partitioned
		return aspects(t.RowSecurity != is.RowSecurity || t.ForceRowSecurity != is.ForceRowSecurity, AspectRowSecurity, partition, AspectPartition,
			t.Charset != is.Charset || t.Collation != is.Collation, AspectCharset)
	}}
}
