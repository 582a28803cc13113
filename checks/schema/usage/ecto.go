package usage

import (
	"regexp"
	"strings"
)

var (
	ectoModule = regexp.MustCompile(`\bdefmodule\s+([\w.]+)`)
	ectoSchema = regexp.MustCompile(`(?m)^([ \t]*)schema\s+"([^"\n]+)"\s+do\b`)
	ectoField  = regexp.MustCompile(`(?m)^[ \t]*(field|belongs_to|embeds_one|embeds_many|timestamps)\b[ (]*(?::(\w+))?([^\n]*)`)
	ectoSource = regexp.MustCompile(`\b(?:source|foreign_key):\s*:(\w+)`)
)

// ecto reads Ecto's schemas. Ecto names every field in each query that takes the struct.
// Source: https://hexdocs.pm/ecto/Ecto.Schema.html
func (r *reader) ecto() {
	text := r.bare()
	for _, s := range ectoSchema.FindAllStringSubmatchIndex(text, 200) {
		end := strings.Index(text[s[1]:], "\n"+text[s[2]:s[3]]+"end")
		if end < 0 {
			continue
		}
		class := ""
		if modules := ectoModule.FindAllStringSubmatch(text[:s[0]], -1); len(modules) > 0 {
			class = modules[len(modules)-1][1]
		}
		m := newModel("ecto", class[strings.LastIndexByte(class, '.')+1:], text[s[4]:s[5]], "")
		m.At = r.span(s[2], s[1])
		m.Fields = append(m.Fields, Field{Column: "id", At: m.At})
		for _, f := range ectoField.FindAllStringSubmatchIndex(text[s[1]:s[1]+end], 1000) {
			r.ectoField(&m, s[1], f)
		}
		r.model(m)
	}
}

func (r *reader) ectoField(m *Model, at int, f []int) {
	text := r.bare()
	kind, options := text[at+f[2]:at+f[3]], text[at+f[6]:at+f[7]]
	if kind == "timestamps" {
		for _, column := range []string{"inserted_at", "updated_at"} {
			m.Fields = append(m.Fields, Field{Column: column, At: r.span(at+f[2], at+f[3])})
		}
		return
	}
	if f[4] < 0 {
		return
	}
	property := text[at+f[4] : at+f[5]]
	derived, said := property, ""
	if kind == "belongs_to" {
		derived += "_id"
	}
	if s := ectoSource.FindStringSubmatch(options); s != nil {
		said = strings.Clone(s[1])
	}
	field := newField(property, said, derived)
	field.Ignored = strings.Contains(options, "virtual: true")
	field.At = r.span(at+f[4], at+f[5])
	m.Fields = append(m.Fields, field)
}
