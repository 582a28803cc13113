package usage

import (
	"regexp"
	"strings"
)

var (
	exposedTable = regexp.MustCompile(`\bobject\s+(\w+)\s*:\s*(\w*Table)\s*(?:\(\s*(?:name\s*=\s*)?(?:"([^"\n]+)")?[^)]*\))?[^{\n]*\{`)
	exposedField = regexp.MustCompile(`\bval\s+(\w+)(?:\s*:[^=\n]+)?\s*=\s*(\w+)(?:<[^>\n]*>)?\(\s*(?:name\s*=\s*)?"([^"\n]+)"([^\n]*)`)
)

// exposed reads Kotlin Exposed's tables. Source: https://www.jetbrains.com/help/exposed/
func (r *reader) exposed() {
	text := r.bare()
	for _, t := range exposedTable.FindAllStringSubmatchIndex(text, 500) {
		end := r.closing(t[1] - 1)
		if end < 0 || !strings.Contains(r.text, "exposed") {
			continue
		}
		class, table := text[t[2]:t[3]], ""
		if t[6] >= 0 {
			table = strings.Clone(text[t[6]:t[7]])
		}
		m := newModel("exposed", class, table, class)
		m.At = r.span(t[2], t[3])
		if strings.Contains(text[t[4]:t[5]], "Id") {
			m.Fields = append(m.Fields, Field{Column: "id", Said: true, At: m.At})
		}
		for _, f := range exposedField.FindAllStringSubmatchIndex(text[t[1]:end], 500) {
			at := t[1]
			field := newField(text[at+f[2]:at+f[3]], text[at+f[6]:at+f[7]], "")
			rest := text[at+f[8] : at+f[9]]
			field.Required = !strings.Contains(rest, "nullable()") && !strings.Contains(rest, "efault") && !strings.Contains(rest, "autoIncrement")
			field.At = r.span(at+f[2], at+f[3])
			m.Fields = append(m.Fields, field)
		}
		r.model(m)
	}
}
