package usage

import (
	"regexp"
	"strings"
)

var (
	rubyClass     = regexp.MustCompile(`(?m)^([ \t]*)class\s+([A-Z][\w:]*)\s*<\s*([A-Z][\w:]*)`)
	rubyTable     = regexp.MustCompile(`\bself\.table_name\s*=\s*["':]([\w.]+)`)
	rubyIgnored   = regexp.MustCompile(`\b(?:ignored_columns\s*(?:\+?=|<<|\|=)|ignore_columns?\b\(?)\s*(%[iw])?`)
	rubyNames     = regexp.MustCompile(`[a-z_]\w*`)
	rubyMacros    = regexp.MustCompile(`(?m)^\s*(?:belongs_to|has_many|has_one|has_and_belongs_to_many|validates?|scope|enum|before_save|after_commit|self\.table_name|self\.ignored_columns|self\.abstract_class)\b`)
	rubyUpsert    = regexp.MustCompile(`\b([A-Z][\w:]*)\.(?:upsert_all|insert_all!?|upsert|insert)\(`)
	rubyUnique    = regexp.MustCompile(`unique_by:\s*(\[[^\]]*\]|%[iw][\[(][^\])]*[\])]|:\w+|["']\w+["'])`)
	rubyAbstract  = regexp.MustCompile(`\bself\.abstract_class\s*=\s*true`)
	rubyBaseNames = map[string]bool{"ApplicationRecord": true, "ActiveRecord::Base": true}
)

// activeRecord reads the models of Rails. Such a class names no columns: it takes those of
// the database when it starts, and names each in what it inserts.
// Source: https://api.rubyonrails.org/classes/ActiveRecord/ModelSchema.html
func (r *reader) activeRecord() {
	text := r.bare()
	classes := rubyClass.FindAllStringSubmatchIndex(text, 2000)
	for i, c := range classes {
		end := len(text)
		if i+1 < len(classes) {
			end = classes[i+1][0]
		}
		body := text[c[1]:end]
		base := text[c[6]:c[7]]
		if !rubyBaseNames[base] && !strings.HasSuffix(base, "Record") && !(strings.Contains(r.facts.Path, "app/models") && rubyMacros.MatchString(body)) {
			continue
		}
		r.rubyModel(c, body, base)
	}
	r.rubyUpserts(text)
}

func (r *reader) rubyModel(c []int, body, base string) {
	class := r.bare()[c[4]:c[5]]
	table := ""
	if t := rubyTable.FindStringSubmatch(body); t != nil {
		table = t[1]
	}
	m := newModel("activerecord", class, strings.Clone(table), plural(snake(strings.ReplaceAll(class, "::", ""))))
	m.Open, m.Abstract = true, rubyAbstract.MatchString(body)
	if !rubyBaseNames[base] {
		m.Extends = strings.Clone(base)
	}
	m.At = r.span(c[4]-len("class "), c[7])
	for _, list := range rubyIgnored.FindAllStringIndex(body, 50) {
		r.rubyIgnored(&m, c[1]+list[1])
	}
	r.model(m)
}

// rubyIgnored reads the names of the list that begins at an offset.
func (r *reader) rubyIgnored(m *Model, at int) {
	names := r.bare()[at:]
	end := lineEnd(names, 0)
	if names != "" && strings.IndexByte("[({", names[0]) >= 0 {
		end = strings.IndexAny(names[:min(len(names), 4000)], "])}")
	}
	for _, n := range rubyNames.FindAllStringIndex(names[:max(0, end)], 200) {
		m.Fields = append(m.Fields, Field{Column: strings.Clone(names[n[0]:n[1]]), Said: true, Ignored: true, At: r.span(at+n[0], at+n[1])})
	}
}

// rubyUpserts reads User.upsert_all(rows, unique_by: %i[email]).
func (r *reader) rubyUpserts(text string) {
	if !strings.Contains(text, "insert_all") && !strings.Contains(text, "upsert") {
		return
	}
	for _, u := range rubyUpsert.FindAllStringSubmatchIndex(text, 500) {
		end := r.closing(u[1] - 1)
		if end < 0 || !strings.Contains(text[u[0]:u[1]], "_all") && !strings.Contains(text[u[1]:end], "unique_by") {
			continue
		}
		c := &Conflict{Any: true}
		if by := rubyUnique.FindStringSubmatch(text[u[1]:end]); by != nil {
			c.Any = false
			for _, name := range rubyNames.FindAllString(strings.TrimLeft(by[1], "%iw"), 20) {
				c.Columns = append(c.Columns, strings.Clone(name))
			}
		}
		r.upsert(u[0], u[1]-1, text[u[2]:u[3]], c)
	}
}
