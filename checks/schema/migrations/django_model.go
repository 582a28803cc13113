package migrations

import (
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// djangoName is the name that Django gives to an index or constraint: the table, the
// columns and a digest, in at most the database's length. Source: _create_index_name of
// its schema editor.
func djangoName(d catalog.Dialect, table string, columns []string, suffix string) string {
	longest := map[catalog.Dialect]int{catalog.Postgres: 63, catalog.MySQL: 64, catalog.SQLite: 200}[d]
	sum := md5.New()
	sum.Write([]byte(table))
	for _, column := range columns {
		sum.Write([]byte(column))
	}
	suffix = hex.EncodeToString(sum.Sum(nil))[:8] + suffix
	joined := strings.Join(columns, "_")
	name := table + "_" + joined + "_" + suffix
	if len(name) > longest {
		suffix = suffix[:min(len(suffix), longest/3)]
		other := (longest-len(suffix))/2 - 1
		name = table[:min(len(table), other)] + "_" + joined[:min(len(joined), other)] + "_" + suffix
	}
	if name[0] == '_' || isDigit(name[0]) {
		name = "D" + name[:len(name)-1]
	}
	return name
}

func (s *djangoState) createModel(op *ModelOperation, at catalog.Place) {
	m := &djangoModel{app: op.App, name: op.Model, table: op.Table, said: op.Table != "", managed: !op.Unmanaged, fields: slices.Clone(op.Fields)}
	if m.table == "" {
		m.table = strings.ToLower(op.App + "_" + op.Model)
	}
	s.models[key(op.App, op.Model)] = m
	for _, x := range op.Indexes {
		if x.Name == "" && x.Kind == catalog.Unique {
			m.unique = append(m.unique, x.Columns)
		} else if x.Name == "" && x.ByIndex && x.Method == "" {
			m.index = append(m.index, x.Columns)
		}
	}
	if !m.managed {
		return
	}
	t := &catalog.Table{Name: m.relation(), At: at}
	var after []catalog.Change
	for i := range m.fields {
		f := &m.fields[i]
		if f.kind() == manyKind {
			after = append(after, s.manyTable(m, f, at)...)
			continue
		}
		column := s.column(m, f)
		if column == nil {
			continue
		}
		t.Columns = append(t.Columns, column)
		if f.Primary {
			t.Constraints = append(t.Constraints, &catalog.Constraint{Kind: catalog.Primary, Columns: []string{column.Name}, Valid: true, At: at})
		} else if f.unique() {
			t.Constraints = append(t.Constraints, &catalog.Constraint{Kind: catalog.Unique, Columns: []string{column.Name}, Valid: true, At: at})
		}
		after = append(after, s.around(m, f, at)...)
	}
	s.add(catalog.CreateTable{Place: at, Table: t})
	s.add(after...)
	for _, x := range op.Indexes {
		named := *x
		if named.Name == "" {
			named.Name = djangoName(s.dialect, m.table, m.columns(x.Columns), map[bool]string{true: "_uniq", false: "_idx"}[x.Kind == catalog.Unique])
		}
		s.add(s.constraintChange(m, &named, at))
	}
}

func (f *Field) unique() bool {
	return f.Unique || strings.Contains(f.Class, "OneToOne")
}

// target is the model that a field refers to; nil: not known.
func (s *djangoState) target(m *djangoModel, f *Field) *djangoModel {
	if f.To == "self" {
		return m
	}
	app, name, _ := strings.Cut(f.To, ".")
	if strings.EqualFold(app, m.app) || s.labels[app] != "" && strings.EqualFold(s.labels[app], m.app) {
		app = m.app
	}
	if label := s.labels[app]; label != "" {
		app = label
	}
	return s.models[key(app, name)]
}

// column is a field's column; nil: it has none.
func (s *djangoState) column(m *djangoModel, f *Field) *catalog.Column {
	switch f.kind() {
	case noColumn, manyKind:
		return nil
	}
	column := &catalog.Column{Name: f.column(), At: f.At, NotNull: !f.Null, Default: f.DatabaseSaid}
	if f.kind() == foreignKind {
		column.Type = s.keyType(m, f, 0)
		return column
	}
	column.Type = f.columnType(s.dialect)
	if f.counts() {
		column.Identity = "default"
	}
	if f.Generated != nil {
		column.Generated = f.Generated
	}
	return column
}

// keyType is the type of what a foreign key refers to.
func (s *djangoState) keyType(m *djangoModel, f *Field, depth int) catalog.Type {
	to := s.target(m, f)
	if to == nil || depth > 8 {
		return catalog.Type{}
	}
	key := to.key()
	if f.ToField != "" {
		key = to.field(f.ToField)
	}
	if key == nil {
		return catalog.Type{}
	}
	if key.kind() == foreignKind {
		return s.keyType(to, key, depth+1)
	}
	return key.columnType(s.dialect)
}

// around are the index and the foreign key that a field brings along.
func (s *djangoState) around(m *djangoModel, f *Field, at catalog.Place) []catalog.Change {
	var out []catalog.Change
	table, column := m.relation(), f.column()
	foreign := f.kind() == foreignKind
	if x := s.positive(m, f, at); x != nil {
		out = append(out, x)
	}
	if x := s.like(m, f, at); x != nil {
		out = append(out, x)
	}
	if (f.Index || foreign && !f.NoIndex) && !f.unique() && !f.Primary || f.Class == "SlugField" && !f.NoIndex && !f.unique() && !f.Primary {
		out = append(out, catalog.CreateIndex{Place: at, Table: table, Index: &catalog.Constraint{Kind: catalog.Index, ByIndex: true, Valid: true, At: at,
			Name: djangoName(s.dialect, m.table, []string{column}, ""), Columns: []string{column}}})
	}
	to := s.target(m, f)
	if !foreign || f.NoConstraint || to == nil || to.key() == nil && f.ToField == "" {
		return out
	}
	key := to.key()
	if f.ToField != "" && to.field(f.ToField) != nil {
		key = to.field(f.ToField)
	}
	if key == nil {
		return out
	}
	target := to.relation()
	return append(out, catalog.AddConstraint{Place: at, Table: table, Constraint: &catalog.Constraint{Kind: catalog.Foreign, Valid: true, At: at, Deferrable: true,
		Name: djangoName(s.dialect, m.table, []string{column}, "_fk_"+to.table+"_"+key.column()), Columns: []string{column}, References: &target, RefColumns: []string{key.column()}}})
}

// positive is the check that a positive field carries.
func (s *djangoState) positive(m *djangoModel, f *Field, at catalog.Place) catalog.Change {
	if !strings.HasPrefix(f.Class, "Positive") || s.dialect == catalog.MySQL {
		return nil
	}
	expr := f.column() + " >= 0"
	return catalog.AddConstraint{Place: at, Table: m.relation(), Constraint: &catalog.Constraint{Kind: catalog.Check, Expr: expr, Columns: []string{f.column()}, Valid: true, At: at,
		Name: m.relation().Object + "_" + f.column() + "_check"}}
}

// like is the second index that PostgreSQL's text gets, for LIKE.
func (s *djangoState) like(m *djangoModel, f *Field, at catalog.Place) catalog.Change {
	if s.dialect != catalog.Postgres || f.kind() != columnKind || !f.Index && !f.unique() && !f.Primary && f.Class != "SlugField" || f.NoIndex && !f.unique() {
		return nil
	}
	if t := f.columnType(s.dialect); t.Array > 0 || t.Base != "varchar" && t.Base != "text" {
		return nil
	}
	columns := []string{f.column()}
	return catalog.CreateIndex{Place: at, Table: m.relation(), Index: &catalog.Constraint{Kind: catalog.Index, ByIndex: true, Valid: true, At: at,
		Name: djangoName(s.dialect, m.table, columns, "_like"), Columns: columns}}
}

// manyName is the table of a many-to-many relation.
func (m *djangoModel) manyName(f *Field) string {
	if f.Table != "" {
		return f.Table
	}
	return strings.Trim(m.table, `"`) + "_" + strings.ToLower(f.Name)
}

// manyTable makes the table of a many-to-many relation that no model of its own holds.
func (s *djangoState) manyTable(m *djangoModel, f *Field, at catalog.Place) []catalog.Change {
	if f.Through != "" || !m.managed {
		return nil
	}
	to := s.target(m, f)
	first, second := manyColumns(m, f)
	name := m.manyName(f)
	t := &catalog.Table{Name: splitName(name), At: at, Columns: []*catalog.Column{{Name: "id", NotNull: true, Identity: "default", At: at}}}
	for i, side := range []*djangoModel{m, to} {
		column := &catalog.Column{Name: []string{first, second}[i], NotNull: true, At: at}
		x := &catalog.Constraint{Kind: catalog.Foreign, Columns: []string{column.Name}, Valid: true, Deferrable: true, At: at}
		if side != nil && side.key() != nil {
			column.Type = s.keyType(side, &Field{To: "self"}, 0)
			target := side.relation()
			x.References, x.RefColumns = &target, []string{side.key().column()}
			x.Name = djangoName(s.dialect, name, x.Columns, "_fk_"+side.table+"_"+side.key().column())
			t.Constraints = append(t.Constraints, x)
		}
		t.Columns = append(t.Columns, column)
	}
	t.Constraints = append([]*catalog.Constraint{{Kind: catalog.Primary, Columns: []string{"id"}, Valid: true, At: at}}, t.Constraints...)
	t.Constraints = append(t.Constraints, &catalog.Constraint{Kind: catalog.Unique, Columns: []string{first, second}, Valid: true, At: at,
		Name: djangoName(s.dialect, name, []string{first, second}, "_uniq")})
	out := []catalog.Change{catalog.CreateTable{Place: at, Table: t}}
	for _, column := range []string{first, second} {
		out = append(out, catalog.CreateIndex{Place: at, Table: t.Name, Index: &catalog.Constraint{Kind: catalog.Index, ByIndex: true, Valid: true, At: at,
			Name: djangoName(s.dialect, name, []string{column}, ""), Columns: []string{column}}})
	}
	return out
}

func manyColumns(m *djangoModel, f *Field) (first, second string) {
	_, to, _ := strings.Cut(f.To, ".")
	own := strings.ToLower(m.name)
	if f.To == "self" || to == own {
		return "from_" + own + "_id", "to_" + own + "_id"
	}
	if f.To == "?" {
		to = "user"
	}
	return own + "_id", to + "_id"
}

func (s *djangoState) deleteModel(m *djangoModel, at catalog.Place) {
	if !m.managed {
		return
	}
	for i := range m.fields {
		if f := &m.fields[i]; f.kind() == manyKind && f.Through == "" {
			s.add(catalog.DropTable{Place: at, Name: splitName(m.manyName(f)), Cascade: true})
		}
	}
	s.add(catalog.DropTable{Place: at, Name: m.relation(), Cascade: true})
}

func (s *djangoState) renameModel(m *djangoModel, op *ModelOperation, at catalog.Place) {
	delete(s.models, key(op.App, op.Model))
	s.models[key(op.App, op.To)] = m
	from, to := key(op.App, op.Model), key(op.App, op.To)
	for _, other := range s.models {
		for i := range other.fields {
			if other.fields[i].To == from {
				other.fields[i].To = to
			}
			if other.fields[i].Through == from {
				other.fields[i].Through = to
			}
		}
	}
	old := strings.ToLower(m.name)
	m.name = op.To
	if !m.said {
		s.renameTable(m, "", at)
	}
	for i := range m.fields {
		if f := &m.fields[i]; m.managed && f.kind() == manyKind && f.Through == "" && f.To != to {
			s.add(catalog.RenameColumn{Place: at, Table: splitName(m.manyName(f)), From: old + "_id", To: strings.ToLower(op.To) + "_id"})
		}
	}
}

// renameTable gives a model's table the name that is said, or the one it has by itself.
func (s *djangoState) renameTable(m *djangoModel, said string, at catalog.Place) {
	old := *m
	m.table, m.said = said, said != ""
	if said == "" {
		m.table = strings.ToLower(m.app + "_" + m.name)
	}
	if !m.managed || old.table == m.table {
		return
	}
	s.add(catalog.RenameTable{Place: at, From: old.relation(), To: m.relation()})
	for i := range m.fields {
		if f := &m.fields[i]; f.kind() == manyKind && f.Through == "" && f.Table == "" {
			s.add(catalog.RenameTable{Place: at, From: splitName(old.manyName(f)), To: splitName(m.manyName(f))})
		}
	}
}
