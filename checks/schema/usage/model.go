package usage

import (
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// orm reads the models of one ORM.
type orm struct {
	language language
	marks    []string // one of these stands in each file that has such models
	read     func(*reader)
}

// orms are those that are read, one file each.
var orms = []orm{
	{javaScript, []string{"pgTable", "mysqlTable", "sqliteTable", "drizzle", ".onConflictDo"}, (*reader).drizzle},
	{javaScript, []string{"@Entity", "@Table", "@ChildEntity", "Column("}, (*reader).typeORM},
	{javaScript, []string{".define(", ".init("}, (*reader).sequelize},
	{ruby, []string{"class "}, (*reader).activeRecord},
	{python, []string{"models.Model", "import models", "django"}, (*reader).django},
	{python, []string{"olumn(", "Mapped[", "table=True"}, (*reader).sqlAlchemy},
	{golang, []string{"db:\"", "gorm", "bun:\"", "sqlc"}, (*reader).goStructs},
	{golang, []string{"[]ent.Field"}, (*reader).ent},
	{java, []string{"@Entity", "@MappedSuperclass", "@Table"}, (*reader).jpa},
	{kotlin, []string{"@Entity", "@MappedSuperclass", "@Table"}, (*reader).jpa},
	{kotlin, []string{"Table"}, (*reader).exposed},
	{cSharp, []string{"DbSet<", "{ get; ", "{get;"}, (*reader).efCore},
	{php, []string{"extends"}, (*reader).eloquent},
	{elixir, []string{"schema \""}, (*reader).ecto},
}

// models reads the models of whatever ORMs the file may use.
func (r *reader) models() {
	for _, o := range orms {
		if o.language != r.language {
			continue
		}
		for _, mark := range o.marks {
			if strings.Contains(r.text, mark) {
				o.read(r)
				break
			}
		}
	}
}

// maxLooked is how much all the readers of models may look at in one file.
const maxLooked = 16 << 20

// bare is the text with its comments blanked, byte for byte.
func (r *reader) bare() string {
	if r.code == "" {
		out := []byte(r.text)
		for _, c := range r.comments {
			copy(out[c.start:c.end], blanks(r.text[c.start:c.end]))
		}
		r.code = string(out)
	}
	return r.code
}

// spend reports whether the readers may look at so many bytes more.
func (r *reader) spend(bytes int) bool {
	r.looked += bytes
	if r.looked >= maxLooked {
		r.overflow()
		return false
	}
	return true
}

// closing is the offset of the bracket that closes the one at open, past literals; -1: none.
func (r *reader) closing(open int) int {
	text := r.bare()
	depth := 0
	if !r.spend(0) {
		return -1
	}
	for at := open; at < len(text) && at-open < 200_000; at++ {
		switch text[at] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				r.spend(at - open)
				return at
			}
		case '"', '\'', '`':
			at = pastQuote(text, at)
		}
	}
	r.spend(min(200_000, len(text)-open))
	return -1
}

// pastQuote is the offset of the quote that closes the one at an offset, or of the line's end.
func pastQuote(text string, at int) int {
	quote := text[at]
	for i := at + 1; i < len(text) && i-at < 5000; i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == quote:
			return i
		case text[i] == '\n' && quote != '`':
			return at
		}
	}
	return at
}

// lineEnd is where the line ends that an offset stands in.
func lineEnd(text string, at int) int {
	if at >= len(text) {
		return len(text)
	}
	if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(text)
}

// element is a part of a list: text[start:end].
type element struct{ start, end int }

// list cuts text[start:end] at the commas (or other separators) outside of any bracket.
func (r *reader) list(start, end int, separators string) []element {
	text := r.bare()
	if !r.spend(end - start) {
		return nil
	}
	var out []element
	depth, from := 0, start
	add := func(to int) {
		for from < to && text[from] <= ' ' {
			from++
		}
		if from < to && len(out) < 5000 {
			out = append(out, element{from, to})
		}
		from = to + 1
	}
	for at := start; at < end; at++ {
		switch c := text[at]; {
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
			if depth == 0 && c == '}' && strings.Contains(separators, "}") {
				add(at + 1)
				from = at + 1
			}
		case c == '"' || c == '\'' || c == '`':
			at = pastQuote(text, at)
		case depth == 0 && strings.IndexByte(separators, c) >= 0:
			add(at)
		}
	}
	add(end)
	return out
}

// said is what a text gives for a name, quoted: name: 'users', name="users", :name => "users".
var said = regexp.MustCompile("(\\w+)\\s*(?::|=>|=)\\s*[\"'`]([^\"'`\n]+)[\"'`]")

// saying is the quoted text that options give for one of some names; "": none.
func saying(options string, names ...string) string {
	for _, m := range said.FindAllStringSubmatch(options[:min(len(options), 4000)], 50) {
		for _, name := range names {
			if m[1] == name {
				return strings.Clone(m[2])
			}
		}
	}
	return ""
}

var firstQuoted = regexp.MustCompile("^\\s*[\"'`]([^\"'`\n]+)[\"'`]")

// quotedFirst is the text that stands first in a list of arguments; "": it is none.
func quotedFirst(arguments string) string {
	if m := firstQuoted.FindStringSubmatch(arguments); m != nil {
		return strings.Clone(m[1])
	}
	return ""
}

// newModel is a model whose table is said, or derived where said is "".
func newModel(kind, class, said, derived string) Model {
	m := Model{Kind: kind, Name: strings.Clone(class)}
	if said != "" {
		m.Table, m.TableSaid = nameOf(said), true
	} else {
		m.Table = catalog.Name{Object: derived}
	}
	return m
}

// field is a column that is said, or derived where said is "".
func newField(property, said, derived string) Field {
	f := Field{Column: derived, Property: strings.Clone(property)}
	if said != "" {
		f.Column, f.Said = said, true
	}
	if f.Column == property {
		f.Property = ""
	}
	f.Column = strings.Clone(f.Column)
	return f
}
