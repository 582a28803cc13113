package usage

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	djangoField  = regexp.MustCompile(`^(?:\w+\.)*(\w*(?:Field|ForeignKey|Key))\s*\(`)
	djangoOption = regexp.MustCompile(`(?m)^\s*(db_table|abstract|proxy|managed|app_label)\s*=\s*(?:["']([^"'\n]+)["']|(\w+))`)
	djangoUpsert = regexp.MustCompile(`\b([A-Z]\w*)\.\w*objects\w*\.(?:\w+\([^()]*\)\.)*bulk_create\(`)
	djangoUnique = regexp.MustCompile(`unique_fields\s*=\s*[\[(]([^\])]*)[\])]`)
	pyQuoted     = regexp.MustCompile(`["'](\w+)["']`)
)

// notDjango are fields of other libraries, and those that have no column.
var notDjango = []string{"GenericForeignKey", "SerializerMethodField", "PrimaryKeyRelatedField", "HyperlinkedIdentityField", "TaggableManager", "GenericRelation"}

// django reads Django's models. A model names all of its columns in each SELECT and INSERT.
// Source: https://docs.djangoproject.com/en/5.2/ref/models/options/ and fields/
func (r *reader) django() {
	text := r.bare()
	if !strings.Contains(text, "models.") && !strings.Contains(text, "django") || strings.Contains(text, "rest_framework") && !strings.Contains(text, "models.Model") {
		return
	}
	for _, c := range r.pyClasses() {
		r.djangoModel(c)
	}
	if !strings.Contains(text, "unique_fields") {
		return
	}
	for _, u := range djangoUpsert.FindAllStringSubmatchIndex(text, 500) {
		end := r.closing(u[1] - 1)
		if end < 0 {
			continue
		}
		if by := djangoUnique.FindStringSubmatch(text[u[1]:end]); by != nil {
			conflict := &Conflict{}
			for _, name := range pyQuoted.FindAllStringSubmatch(by[1], 20) {
				conflict.Columns = append(conflict.Columns, strings.Clone(name[1]))
			}
			r.upsert(u[0], u[1]-1, text[u[2]:u[3]], conflict)
		}
	}
}

// djangoModel takes a class for a model when it extends Model, or has fields of one.
func (r *reader) djangoModel(c pyClass) {
	parents := c.parents()
	isModel := strings.Contains(c.bases, "models.Model") || slices.Contains(parents, "Model")
	m := newModel("django", c.name, "", djangoApp(r.facts.Path)+"_"+strings.ToLower(c.name))
	m.At = r.span(c.start, c.start+len(c.name))
	keyed := false
	var many []pyLine
	for _, line := range c.body {
		if strings.HasPrefix(line.text, "class Meta") {
			djangoMeta(&m, line.text+line.inner)
			isModel = isModel || m.TableSaid
			continue
		}
		f := djangoField.FindStringSubmatch(line.value)
		if f == nil || line.assigned == "" || slices.Contains(notDjango, f[1]) || strings.HasPrefix(line.value, "forms.") || strings.HasPrefix(line.value, "serializers.") || strings.HasPrefix(line.value, "filters.") {
			continue
		}
		if !strings.HasPrefix(line.value, "models.") && !strings.Contains(r.facts.Path, "models") {
			continue
		}
		isModel = isModel || strings.HasPrefix(line.value, "models.")
		if strings.HasSuffix(f[1], "ManyToManyField") {
			many = append(many, line)
			continue
		}
		keyed = keyed || strings.Contains(line.value, "primary_key=True")
		derived := line.assigned
		if strings.HasSuffix(f[1], "Key") || f[1] == "OneToOneField" {
			derived += "_id"
		}
		field := newField(line.assigned, saying(line.value, "db_column"), derived)
		field.Required, field.At = true, r.span(line.start, line.start+len(line.assigned))
		m.Fields = append(m.Fields, field)
	}
	if !isModel || len(m.Fields)+len(many) == 0 && len(parents) == 0 {
		return
	}
	if !keyed && !m.Abstract {
		m.Fields = append(m.Fields, Field{Column: "id", At: m.At})
	}
	m.Extends = strings.Join(slices.DeleteFunc(parents, func(p string) bool { return p == "Model" }), " ")
	r.model(m)
	for _, line := range many {
		if join, ok := r.djangoJoin(&m, line); ok {
			r.model(join)
		}
	}
}

// djangoMeta reads the options of class Meta.
func djangoMeta(m *Model, text string) {
	for _, o := range djangoOption.FindAllStringSubmatch(text, 20) {
		switch {
		case o[1] == "db_table" && o[2] != "":
			m.Table, m.TableSaid = nameOf(strings.Trim(strings.Clone(o[2]), `"`)), true
		case o[1] == "app_label" && o[2] != "" && !m.TableSaid:
			m.Table.Object = o[2] + "_" + strings.ToLower(m.Name)
		case o[1] == "abstract" && o[3] == "True":
			m.Abstract = true
		}
	}
}

// djangoApp is the label of the app that a file belongs to: its folder, above models/.
func djangoApp(name string) string {
	dir := path.Dir(name)
	if i := strings.Index("/"+dir+"/", "/models/"); i >= 0 {
		dir = strings.TrimSuffix(("/" + dir + "/")[:i], "/")
	}
	return strings.ToLower(path.Base(dir))
}
