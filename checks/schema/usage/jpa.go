package usage

import (
	"regexp"
	"strings"
)

var (
	javaClass    = regexp.MustCompile(`\b(?:class|interface)\s+(\w+)(?:<[^{]*?>)?(?:\s+extends\s+([\w.]+))?[^{;(]*(\{|\()`)
	kotlinSupers = regexp.MustCompile(`^\s*(?::[^{}]*)?$`)
	jpaMark      = regexp.MustCompile(`@(Entity|MappedSuperclass|Embeddable|Table)\b`)
	jpaTable     = regexp.MustCompile(`@Table\s*\(([^)]*)\)`)
	jpaEntity    = regexp.MustCompile(`@Entity\s*\(\s*(?:name\s*=\s*)?"([^"]+)"`)
	jpaColumn    = regexp.MustCompile(`@(?:field:|get:)?(Column|JoinColumn)\s*(\([^)]*\))?`)
	javaField    = regexp.MustCompile(`^((?:@[\w.:]+\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*)*)((?:(?:private|protected|public|final|volatile|open|override|lateinit|internal)\s+)*)(?:(va[lr])\s+(\w+)\s*(?::|=|$)|([\w.<>\[\],? ]+?)\s+(\w+)\s*(?:=|$))`)
)

// jpa reads the entities of Hibernate and JPA, in Java or Kotlin. Hibernate names every
// column of an entity. Columns that are not said are in camel case, or in snake case under
// Spring's naming strategy.
// Source: https://jakarta.ee/specifications/persistence/3.1/ chapters 2 and 11
func (r *reader) jpa() {
	text := r.bare()
	done := 0
	for _, mark := range jpaMark.FindAllStringIndex(text, 500) {
		if mark[0] < done {
			continue
		}
		c := javaClass.FindStringSubmatchIndex(text[mark[1]:min(len(text), mark[1]+6000)])
		if c == nil {
			continue
		}
		for i := range c {
			if c[i] >= 0 {
				c[i] += mark[1]
			}
		}
		done = c[1]
		r.jpaEntity(text[mark[0]:c[0]], c)
	}
}

func (r *reader) jpaEntity(annotations string, c []int) {
	text := r.bare()
	class := text[c[2]:c[3]]
	table, schema := "", ""
	if t := jpaTable.FindStringSubmatch(annotations); t != nil {
		table, schema = saying(t[1], "name"), saying(t[1], "schema")
		if table == "" {
			table = quotedFirst(t[1])
		}
	}
	derived := snake(class)
	if e := jpaEntity.FindStringSubmatch(annotations); e != nil {
		derived = snake(e[1])
	}
	m := newModel("jpa", class, table, derived)
	m.Table.Schema, m.At = schema, r.span(c[2], c[3])
	m.Abstract = strings.Contains(annotations, "@MappedSuperclass") || strings.Contains(annotations, "@Embeddable")
	if c[4] >= 0 {
		m.Extends = strings.Clone(text[c[4]:c[5]])
	}
	open := c[6]
	for range 2 { // a Kotlin class has properties in its brackets and in its braces
		end := r.closing(open)
		if end < 0 {
			break
		}
		separators := ";}"
		if text[open] == '(' {
			separators = ","
		} else if r.language == kotlin {
			separators = "\n"
		}
		for _, e := range r.list(open+1, end, separators) {
			r.jpaField(&m, e)
		}
		if text[open] == '{' {
			break
		}
		next := strings.IndexAny(text[end:], "{@")
		if next < 0 || text[end+next] != '{' || !kotlinSupers.MatchString(text[end+1:end+next]) {
			break
		}
		open = end + next
	}
	r.model(m)
}

func (r *reader) jpaField(m *Model, e element) {
	text := r.bare()[e.start:min(e.end, e.start+3000)]
	s := javaField.FindStringSubmatchIndex(text)
	if s == nil {
		return
	}
	annotations, start, stop := text[s[2]:s[3]], s[8], s[9]
	if start < 0 {
		start, stop = s[12], s[13]
		switch kind := text[s[10]:s[11]]; {
		case strings.Contains(kind, "static"), strings.HasPrefix(kind, "return"), strings.HasPrefix(kind, "package"), strings.HasPrefix(kind, "import"):
			return
		}
	}
	if strings.Contains(annotations, "@OneToMany") || strings.Contains(annotations, "@ManyToMany") || strings.Contains(annotations, "mappedBy") || strings.Contains(annotations, "@ElementCollection") || strings.Contains(text[:start], " transient ") || strings.Contains(annotations, "@Formula") || strings.Contains(annotations, "@Embedded") {
		return
	}
	property := text[start:stop]
	said, options := "", ""
	if c := jpaColumn.FindStringSubmatch(annotations); c != nil {
		options = strings.Trim(c[2], "()")
		said = saying(options, "name")
	}
	derived := property
	if strings.Contains(annotations, "@ManyToOne") || strings.Contains(annotations, "@OneToOne") {
		derived += "_id"
	}
	f := newField(property, strings.Trim(said, "`"), derived)
	f.Required = strings.Contains(options, "nullable = false") || strings.Contains(options, "nullable=false")
	f.Ignored = strings.Contains(annotations, "@Transient")
	f.At = r.span(e.start+start, e.start+stop)
	m.Fields = append(m.Fields, f)
}
