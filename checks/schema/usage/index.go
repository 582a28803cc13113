package usage

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// Index is what the files of one commit use, taken together.
type Index struct {
	facts []*Facts
	// models by the name of the class or variable.
	models map[string][]modelOf
	full   bool
}

type modelOf struct {
	facts *Facts
	model *Model
}

const (
	maxFiles = 200_000
	maxIndex = 1_000_000 // queries and models
)

// NewIndex takes the facts of a commit's files together.
func NewIndex(files []*Facts) *Index {
	x := &Index{facts: files, models: map[string][]modelOf{}}
	uses := 0
	for i, f := range files {
		if uses += len(f.Queries) + len(f.Models) + len(f.Unread); uses > maxIndex || i >= maxFiles {
			x.facts, x.full = files[:i], true
			break
		}
		for j := range f.Models {
			if name := f.Models[j].Name; name != "" {
				x.models[name] = append(x.models[name], modelOf{f, &f.Models[j]})
			}
		}
	}
	return x
}

// Uses is an Index resolved against a catalogue.
type Uses struct {
	*Index
	catalog *catalog.Catalog
	// tables has, by the name that the catalogue files a table or view under, who uses it.
	tables  map[catalog.Name][]ref
	calls   map[string][]ref // by the folded name of the function or sequence
	unread  map[catalog.Name][]unreadRef
	located map[catalog.Name]catalog.Name
	folded  map[string]catalog.Name // tables by their names without case and separators
}

// ref is one query or model with one of its tables.
type ref struct {
	facts *Facts
	query *Query
	model *Model
	table int // index into the query's tables, or into its calls
	// names are those of the query's tables as the catalogue has them.
	names []catalog.Name
}

type unreadRef struct {
	facts  *Facts
	unread *Unread
}

// anyTable stands for places of which it is not known what they touch.
var anyTable = catalog.Name{}

// Against resolves what is used against a catalogue.
func (x *Index) Against(c *catalog.Catalog) *Uses {
	u := &Uses{Index: x, catalog: c, tables: map[catalog.Name][]ref{}, calls: map[string][]ref{}, unread: map[catalog.Name][]unreadRef{}, located: map[catalog.Name]catalog.Name{}}
	u.foldTables()
	for _, f := range x.facts {
		for i := range f.Models {
			u.addModel(f, &f.Models[i])
		}
		for i := range f.Queries {
			u.addQuery(f, &f.Queries[i])
		}
		for i := range f.Unread {
			u.addUnread(f, &f.Unread[i], f.Unread[i].Tables)
		}
	}
	if x.full {
		all := &Facts{Unread: []Unread{{Reason: "the repository uses a database in more places than are read"}}}
		u.addUnread(all, &all.Unread[0], nil)
	}
	return u
}

func (u *Uses) foldTables() {
	u.folded = map[string]catalog.Name{}
	add := func(name catalog.Name) {
		for _, key := range []string{fold(name.Object), fold(name.Schema + name.Object)} {
			if _, taken := u.folded[key]; !taken {
				u.folded[key] = name
			}
		}
	}
	for _, t := range u.catalog.Tables {
		add(t.Name)
	}
	for _, v := range u.catalog.Views {
		add(v.Name)
	}
}

// locate is the table or view that a name means; Object "": none here.
func (u *Uses) locate(name catalog.Name) catalog.Name {
	found, known := u.located[name]
	if known {
		return found
	}
	if t := u.catalog.Table(name); t != nil {
		found = t.Name
	} else if v := u.catalog.View(name); v != nil {
		found = v.Name
	} else if t := u.catalog.Locate(name); t != nil {
		found = t.Name
	}
	u.located[name] = found
	return found
}

// derived is the table that a class means, by the usual rules of naming: with the names of
// the modules around it, or without.
func (u *Uses) derived(class string) catalog.Name {
	whole := fold(strings.NewReplacer("::", "", ".", "", "\\", "").Replace(class))
	last := fold(class[strings.LastIndexAny(class, ".:\\")+1:])
	for _, base := range []string{whole, last} {
		for _, suffix := range []string{"", "model", "entity", "table", "schema", "repository", "dao"} {
			stem := strings.TrimSuffix(base, suffix)
			if stem == "" || stem == base && suffix != "" {
				continue
			}
			for _, form := range []string{stem, plural(stem), singular(stem)} {
				if name, ok := u.folded[form]; ok {
					return name
				}
			}
		}
	}
	return catalog.Name{}
}

// meant is the table that a query's text means: by its name, or in a query over classes
// (JPQL, DQL) by that of the class.
func (u *Uses) meant(name catalog.Name) catalog.Name {
	found := u.locate(name)
	if found.Object == "" && name.Schema == "" {
		for _, m := range u.models[name.Object] {
			if !m.model.Abstract {
				return u.modelTable(m.model)
			}
		}
	}
	return found
}

// hinted is the table that the class or variable means which a query takes its table from.
func (u *Uses) hinted(hint string) catalog.Name {
	for _, m := range u.models[hint] {
		if name := u.modelTable(m.model); name.Object != "" {
			return name
		}
	}
	if hint != "" && ('A' <= hint[0] && hint[0] <= 'Z') {
		return u.derived(hint)
	}
	return catalog.Name{}
}

// modelTable is the table of a model; its parent's where it has none of its own.
func (u *Uses) modelTable(m *Model) catalog.Name { return u.inherited(m, 8) }

func (u *Uses) inherited(m *Model, depth int) catalog.Name {
	if name := u.locate(m.Table); name.Object != "" || m.TableSaid {
		return name
	}
	if name, ok := u.folded[fold(m.Table.Object)]; ok {
		return name
	}
	if name := u.derived(m.Name); name.Object != "" || depth == 0 {
		return name
	}
	for parent := range strings.FieldsSeq(m.Extends) {
		for _, of := range u.models[parent] {
			if of.model == m || of.model.Abstract {
				continue
			}
			if name := u.inherited(of.model, depth-1); name.Object != "" {
				return name
			}
		}
	}
	return catalog.Name{}
}

func (u *Uses) addModel(f *Facts, m *Model) {
	if m.Abstract || m.Kind == "dump" {
		return
	}
	if name := u.modelTable(m); name.Object != "" {
		u.tables[name] = append(u.tables[name], ref{facts: f, model: m})
	}
}

func (u *Uses) addQuery(f *Facts, q *Query) {
	names := make([]catalog.Name, len(q.Tables))
	lost := false
	for i, t := range q.Tables {
		switch {
		case t.Name.Object != "":
			names[i] = u.meant(t.Name)
		default:
			names[i] = u.hinted(t.Hint)
			lost = lost || names[i].Object == ""
		}
	}
	for i, name := range names {
		if name.Object != "" {
			u.tables[name] = append(u.tables[name], ref{facts: f, query: q, table: i, names: names})
		}
	}
	if lost && !f.Test {
		u.addUnread(f, &Unread{At: q.At, Reason: lostReason(q)}, nil)
	}
	for i, call := range q.Calls {
		key := fold(call.Name.Object)
		u.calls[key] = append(u.calls[key], ref{facts: f, query: q, table: i})
	}
}

func lostReason(q *Query) string {
	for _, m := range q.Reads {
		if m.Column == "" {
			return "it takes every column of a table, and the table is put in by code"
		}
	}
	return "the table is put in by code"
}

// addUnread files a place under the tables that it names, or under any.
func (u *Uses) addUnread(f *Facts, unread *Unread, tables []catalog.Name) {
	if len(tables) == 0 {
		u.unread[anyTable] = append(u.unread[anyTable], unreadRef{f, unread})
	}
	for _, table := range tables {
		if name := u.meant(table); name.Object != "" {
			u.unread[name] = append(u.unread[name], unreadRef{f, unread})
		}
	}
}
