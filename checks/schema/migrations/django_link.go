package migrations

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// linkDjango fills in what the operations of a project's migrations do to the database. The
// files are those of one line, in the order in which they run; they are not written to.
func linkDjango(d catalog.Dialect, files []*File) []*File {
	s := &djangoState{dialect: d, models: map[string]*djangoModel{}}
	s.builtIn()
	s.label(files)
	skip := squashed(files)
	out := make([]*File, len(files))
	for i, f := range files {
		linked := *f
		linked.Steps = make([]Step, 0, len(f.Steps))
		for _, step := range f.Steps {
			if !skip[f.ID] {
				linked.Steps = append(linked.Steps, s.step(step))
			}
		}
		out[i] = &linked
	}
	return out
}

// squashed are the migrations that do not run: a squashed one while all that it replaces
// are there, else those.
func squashed(files []*File) map[string]bool {
	there := map[string]bool{}
	for _, f := range files {
		there[f.ID] = true
	}
	skip := map[string]bool{}
	for _, f := range files {
		if len(f.Replaces) == 0 {
			continue
		}
		if !slices.ContainsFunc(f.Replaces, func(id string) bool { return !there[id] }) {
			skip[f.ID] = true
			continue
		}
		for _, id := range f.Replaces {
			skip[id] = true
		}
	}
	return skip
}

// djangoState are the models as Django knows them.
type djangoState struct {
	dialect catalog.Dialect
	models  map[string]*djangoModel
	labels  map[string]string // of folders whose app is called otherwise
	changes []catalog.Change
	problem string
}

type djangoModel struct {
	app, name string
	table     string
	said      bool // db_table
	managed   bool
	fields    []Field
	unique    [][]string
	index     [][]string
}

func key(app, model string) string { return strings.ToLower(app) + "." + strings.ToLower(model) }

// builtIn are the models of Django's own that others refer to.
func (s *djangoState) builtIn() {
	for model, table := range map[string]string{"auth.user": "auth_user", "auth.group": "auth_group", "auth.permission": "auth_permission",
		"contenttypes.contenttype": "django_content_type", "sites.site": "django_site", "sessions.session": "django_session"} {
		app, name, _ := strings.Cut(model, ".")
		s.models[model] = &djangoModel{app: app, name: name, table: table, said: true, fields: []Field{{Name: "id", Class: "AutoField", Primary: true}}}
	}
}

// label finds the label of an app whose folder is called otherwise: its migrations follow
// others of their own folder by it.
func (s *djangoState) label(files []*File) {
	s.labels = map[string]string{}
	names := map[string]bool{}
	for _, f := range files {
		app, _, _ := strings.Cut(f.ID, ".")
		names[f.ID], names[app] = true, true
	}
	for _, f := range files {
		app, _, _ := strings.Cut(f.ID, ".")
		for _, after := range f.After {
			label, name, _ := strings.Cut(after, ".")
			if label != app && !names[label] && names[app+"."+name] && s.models[key(label, "user")] == nil {
				s.labels[app] = label
			}
		}
	}
}

func (s *djangoState) step(step Step) Step {
	out := Step{Transaction: step.Transaction}
	for _, st := range step.Statements {
		if st.Model != nil {
			st = s.statement(st)
		}
		out.Statements = append(out.Statements, st)
	}
	return out
}

// statement finds out what an operation does now.
func (s *djangoState) statement(st Statement) Statement {
	op := *st.Model
	if label := s.labels[op.App]; label != "" {
		op.App = label
	}
	s.changes, s.problem = nil, ""
	state := s
	if op.DatabaseOnly {
		state = s.clone(op)
	}
	state.apply(&op, st.At)
	st.Changes = state.changes
	if op.StateOnly {
		st.Changes = nil
	}
	if state.problem != "" && !op.StateOnly {
		st.Unread = state.problem
		st.Changes = []catalog.Change{catalog.Unread{Place: st.At, Reason: st.Unread}}
	}
	return st
}

// clone copies what an operation may write to.
func (s *djangoState) clone(op ModelOperation) *djangoState {
	n := *s
	n.models = map[string]*djangoModel{}
	for k, m := range s.models {
		n.models[k] = m
	}
	if m := s.models[key(op.App, op.Model)]; m != nil {
		copied := *m
		copied.fields = slices.Clone(m.fields)
		n.models[key(op.App, op.Model)] = &copied
	}
	return &n
}

func (s *djangoState) add(changes ...catalog.Change) { s.changes = append(s.changes, changes...) }

// model is the one that an operation names.
func (s *djangoState) model(op *ModelOperation) *djangoModel {
	m := s.models[key(op.App, op.Model)]
	if m == nil {
		s.problem = "the model " + op.App + "." + op.Model + " is made by no migration before this one"
		return &djangoModel{app: op.App, name: op.Model, table: strings.ToLower(op.App + "_" + op.Model)}
	}
	return m
}

func (m *djangoModel) field(name string) *Field {
	for i := range m.fields {
		if strings.EqualFold(m.fields[i].Name, name) {
			return &m.fields[i]
		}
	}
	return nil
}

func (m *djangoModel) relation() catalog.Name { return splitName(strings.ReplaceAll(m.table, `"`, "")) }

// key is the field that rows are known by.
func (m *djangoModel) key() *Field {
	for i := range m.fields {
		if m.fields[i].Primary {
			return &m.fields[i]
		}
	}
	return m.field("id")
}

// columns are those of fields; a name that is no field's stays.
func (m *djangoModel) columns(fields []string) []string {
	var out []string
	for _, name := range fields {
		if f := m.field(name); f != nil {
			name = f.column()
		} else if rest, ok := strings.CutSuffix(name, "_id"); ok && m.field(rest) != nil {
			name = m.field(rest).column()
		}
		out = append(out, name)
	}
	return out
}

// apply does an operation: to the models, and to the database.
func (s *djangoState) apply(op *ModelOperation, at catalog.Place) {
	if op.Kind == "CreateModel" {
		s.createModel(op, at)
		return
	}
	m := s.model(op)
	if s.problem != "" {
		return
	}
	switch op.Kind {
	case "DeleteModel":
		s.deleteModel(m, at)
		delete(s.models, key(op.App, op.Model))
	case "RenameModel":
		s.renameModel(m, op, at)
	case "AlterModelTable":
		s.renameTable(m, op.Table, at)
	case "AddField":
		s.addField(m, op.Fields[0], at)
	case "RemoveField":
		s.removeField(m, op.Name, at)
	case "AlterField":
		s.alterField(m, op.Fields[0], at)
	case "RenameField":
		s.renameField(m, op, at)
	case "AlterUniqueTogether":
		m.unique = s.together(m, m.unique, op.Together, catalog.Unique, at)
	case "AlterIndexTogether":
		m.index = s.together(m, m.index, op.Together, catalog.Index, at)
	default:
		s.constraint(m, op, at)
	}
}

func (s *djangoState) constraint(m *djangoModel, op *ModelOperation, at catalog.Place) {
	if !m.managed {
		return
	}
	table := m.relation()
	switch op.Kind {
	case "AddIndex", "AddConstraint":
		s.add(s.constraintChange(m, op.Constraint, at))
	case "RemoveIndex":
		s.add(catalog.DropIndex{Place: at, Name: catalog.Name{Object: op.Name}, Table: &table})
	case "RemoveConstraint":
		s.add(catalog.DropConstraint{Place: at, Table: table, Name: op.Name})
	case "RenameIndex":
		from := op.Name
		if from == "" && len(op.Together) == 1 {
			from = djangoName(s.dialect, m.table, m.columns(op.Together[0]), "_idx")
		}
		s.add(catalog.RenameIndex{Place: at, Name: catalog.Name{Object: from}, Table: &table, To: op.To, IfExists: op.Name == ""})
	}
}

func (s *djangoState) constraintChange(m *djangoModel, x *catalog.Constraint, at catalog.Place) catalog.Change {
	n := *x
	n.Columns, n.Also = m.columns(x.Columns), m.columns(x.Also)
	if n.ByIndex {
		return catalog.CreateIndex{Place: at, Table: m.relation(), Index: &n}
	}
	return catalog.AddConstraint{Place: at, Table: m.relation(), Constraint: &n}
}
