package usage

import (
	"regexp"
	"strings"
)

var (
	drizzleTable = regexp.MustCompile(`(?:\bconst|\blet|\bvar)\s+(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:\w+\.)?(\w*[tT]able(?:Creator)?)\(\s*["'` + "`" + `]([^"'` + "`" + `\n]+)["'` + "`" + `]\s*,\s*(?:\(\s*\w*\s*\)\s*=>\s*\()?\{`)
	drizzleField = regexp.MustCompile(`^["']?(\w+)["']?\s*:\s*(?:\w+\.)?\w+(?:<[^()]*>)?\(`)
	conflicting  = regexp.MustCompile(`\.insert\(\s*([\w.]+)\s*\)`)
	conflictDo   = regexp.MustCompile(`\.onConflictDo(?:Update|Nothing)\(\s*(?:\{\s*target:\s*(\[[^\]]*\]|[\w.]+))?`)
)

// drizzle reads Drizzle's tables and the targets of its upserts.
// Source: https://orm.drizzle.team/docs/sql-schema-declaration
func (r *reader) drizzle() {
	text := r.bare()
	for _, t := range drizzleTable.FindAllStringSubmatchIndex(text, -1) {
		end := r.closing(t[1] - 1)
		if end < 0 || !strings.Contains(text[t[1]:end], "(") {
			continue
		}
		m := newModel("drizzle", text[t[2]:t[3]], text[t[6]:t[7]], "")
		m.At = r.span(t[2], t[7])
		for _, e := range r.list(t[1], end, ",") {
			r.drizzleField(&m, e)
		}
		r.model(m)
	}
	r.drizzleUpserts(text)
}

func (r *reader) drizzleField(m *Model, e element) {
	text := r.bare()[e.start:e.end]
	if strings.HasPrefix(text, "...") {
		m.Open = true // columns that stand elsewhere
		return
	}
	s := drizzleField.FindStringSubmatchIndex(text)
	if s == nil {
		return
	}
	property := text[s[2]:s[3]]
	f := newField(property, quotedFirst(text[s[1]:]), property)
	f.Required = strings.Contains(text, ".notNull()") && !strings.Contains(strings.ToLower(text), "default") && !strings.Contains(text, "serial(") && !strings.Contains(text, ".generated")
	f.At = r.span(e.start+s[2], e.start+s[3])
	m.Fields = append(m.Fields, f)
}

// drizzleUpserts reads db.insert(users).values(...).onConflictDoUpdate({ target: users.email }).
func (r *reader) drizzleUpserts(text string) {
	if !strings.Contains(text, ".onConflictDo") {
		return
	}
	for _, c := range conflictDo.FindAllStringSubmatchIndex(text, 1000) {
		before := text[max(0, c[0]-3000):c[0]]
		inserts := conflicting.FindAllStringSubmatch(before, -1)
		if len(inserts) == 0 {
			continue
		}
		table := inserts[len(inserts)-1][1]
		conflict := &Conflict{Any: c[2] < 0, At: r.span(c[0]+1, c[1])}
		if c[2] >= 0 {
			for part := range strings.SplitSeq(strings.Trim(text[c[2]:c[3]], "[] \n"), ",") {
				if part = strings.TrimSpace(part); part != "" {
					conflict.Columns = append(conflict.Columns, strings.Clone(part[strings.LastIndexByte(part, '.')+1:]))
				}
			}
		}
		r.upsert(c[0]+1, c[1], table[strings.LastIndexByte(table, '.')+1:], conflict)
	}
}

// upsert is an ORM's call that inserts with a conflict clause, through a class or variable.
func (r *reader) upsert(start, end int, class string, c *Conflict) {
	at := r.span(start, end)
	c.At = at
	r.query(Query{Verb: InsertInto, At: at, Tables: []Table{{Hint: strings.Clone(class), Written: true, At: at}}, Insert: &Insert{Open: true, Conflict: c}, Partial: true})
}
