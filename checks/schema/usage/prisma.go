package usage

import (
	"regexp"
	"strings"
)

var (
	prismaBlock  = regexp.MustCompile(`(?m)^[ \t]*(model|view|enum|type)\s+(\w+)\s*\{`)
	prismaField  = regexp.MustCompile(`^[ \t]*(\w+)\s+(\w+)(\([^)\n]*\))?(\[\])?(\?)?`)
	prismaMap    = regexp.MustCompile(`@map\(\s*(?:name:\s*)?"([^"]+)"`)
	prismaScalar = map[string]bool{"String": true, "Boolean": true, "Int": true, "BigInt": true, "Float": true, "Decimal": true, "DateTime": true, "Json": true, "Bytes": true, "Unsupported": true}
)

// prisma reads the models of a schema.prisma. Prisma's client names every column of a
// model in each SELECT and RETURNING.
// Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference
func (r *reader) prisma() {
	blocks := prismaBlock.FindAllStringSubmatchIndex(r.text, 5000)
	models := map[string]bool{}
	for _, b := range blocks {
		if kind := r.text[b[2]:b[3]]; kind == "model" || kind == "view" {
			models[r.text[b[4]:b[5]]] = true
		}
	}
	for i, b := range blocks {
		if !models[r.text[b[4]:b[5]]] || r.text[b[2]:b[3]] == "enum" {
			continue
		}
		end := len(r.text)
		if i+1 < len(blocks) {
			end = blocks[i+1][0]
		}
		r.prismaModel(b, end, models)
	}
}

func (r *reader) prismaModel(b []int, end int, models map[string]bool) {
	name := r.text[b[4]:b[5]]
	m := newModel("prisma", name, name, "")
	m.At = r.span(b[0], b[5])
	for at := b[1]; at < end; {
		stop := min(lineEnd(r.text, at), end)
		line := r.text[at:stop]
		if comment := strings.Index(line, "//"); comment >= 0 {
			line = line[:comment]
		}
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "}":
			r.model(m)
			return
		case strings.HasPrefix(trimmed, "@@ignore"):
			return
		case strings.HasPrefix(trimmed, "@@map"):
			if s := prismaMap.FindStringSubmatch(trimmed); s != nil {
				m.Table.Object = strings.Clone(s[1])
			}
		case strings.HasPrefix(trimmed, "@@schema("):
			m.Table.Schema = strings.Clone(quotedFirst(trimmed[len("@@schema("):]))
		default:
			r.prismaField(&m, line, at, models)
		}
		at = stop + 1
	}
	r.model(m)
}

func (r *reader) prismaField(m *Model, line string, at int, models map[string]bool) {
	s := prismaField.FindStringSubmatchIndex(line)
	if s == nil {
		return
	}
	property, kind := line[s[2]:s[3]], line[s[4]:s[5]]
	list, optional := s[8] >= 0, s[10] >= 0
	if models[kind] || strings.Contains(line, "@relation") || list && !prismaScalar[kind] && strings.ToUpper(kind[:1]) == kind[:1] && !strings.Contains(line, "@") {
		return
	}
	if len(m.Fields) >= maxFields {
		r.overflow()
		return
	}
	said := property
	if c := prismaMap.FindStringSubmatch(line); c != nil {
		said = c[1]
	}
	f := newField(property, said, "")
	f.Required = !optional && !list && !strings.Contains(line, "@default(") && !strings.Contains(line, "@updatedAt")
	f.Ignored = strings.Contains(line, "@ignore")
	f.At = r.span(at+s[2], at+s[3])
	m.Fields = append(m.Fields, f)
}
