package catalog

import (
	"cmp"
	"strings"
)

// Name is an object's name. Schema "" is where the dialect puts what is not qualified:
// public, main, or the database that is connected to.
type Name struct{ Schema, Object string }

func (n Name) String() string {
	if n.Schema == "" {
		return n.Object
	}
	return n.Schema + "." + n.Object
}

func (n Name) compare(o Name) int {
	return cmp.Or(cmp.Compare(n.Schema, o.Schema), cmp.Compare(n.Object, o.Object))
}

// key is the name under which an object of this catalogue is filed.
func (c *Catalog) key(n Name) Name {
	return Name{c.Dialect.schema(n.Schema), c.Dialect.fold(n.Object)}
}

func (d Dialect) fold(name string) string {
	if d.foldsCase() {
		return strings.ToLower(name)
	}
	return name
}

// schema is the schema's name with the default's own name taken off.
func (d Dialect) schema(name string) string {
	name = d.fold(name)
	if d == Postgres && name == "public" || d == SQLite && name == "main" {
		return ""
	}
	return name
}

func (d Dialect) same(a, b string) bool {
	return a == b || d.foldsCase() && strings.EqualFold(a, b)
}
