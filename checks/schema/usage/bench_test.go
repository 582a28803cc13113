package usage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/fixtures/effort"
)

// repository is one of 10,000 files of 6 kB, of all languages, one in ten of them with uses.
func repository(b *testing.B) map[string][]byte {
	b.Helper()
	files := map[string][]byte{}
	for _, name := range []string{"javascript", "python", "go", "ruby", "jvm", "typescript-orms", "python-orms", "dotnet-php-elixir"} {
		archive, err := txtar.ParseFile("testdata/truth/" + name + ".txtar")
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range archive.Files {
			if Reads(f.Name) && f.Name != "schema.sql" {
				files[f.Name] = f.Data
			}
		}
	}
	return files
}

const plain = `  const total = items.map((item) => item.price * item.count).reduce((a, b) => a + b, 0); // "sum"
  if (total > limit && user.isActive) { return render("order.total", { total, currency: 'EUR' }); }
`

func BenchmarkRead(b *testing.B) {
	seeds := repository(b)
	var paths []string
	var data [][]byte
	for name, seed := range seeds {
		filler := strings.Repeat(plain, 6000/len(plain))
		paths = append(paths, name)
		data = append(data, append([]byte(seed), "\n"...))
		for i := range 9 {
			paths = append(paths, fmt.Sprintf("src/plain%d.ts", i))
			data = append(data, []byte(filler))
		}
	}
	b.ReportAllocs()
	start, runs := effort.ProcessorTime(), 0
	for b.Loop() {
		for i := range 10_000 {
			Read(paths[i%len(paths)], data[i%len(data)])
		}
		runs++
	}
	b.ReportMetric((effort.ProcessorTime()-start).Seconds()/float64(runs), "cpu-s/op")
}

func BenchmarkAgainst(b *testing.B) {
	c := catalog.New(catalog.Postgres)
	var files []*Facts
	for i := range 500 {
		name := catalog.Name{Object: fmt.Sprintf("table_%d", i)}
		t := &catalog.Table{Name: name}
		for j := range 20 {
			t.Columns = append(t.Columns, &catalog.Column{Name: fmt.Sprintf("column_%d", j)})
		}
		c.Fold(catalog.CreateTable{Table: t})
	}
	for i := range 10_000 {
		var text strings.Builder
		for j := range 30 {
			fmt.Fprintf(&text, "q(`select column_%d, column_1 from table_%d where column_3 = $1`)\n", j%20, (i+j)%500)
		}
		files = append(files, Read(fmt.Sprintf("src/%d.ts", i), []byte(text.String())))
	}
	b.ReportAllocs()
	start, runs := effort.ProcessorTime(), 0
	for b.Loop() {
		runs++
		u := NewIndex(files).Against(c)
		if got := len(u.Column(catalog.Name{Object: "table_7"}, "column_3")); got != 600 {
			b.Fatal(got, "uses")
		}
	}
	b.ReportMetric((effort.ProcessorTime()-start).Seconds()/float64(runs), "cpu-s/op")
}
