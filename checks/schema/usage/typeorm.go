package usage

import (
	"regexp"
	"strings"
)

var (
	decorated = regexp.MustCompile(`@(Entity|Table|ChildEntity)\s*(\()?`)
	tsClass   = regexp.MustCompile(`\bclass\s+(\w+)(?:<[^{]*?>)?(?:\s+extends\s+(?:\w+\()?([\w.]+))?[^{;]*\{`)
	// tsDecorator is a decorator of a property that has a column.
	tsDecorator = regexp.MustCompile(`@(\w*Column|PrimaryKey|Property|ManyToOne|OneToOne|Enum|ForeignKeyColumn|SerializedPrimaryKey)\s*\(`)
	tsProperty  = regexp.MustCompile(`^\s*(?:(?:public|private|protected|readonly|declare|override)\s+)*(\w+)\s*[!?]?\s*[:=;]`)
)

// typeORM reads the entities of TypeORM, MikroORM and like ORMs of decorated classes.
// Source: https://typeorm.io/docs/entity/entities, https://mikro-orm.io/docs/defining-entities
func (r *reader) typeORM() {
	text := r.bare()
	entities := map[int]bool{} // by where their names stand
	for _, d := range decorated.FindAllStringSubmatchIndex(text, 2000) {
		at, options := d[1], ""
		if d[4] >= 0 {
			end := r.closing(d[4])
			if end < 0 {
				continue
			}
			options, at = text[d[5]:end], end
		}
		c := tsClass.FindStringSubmatchIndex(text[at:min(len(text), at+2000)])
		if c == nil {
			continue
		}
		class := text[at+c[2] : at+c[3]]
		table := quotedFirst(options)
		if table == "" {
			table = saying(options, "name", "tableName")
		}
		m := newModel("typeorm", class, table, snake(class))
		if schema := saying(options, "schema"); schema != "" && m.TableSaid {
			m.Table.Schema = schema
		}
		if c[4] >= 0 {
			m.Extends = strings.Clone(text[at+c[4] : at+c[5]])
		}
		m.At = r.span(at+c[2], at+c[3])
		if end := r.closing(at + c[1] - 1); end > 0 {
			entities[at+c[2]] = true
			r.decoratedFields(&m, at+c[1], end)
			r.model(m)
		}
	}
	r.baseClasses(entities)
}

// baseClasses reads the columns of classes that entities extend.
func (r *reader) baseClasses(entities map[int]bool) {
	text := r.bare()
	for _, c := range tsClass.FindAllStringSubmatchIndex(text, 2000) {
		end := r.closing(c[1] - 1)
		if entities[c[2]] || end < 0 || !tsDecorator.MatchString(text[c[1]:end]) {
			continue
		}
		m := newModel("typeorm", text[c[2]:c[3]], "", "")
		m.Abstract, m.At = true, r.span(c[2], c[3])
		if c[4] >= 0 {
			m.Extends = strings.Clone(text[c[4]:c[5]])
		}
		if r.decoratedFields(&m, c[1], end); len(m.Fields) > 0 {
			r.model(m)
		}
	}
}

func (r *reader) decoratedFields(m *Model, start, end int) {
	text := r.bare()
	if !r.spend(end - start) {
		return
	}
	for _, d := range tsDecorator.FindAllStringSubmatchIndex(text[start:end], 2000) {
		kind, open := text[start+d[2]:start+d[3]], start+d[1]-1
		stop := r.closing(open)
		if stop < 0 {
			continue
		}
		options := text[open+1 : stop]
		if kind == "JoinColumn" && strings.Contains(before2(text, start+d[0]), "OneToMany") {
			continue
		}
		r.decoratedField(m, kind, options, start+d[0], stop+1)
	}
}

// before2 is a little of what stands before an offset.
func before2(text string, at int) string { return text[max(0, at-80):at] }

func (r *reader) decoratedField(m *Model, kind, options string, at, behind int) {
	property, where := r.property(behind)
	if property == "" {
		return
	}
	said := saying(options, "name", "fieldName", "columnName")
	if said == "" && kind != "Column" && kind != "ManyToOne" && kind != "OneToOne" {
		said = ""
	}
	derived := property
	switch kind {
	case "ManyToOne", "OneToOne":
		if strings.Contains(options, "mappedBy") || kind == "OneToOne" && !strings.Contains(r.bare()[behind:where], "@JoinColumn") {
			return
		}
		derived = property + "Id"
		if strings.Contains(r.bare()[behind:where], "@JoinColumn") || strings.Contains(before2(r.bare(), at), "@JoinColumn") {
			return // which says it
		}
	case "JoinColumn":
		derived = property + "Id"
	}
	f := newField(property, said, derived)
	f.Required = kind == "Column" && !strings.Contains(options, "nullable: true") && !strings.Contains(options, "default")
	f.At = r.span(where, where+len(property))
	m.Fields = append(m.Fields, f)
}

// property is the name of the property that stands behind decorators, and where.
func (r *reader) property(at int) (string, int) {
	text := r.bare()
	for range 12 {
		for at < len(text) && text[at] <= ' ' {
			at++
		}
		if at >= len(text) || text[at] != '@' {
			break
		}
		for at++; at < len(text) && (inWord(text[at]) || text[at] == '.'); at++ {
		}
		if at < len(text) && text[at] == '(' {
			end := r.closing(at)
			if end < 0 {
				return "", 0
			}
			at = end + 1
		}
	}
	m := tsProperty.FindStringSubmatchIndex(text[at:min(len(text), at+300)])
	if m == nil {
		return "", 0
	}
	return text[at+m[2] : at+m[3]], at + m[2]
}
