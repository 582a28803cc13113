package usage

import (
	"regexp"
	"strings"
)

var (
	phpClass = regexp.MustCompile(`(?m)^\s*(?:abstract\s+|final\s+)?class\s+(\w+)\s+extends\s+([\w\\]+)`)
	phpTable = regexp.MustCompile(`(?:protected|public)\s+(?:\?string\s+|string\s+)?\$table\s*=\s*["']([^"'\n]+)["']`)
)

// eloquent reads Laravel's models. Such a class names no columns: it takes a row as it
// comes, and inserts only what was set.
// Source: https://laravel.com/docs/12.x/eloquent
func (r *reader) eloquent() {
	text := r.bare()
	classes := phpClass.FindAllStringSubmatchIndex(text, 200)
	for i, c := range classes {
		base := text[c[4]:c[5]]
		base = base[strings.LastIndexByte(base, '\\')+1:]
		body := text[c[1]:]
		if i+1 < len(classes) {
			body = text[c[1]:classes[i+1][0]]
		}
		t := phpTable.FindStringSubmatch(body)
		models := strings.Contains(r.facts.Path, "Models/") || strings.Contains(r.facts.Path, "app/Model") || strings.Contains(text, `Eloquent\`)
		if base != "Model" && base != "Authenticatable" && base != "Pivot" && base != "BaseModel" && (t == nil || !models) || !models && t == nil {
			continue
		}
		table := ""
		if t != nil {
			table = strings.Clone(t[1])
		}
		class := text[c[2]:c[3]]
		m := newModel("eloquent", class, table, plural(snake(class)))
		m.Open, m.Star, m.At = true, true, r.span(c[2], c[3])
		if base != "Model" && base != "Authenticatable" && base != "Pivot" {
			m.Extends = strings.Clone(base)
		}
		r.model(m)
	}
}
