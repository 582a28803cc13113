package usage

import (
	"regexp"
	"strings"
)

var (
	sequelizeModel = regexp.MustCompile(`(?:\bsequelize\.define\(\s*["']([^"'\n]+)["']\s*,\s*|\b(\w+)\.init\(\s*)\{`)
	sequelizeKey   = regexp.MustCompile(`^["']?(\w+)["']?\s*:`)
)

// sequelize reads what define and init are given.
// Source: https://sequelize.org/docs/v6/core-concepts/model-basics/
func (r *reader) sequelize() {
	text := r.bare()
	if !strings.Contains(strings.ToLower(text), "sequelize") {
		return
	}
	for _, s := range sequelizeModel.FindAllStringSubmatchIndex(text, 1000) {
		end := r.closing(s[1] - 1)
		if end < 0 {
			continue
		}
		class := ""
		if s[2] >= 0 {
			class = text[s[2]:s[3]]
		} else {
			class = text[s[4]:s[5]]
		}
		options := text[end:min(len(text), end+2000)]
		if call := strings.IndexByte(text[s[0]:s[1]], '('); call >= 0 {
			if stop := r.closing(s[0] + call); stop > end {
				options = text[end:stop]
			}
		}
		if name := saying(options, "modelName"); name != "" {
			class = name
		}
		m := newModel("sequelize", class, saying(options, "tableName"), plural(class))
		m.At = r.span(s[0], s[1]-1)
		for _, e := range r.list(s[1], end, ",") {
			r.sequelizeField(&m, e)
		}
		r.model(m)
	}
}

func (r *reader) sequelizeField(m *Model, e element) {
	text := r.bare()[e.start:e.end]
	s := sequelizeKey.FindStringSubmatchIndex(text)
	if s == nil {
		return
	}
	if strings.Contains(text, "VIRTUAL") {
		return
	}
	property := text[s[2]:s[3]]
	f := newField(property, saying(text, "field"), property)
	f.Required = strings.Contains(text, "allowNull: false") && !strings.Contains(text, "defaultValue") && !strings.Contains(text, "autoIncrement: true")
	f.At = r.span(e.start+s[2], e.start+s[3])
	m.Fields = append(m.Fields, f)
}
