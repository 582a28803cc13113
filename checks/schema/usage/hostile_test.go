package usage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestHostile: 1 MB of anything is read within a second of processor time and 64 MB.
func TestHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	const size = 1 << 20
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (size-len(head)-len(tail))/len(unit)) + tail
	}
	for _, test := range []struct{ name, path, text string }{
		{"literals", "a.ts", fill("", `"select a from b";`, "")},
		{"one chain", "a.ts", fill(`"select a from b"`, `+"c"`, "")},
		{"operands", "a.ts", fill(`"select a from b"`, `+c(d`, "")},
		{"templates", "a.ts", fill("", "`select ${a} from ${b} where ${c};", "")},
		{"nested templates", "a.ts", fill("", "`select ${", "")},
		{"masks", "a.ts", fill("", "`select ${a} ${b} ${c} from d ${e} where ${f} ${g}`;", "")},
		{"quotes", "a.ts", fill("", `"`, "")},
		{"slashes", "a.ts", fill("", "=/ ", "")},
		{"classes", "a.ts", fill("@Entity() ", "class a {@Column() b: c;", "")},
		{"columns", "a.ts", fill("@Entity() class a {", "@Column() b: c;", "}")},
		{"decorators", "a.ts", fill("@Entity() class a {", "@Column(", "")},
		{"drizzle", "a.ts", fill("", "const a = pgTable('a', {", "")},
		{"sequelize", "a.js", fill("sequelize", "A.init({", "")},
		{"tags", "a.ts", fill("", "sql<a>`select a`", "")},
		{"python brackets", "a.py", fill("import django\nclass A(models.Model):\n", "    a = models.CharField(\n", "")},
		{"python classes", "a.py", fill("from django.db import models\n", "class A(models.Model):\n    a = models.CharField()\n", "")},
		{"python texts", "a.py", fill("from django.db import models\nclass A(models.Model):\n", "    a = '''\n", "")},
		{"python holes", "a.py", fill(`f"select `, "{", "")},
		{"python adjacent", "a.py", fill("", `"select a from b" `, "")},
		{"heredocs", "a.rb", fill("", "<<A <<B\n", "")},
		{"ruby classes", "a.rb", fill("", "class A < ApplicationRecord\nself.ignored_columns = [", "")},
		{"ruby holes", "a.rb", fill(`"select `, "#{", "")},
		{"structs", "a.go", fill("", "type A struct {\nB int `db:\"b\"`\n", "")},
		{"formats", "a.go", fill("\"select a from b where ", "%s ", "\"")},
		{"entities", "a.java", fill("", "@Entity class A { int b;", "")},
		{"fields", "a.java", fill("@Entity class A {", "@Column int b;", "}")},
		{"annotations", "a.java", fill("@Entity class A {", "@B(", "")},
		{"properties", "Models/a.cs", fill("class A {", "public int B { get; set; }", "}")},
		{"php", "a.php", fill("<?php ", "class A extends Model {", "")},
		{"elixir", "a.ex", fill("", "schema \"a\" do\nfield :b\n", "")},
		{"prisma", "a.prisma", fill("", "model A {\nb Int\n", "")},
		{"prisma lines", "a.prisma", fill("model A {", "b Int\n", "}")},
		{"words", "a.ts", many(size)},
		{"SQL", "a.sql", fill("", "select a from b;", "")},
		{"SQL not SQL", "a.sql", fill("", "select a from;", "")},
		{"not UTF-8", "a.py", fill("\"select ", "\xff", "\"")},
		{"lines", "a.go", fill("", "\n", "")},
	} {
		t.Run(test.name, func(t *testing.T) {
			took, heap := effort.Of(func() {
				NewIndex([]*Facts{Read(test.path, []byte(test.text))}).Against(catalog.New(catalog.Postgres))
			})
			t.Logf("%v, %d MB", took, heap>>20)
			if took > time.Second {
				t.Errorf("took %v", took)
			}
			if heap > 64<<20 {
				t.Errorf("peak heap %d MB", heap>>20)
			}
		})
	}
}

// many are different words.
func many(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size-20; i++ {
		fmt.Fprintf(&b, "w%d ", i)
	}
	return b.String()
}
