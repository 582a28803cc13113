package usage

import (
	"regexp"
	"strings"
)

var (
	alchemyColumn = regexp.MustCompile(`^(?:\w+\.)*(?:mapped_column|Column|deferred|column_property|Field)\s*\(`)
	alchemyTable  = regexp.MustCompile(`(?m)^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?Table\(\s*["']([^"'\n]+)["']`)
	alchemyField  = regexp.MustCompile(`^(?:\w+\.)?Column\(\s*["']([^"'\n]+)["']`)
	alchemyUpsert = regexp.MustCompile(`\.on_conflict_do_(?:update|nothing)\(`)
	alchemyInsert = regexp.MustCompile(`\binsert\(\s*([\w.]+?)(?:\.__table__)?\s*\)`)
	alchemyTarget = regexp.MustCompile(`index_elements\s*=\s*[\[(]([^\])]*)[\])]`)
)

// sqlAlchemy reads declarative classes, Table(...) and the targets of upserts. A mapped
// class names all of its columns in each SELECT.
// Source: https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html
func (r *reader) sqlAlchemy() {
	text := r.bare()
	if !strings.Contains(text, "sqlalchemy") && !strings.Contains(text, "sqlmodel") && !strings.Contains(text, "db.Column") && !strings.Contains(text, "__tablename__") {
		return
	}
	for _, c := range r.pyClasses() {
		r.alchemyModel(c)
	}
	for _, t := range alchemyTable.FindAllStringSubmatchIndex(text, 1000) {
		end := r.closing(t[0] + strings.Index(text[t[0]:t[1]], "("))
		if end < 0 {
			continue
		}
		m := newModel("sqlalchemy", text[t[2]:t[3]], text[t[4]:t[5]], "")
		m.Table.Schema, m.At = saying(text[t[1]:end], "schema"), r.span(t[2], t[5])
		for _, e := range r.list(t[1], end, ",") {
			if s := alchemyField.FindStringSubmatchIndex(text[e.start:e.end]); s != nil {
				m.Fields = append(m.Fields, r.alchemyColumn(text[e.start+s[2]:e.start+s[3]], "", text[e.start:e.end], e.start+s[2]))
			}
		}
		r.model(m)
	}
	r.alchemyUpserts(text)
}

func (r *reader) alchemyModel(c pyClass) {
	m := newModel("sqlalchemy", c.name, "", snake(c.name))
	m.At, m.Abstract = r.span(c.start, c.start+len(c.name)), true
	m.Extends = strings.Join(c.parents(), " ")
	for _, line := range c.body {
		switch {
		case line.assigned == "__tablename__":
			if said := quotedFirst(line.value); said != "" {
				schema := m.Table.Schema
				m.Table, m.TableSaid = nameOf(said), true
				if schema != "" {
					m.Table.Schema = schema
				}
			}
			m.Abstract = false
		case line.assigned == "__table_args__":
			for _, s := range said2.FindAllStringSubmatch(line.value, 5) {
				m.Table.Schema = strings.Clone(s[1])
			}
		case line.assigned == "__abstract__":
			m.Extends += " "
		case strings.HasPrefix(line.assigned, "__") || line.assigned == "":
		case alchemyColumn.MatchString(line.value), strings.HasPrefix(line.annotation, "Mapped[") && line.value == "",
			strings.Contains(c.bases, "table=True") && line.annotation != "" && line.assigned[0] != '_' && !strings.HasPrefix(line.value, "Relationship"):
			argument := line.value[strings.IndexByte(line.value, '(')+1:]
			m.Fields = append(m.Fields, r.alchemyColumn(line.assigned, quotedFirst(argument), line.value, line.start))
		}
	}
	if strings.Contains(c.bases, "db.Model") || strings.Contains(c.bases, "table=True") {
		m.Abstract = false
	}
	if len(m.Fields) > 0 || m.TableSaid {
		r.model(m)
	}
}

var said2 = regexp.MustCompile(`["']schema["']\s*:\s*["'](\w+)["']`)

func (r *reader) alchemyColumn(property, said, options string, at int) Field {
	f := newField(property, said, property)
	f.Said = true
	f.Required = (strings.Contains(options, "nullable=False") || strings.Contains(options, "primary_key=True")) && !strings.Contains(options, "default")
	f.At = r.span(at, at+len(property))
	return f
}

// alchemyUpserts reads insert(User).values(...).on_conflict_do_update(index_elements=[...]).
func (r *reader) alchemyUpserts(text string) {
	for _, u := range alchemyUpsert.FindAllStringIndex(text, 500) {
		inserts := alchemyInsert.FindAllStringSubmatch(text[max(0, u[0]-3000):u[0]], -1)
		end := r.closing(u[1] - 1)
		if len(inserts) == 0 || end < 0 {
			continue
		}
		options := text[u[1]:end]
		conflict := &Conflict{Constraint: saying(options, "constraint")}
		if t := alchemyTarget.FindStringSubmatch(options); t != nil {
			for part := range strings.SplitSeq(t[1], ",") {
				part = strings.Trim(part, " \n\t\"'")
				if part != "" {
					conflict.Columns = append(conflict.Columns, strings.Clone(part[strings.LastIndexByte(part, '.')+1:]))
				}
			}
		}
		conflict.Any = conflict.Constraint == "" && len(conflict.Columns) == 0
		class := inserts[len(inserts)-1][1]
		r.upsert(u[0]+1, u[1]-1, class[strings.LastIndexByte(class, '.')+1:], conflict)
	}
}
