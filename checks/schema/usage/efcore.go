package usage

import (
	"regexp"
	"strings"
)

var (
	csSet      = regexp.MustCompile(`\bDbSet<([\w.]+)>\??\s+(\w+)`)
	csClass    = regexp.MustCompile(`\bclass\s+(\w+)(?:<[^>{\n]*>)?(?:\s*:\s*([\w.]+))?[^{;]*\{`)
	csTable    = regexp.MustCompile(`\[Table\(\s*"([^"]+)"([^\]]*)\]`)
	csProperty = regexp.MustCompile(`((?:\[[^\]\n]*\]\s*)*)public\s+(?:virtual\s+|required\s+|override\s+)*([\w.<>?\[\]]+)\s+(\w+)\s*\{\s*get;`)
	csColumn   = regexp.MustCompile(`\[Column\(\s*"([^"]+)"`)
	csFolder   = regexp.MustCompile(`(?i)(^|/)(\w*\.)?(entit(y|ies)|models?|domain|data|persistence|database)(\.\w+)*/`)
	csValue    = regexp.MustCompile(`^(?:string|bool|byte|sbyte|char|decimal|double|float|u?int|u?long|u?short|Guid|DateTime|DateTimeOffset|DateOnly|TimeOnly|TimeSpan|byte\[\]|Instant|LocalDate|LocalDateTime|JsonDocument)\??$`)
)

// efCore reads the sets of a DbContext, and the properties of classes that may be entities.
// EF Core names every mapped column.
// Source: https://learn.microsoft.com/ef/core/modeling/entity-types and entity-properties
func (r *reader) efCore() {
	text := r.bare()
	for _, s := range csSet.FindAllStringSubmatchIndex(text, 2000) {
		class := text[s[2]:s[3]]
		class = class[strings.LastIndexByte(class, '.')+1:]
		m := newModel("efcore", "", "", text[s[4]:s[5]])
		m.Extends, m.At = strings.Clone(class), r.span(s[0], s[1])
		r.model(m)
	}
	if !csFolder.MatchString(r.facts.Path) && !strings.Contains(text, "[Table(") && !strings.Contains(text, "[Column(") {
		return
	}
	for _, c := range csClass.FindAllStringSubmatchIndex(text, 500) {
		if end := r.closing(c[1] - 1); end > 0 {
			r.csEntity(c, end)
		}
	}
}

func (r *reader) csEntity(c []int, end int) {
	text := r.bare()
	table, schema := "", ""
	head := text[max(0, c[0]-300):c[0]]
	if i := strings.LastIndexAny(head, ";}"); i >= 0 {
		head = head[i:]
	}
	if t := csTable.FindStringSubmatch(head); t != nil {
		table, schema = strings.Clone(t[1]), saying(t[2], "Schema")
	}
	class := text[c[2]:c[3]]
	m := newModel("efcore", class, table, plural(class))
	m.Table.Schema, m.Abstract, m.At = schema, table == "", r.span(c[2], c[3])
	if c[4] >= 0 {
		m.Extends = strings.Clone(text[c[4]:c[5]])
	}
	if !r.spend(end - c[1]) {
		return
	}
	for _, p := range csProperty.FindAllStringSubmatchIndex(text[c[1]:end], 1000) {
		at := c[1]
		annotations, kind, property := text[at+p[2]:at+p[3]], text[at+p[4]:at+p[5]], text[at+p[6]:at+p[7]]
		said := ""
		if s := csColumn.FindStringSubmatch(annotations); s != nil {
			said = s[1]
		}
		if said == "" && strings.ContainsAny(kind, "<") && !strings.HasPrefix(kind, "Nullable<") {
			continue // what it leads to
		}
		f := newField(property, said, property)
		f.Required = csValue.MatchString(kind) && !strings.HasSuffix(kind, "?")
		f.Ignored = strings.Contains(annotations, "[NotMapped")
		f.At = r.span(at+p[6], at+p[7])
		m.Fields = append(m.Fields, f)
	}
	if len(m.Fields) > 0 {
		r.model(m)
	}
}
