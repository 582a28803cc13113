package migrations

import (
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// addField adds a column. Django gives existing rows the default and takes it away again:
// what runs meanwhile and does not know the column cannot insert then.
func (s *djangoState) addField(m *djangoModel, f Field, at catalog.Place) {
	m.fields = append(m.fields, f)
	if !m.managed {
		return
	}
	if f.kind() == manyKind {
		s.add(s.manyTable(m, &f, at)...)
		return
	}
	column := s.column(m, &f)
	if column == nil {
		return
	}
	if column.At = at; f.DatabaseSaid == nil && f.Default != nil && f.Generated == nil {
		column.Default = f.Default
	}
	s.add(catalog.AddColumn{Place: at, Table: m.relation(), Column: column})
	if column.Default != nil && f.DatabaseSaid == nil {
		s.add(catalog.AlterColumn{Place: at, Table: m.relation(), Column: column.Name, DropDefault: true})
	}
	if f.unique() {
		s.add(catalog.AddConstraint{Place: at, Table: m.relation(), Constraint: &catalog.Constraint{Kind: catalog.Unique, Columns: []string{column.Name}, Valid: true, At: at}})
	}
	if f.Primary {
		s.add(catalog.AddConstraint{Place: at, Table: m.relation(), Constraint: &catalog.Constraint{Kind: catalog.Primary, Columns: []string{column.Name}, Valid: true, At: at}})
	}
	s.add(s.around(m, &f, at)...)
}

func (s *djangoState) removeField(m *djangoModel, name string, at catalog.Place) {
	f := m.field(name)
	if f == nil {
		s.problem = "the field " + m.name + "." + name + " is made by no migration before this one"
		return
	}
	gone := *f
	m.fields = slices.DeleteFunc(m.fields, func(x Field) bool { return x.Name == gone.Name })
	switch {
	case !m.managed || gone.kind() == noColumn:
	case gone.kind() == manyKind:
		if gone.Through == "" {
			s.add(catalog.DropTable{Place: at, Name: splitName(m.manyName(&gone)), Cascade: true})
		}
	default:
		s.add(catalog.DropColumn{Place: at, Table: m.relation(), Column: gone.column(), Cascade: true})
	}
}

func (s *djangoState) renameField(m *djangoModel, op *ModelOperation, at catalog.Place) {
	f := m.field(op.Name)
	if f == nil {
		s.problem = "the field " + m.name + "." + op.Name + " is made by no migration before this one"
		return
	}
	before, many := f.column(), m.manyName(f)
	f.Name = op.To
	for _, sets := range [][][]string{m.unique, m.index} {
		for _, set := range sets {
			for i := range set {
				if set[i] == op.Name {
					set[i] = op.To
				}
			}
		}
	}
	switch {
	case !m.managed || f.kind() == noColumn:
	case f.kind() == manyKind:
		if f.Through == "" && f.Table == "" {
			s.add(catalog.RenameTable{Place: at, From: splitName(many), To: splitName(m.manyName(f))})
		}
	case before != f.column():
		s.add(catalog.RenameColumn{Place: at, Table: m.relation(), From: before, To: f.column()})
	}
}

// alterField turns one field into another.
func (s *djangoState) alterField(m *djangoModel, is Field, at catalog.Place) {
	f := m.field(is.Name)
	if f == nil {
		s.problem = "the field " + m.name + "." + is.Name + " is made by no migration before this one"
		return
	}
	was := *f
	old := s.column(m, &was)
	*f = is
	now := s.column(m, &is)
	switch {
	case !m.managed:
	case old == nil && now == nil:
		s.alterMany(m, &was, &is, at)
	case old == nil || now == nil:
		s.problem = "the field " + m.name + "." + is.Name + " becomes another kind of relation, which Django does not do"
	default:
		s.alterColumn(m, &was, &is, old, now, at)
	}
}

func (s *djangoState) alterMany(m *djangoModel, was, is *Field, at catalog.Place) {
	if was.kind() == manyKind && is.kind() == manyKind && was.Through == "" && is.Through == "" && m.manyName(was) != m.manyName(is) {
		s.add(catalog.RenameTable{Place: at, From: splitName(m.manyName(was)), To: splitName(m.manyName(is))})
	}
	if was.kind() == manyKind && is.kind() == manyKind && was.Through == "" && is.Through == "" && was.To != is.To {
		s.retarget(m, was, is, at)
	}
}

// retarget has a many-to-many relation refer to another model.
func (s *djangoState) retarget(m *djangoModel, was, is *Field, at catalog.Place) {
	table := splitName(m.manyName(is))
	_, from := manyColumns(m, was)
	_, column := manyColumns(m, is)
	s.add(catalog.DropConstraint{Place: at, Table: table, Kind: catalog.Foreign, Columns: []string{from}, IfExists: true})
	if from != column {
		s.add(catalog.RenameColumn{Place: at, Table: table, From: from, To: column})
	}
	to := s.target(m, is)
	if to == nil || to.key() == nil {
		return
	}
	target := to.relation()
	s.add(catalog.AddConstraint{Place: at, Table: table, Constraint: &catalog.Constraint{Kind: catalog.Foreign, Columns: []string{column}, References: &target, RefColumns: []string{to.key().column()},
		Name: djangoName(s.dialect, m.manyName(is), []string{column}, "_fk_"+to.table+"_"+to.key().column()), Valid: true, Deferrable: true, At: at}})
}

func (s *djangoState) alterColumn(m *djangoModel, was, is *Field, old, now *catalog.Column, at catalog.Place) {
	table := m.relation()
	if old.Name != now.Name {
		s.add(catalog.RenameColumn{Place: at, Table: table, From: old.Name, To: now.Name})
	}
	change := catalog.AlterColumn{Place: at, Table: table, Column: now.Name}
	changed := false
	if !old.Type.Equal(now.Type) && now.Type.Base != "" {
		change.Type, changed = &now.Type, true
	}
	if old.NotNull != now.NotNull {
		change.NotNull, changed = &now.NotNull, true
	}
	if old.Identity != now.Identity {
		change.Identity, changed = &now.Identity, true
	}
	if is.DatabaseSaid != nil && (was.DatabaseSaid == nil || *was.DatabaseSaid != *is.DatabaseSaid) {
		change.Default, changed = is.DatabaseSaid, true
	}
	if is.DatabaseSaid == nil && was.DatabaseSaid != nil {
		change.DropDefault, changed = true, true
	}
	if changed {
		s.add(change)
	}
	s.alterAround(m, was, is, at)
	if change.Type != nil && is.Primary {
		s.follow(m, is, at)
	}
}

// alterAround adds and drops what a field brings along: unique, index, foreign key.
func (s *djangoState) alterAround(m *djangoModel, was, is *Field, at catalog.Place) {
	table, column := m.relation(), is.column()
	unique := func(f *Field) bool { return f.unique() && !f.Primary }
	if unique(was) && !unique(is) {
		s.add(catalog.DropConstraint{Place: at, Table: table, Kind: catalog.Unique, Columns: []string{column}, IfExists: is.Primary})
	}
	before, after := s.around(m, &Field{Name: is.Name, Class: was.Class, Column: column, Index: was.Index, Unique: was.Unique, Primary: was.Primary, NoIndex: was.NoIndex, NoConstraint: was.NoConstraint, To: was.To, ToField: was.ToField}, at), s.around(m, is, at)
	same := func(list []catalog.Change, x catalog.Change) bool {
		return slices.ContainsFunc(list, func(o catalog.Change) bool { return aroundName(o) == aroundName(x) })
	}
	for _, x := range before {
		if same(after, x) {
			continue
		}
		switch x := x.(type) {
		case catalog.CreateIndex:
			s.add(catalog.DropIndex{Place: at, Name: catalog.Name{Object: x.Index.Name}, Table: &table, Columns: x.Index.Columns, IfExists: true})
		case catalog.AddConstraint:
			s.add(catalog.DropConstraint{Place: at, Table: table, Kind: x.Constraint.Kind, Name: x.Constraint.Name, Columns: x.Constraint.Columns, IfExists: true})
		}
	}
	if !unique(was) && unique(is) {
		s.add(catalog.AddConstraint{Place: at, Table: table, Constraint: &catalog.Constraint{Kind: catalog.Unique, Columns: []string{column}, Valid: true, At: at,
			Name: djangoName(s.dialect, m.table, []string{column}, "_uniq")}})
	}
	if !was.Primary && is.Primary {
		s.add(catalog.AddConstraint{Place: at, Table: table, Constraint: &catalog.Constraint{Kind: catalog.Primary, Columns: []string{column}, Valid: true, At: at}})
	}
	if was.Primary && !is.Primary {
		s.add(catalog.DropConstraint{Place: at, Table: table, Kind: catalog.Primary, IfExists: true})
	}
	for _, x := range after {
		if !same(before, x) {
			s.add(x)
		}
	}
}

func aroundName(x catalog.Change) string {
	switch x := x.(type) {
	case catalog.CreateIndex:
		return x.Index.Name
	case catalog.AddConstraint:
		return x.Constraint.Name
	}
	return ""
}

// follow gives the columns that refer to a key its new type.
func (s *djangoState) follow(m *djangoModel, key *Field, at catalog.Place) {
	t := key.columnType(s.dialect)
	var keys []string
	for name := range s.models {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	for _, name := range keys {
		other := s.models[name]
		for i := range other.fields {
			f := &other.fields[i]
			if s.target(other, f) != m || !other.managed {
				continue
			}
			switch {
			case f.kind() == foreignKind && f.ToField == "":
				s.add(catalog.AlterColumn{Place: at, Table: other.relation(), Column: f.column(), Type: &t})
			case f.kind() == manyKind && f.Through == "":
				_, column := manyColumns(other, f)
				s.add(catalog.AlterColumn{Place: at, Table: splitName(other.manyName(f)), Column: column, Type: &t})
			}
		}
	}
}

// together turns one list of unique or indexed sets into another.
func (s *djangoState) together(m *djangoModel, was, is [][]string, kind catalog.ConstraintKind, at catalog.Place) [][]string {
	has := func(list [][]string, set []string) bool {
		return slices.ContainsFunc(list, func(o []string) bool { return slices.Equal(o, set) })
	}
	suffix := map[catalog.ConstraintKind]string{catalog.Unique: "_uniq", catalog.Index: "_idx"}[kind]
	table := m.relation()
	for _, set := range was {
		if columns := m.columns(set); !has(is, set) && m.managed {
			s.add(catalog.DropConstraint{Place: at, Table: table, Kind: kind, Name: djangoName(s.dialect, m.table, columns, suffix), Columns: columns})
		}
	}
	for _, set := range is {
		if !has(was, set) && m.managed {
			s.add(s.constraintChange(m, &catalog.Constraint{Kind: kind, ByIndex: kind == catalog.Index, Columns: set, Valid: true, At: at,
				Name: djangoName(s.dialect, m.table, m.columns(set), suffix)}, at))
		}
	}
	return is
}
