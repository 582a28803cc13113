package usage

import (
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

var (
	djangoTo      = regexp.MustCompile(`\bto\s*=\s*["']?([\w.]+)`)
	djangoFirst   = regexp.MustCompile(`^[^(]*\(\s*["']?([\w.]+)["']?\s*[,)]`)
	djangoThrough = regexp.MustCompile(`\bthrough\s*=`)
)

// djangoJoin is the table of a ManyToManyField, which no class stands for: each of its rows
// has an id and the keys of both sides. false: the field has none of its own.
// Source: https://docs.djangoproject.com/en/5.2/ref/models/fields/#manytomanyfield
func (r *reader) djangoJoin(of *Model, line pyLine) (Model, bool) {
	if of.Abstract || djangoThrough.MatchString(line.value) {
		return Model{}, false
	}
	m := newModel("django", of.Name+"."+line.assigned, saying(line.value, "db_table"), of.Table.Object+"_"+line.assigned)
	if !m.TableSaid {
		m.Table = catalog.Name{Schema: of.Table.Schema, Object: m.Table.Object}
	}
	m.At = r.span(line.start, line.start+len(line.assigned))
	from := strings.ToLower(of.Name)
	columns := []string{"id", from + "_id"}
	switch to := djangoTarget(line.value); to {
	case "":
	case "self", from:
		columns = []string{"id", "from_" + from + "_id", "to_" + from + "_id"}
	default:
		columns = append(columns, to+"_id")
	}
	for _, column := range columns {
		m.Fields = append(m.Fields, Field{Column: column, Required: true, At: m.At})
	}
	return m, true
}

// djangoTarget is the model that a field refers to, as its columns call it; "" where only a
// setting says which that is.
func djangoTarget(value string) string {
	m := djangoTo.FindStringSubmatch(value)
	if m == nil {
		m = djangoFirst.FindStringSubmatch(value)
	}
	if m == nil || strings.HasPrefix(m[1], "settings.") {
		return ""
	}
	return strings.ToLower(m[1][strings.LastIndexByte(m[1], '.')+1:])
}
