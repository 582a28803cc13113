package images

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

func lit(text string) iac.Expr { return iac.Expr{Op: iac.Lit, Text: text} }

func named(name string) iac.Expr { return iac.Expr{Op: iac.Name, Text: name, What: "variable"} }

func fixed(name string) iac.Expr {
	return iac.Expr{Op: iac.Name, Text: name, What: "local value", Fixed: true}
}

func module(f iac.File) *iac.File { f.Unit = iac.UnitTerraform; return &f }

func takes(e iac.Expr) []iac.Site { return []iac.Site{{Address: "image", Raw: "as written", Expr: e}} }

// references judges files as a reader would have read them; the subject stands for the
// value, the class for what it means.
func references(t *testing.T, files map[string]*iac.File) []string {
	t.Helper()
	p, problems := policy.Parse("policy", []byte("version: 1\n"), nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c := New(p, nil, nil, nil)
	s := &side{tree: tree.Memory("head", nil), known: map[string]known{}}
	for name, f := range files {
		s.known[name] = known{File: f}
	}
	report := s.report(c)
	checks.Sort(report.Findings)
	sortReferences(report.References)
	var got []string
	for _, r := range report.References {
		got = append(got, fmt.Sprintf("%s %s %s", r.Path, r.Resolved, r.Class))
	}
	for _, f := range report.Findings {
		got = append(got, fmt.Sprintf("%s %s", f.Rule, f.Subject))
	}
	return got
}

// The names of a unit: what its files give each other, what those who use it set, and
// what it gives back.
func TestUnits(t *testing.T) {
	web := iac.Use{Unit: iac.UnitTerraform, Path: "modules/web", As: "module.web."}
	for name, c := range map[string]struct {
		files map[string]*iac.File
		want  []string
	}{
		"a default in a file beside": {map[string]*iac.File{
			"a/main.tf":      module(iac.File{Sites: takes(named("var.image"))}),
			"a/variables.tf": module(iac.File{Gives: map[string]iac.Expr{"var.image": lit("web:latest")}}),
			"b/variables.tf": module(iac.File{Gives: map[string]iac.Expr{"var.image": lit("other:latest")}}),
		}, []string{"a/main.tf web:latest floating", "images/default-tag web:latest"}},
		"a local value is written out": {map[string]*iac.File{
			"main.tf":   module(iac.File{Sites: takes(fixed("local.image"))}),
			"locals.tf": module(iac.File{Gives: map[string]iac.Expr{"local.image": lit("web:latest")}}),
		}, []string{"main.tf web:latest floating", "images/mutable-tag web:latest"}},
		"a default behind a local value": {map[string]*iac.File{
			"main.tf": module(iac.File{Sites: takes(fixed("local.image")), Gives: map[string]iac.Expr{
				"local.image": named("var.image"), "var.image": lit("web:latest")}}),
		}, []string{"main.tf web:latest floating", "images/default-tag web:latest"}},
		"a file that overrides": {map[string]*iac.File{
			"main.tf": module(iac.File{Sites: takes(named("var.image")),
				Gives: map[string]iac.Expr{"var.image": lit("web:latest")}}),
			"terraform.tfvars": module(iac.File{Overrides: true, Gives: map[string]iac.Expr{"var.image": lit("web:1.2.3")}}),
		}, []string{"main.tf web:1.2.3 exact"}},
		"alternatives": {map[string]*iac.File{
			"main.tf": module(iac.File{Sites: takes(named("var.image")),
				Gives: map[string]iac.Expr{"var.image": lit("web:1.2.3")}}),
			"production.tfvars": module(iac.File{Gives: map[string]iac.Expr{"var.image": lit("web:latest")}}),
		}, []string{"main.tf web:latest floating", "images/default-tag web:latest"}},
		"an input that is always set": {map[string]*iac.File{
			"main.tf": module(iac.File{Uses: []iac.Use{{Unit: iac.UnitTerraform, Path: "modules/web", As: "module.web.",
				Gives: map[string]iac.Expr{"var.image": lit("web:1.2.3")}}}}),
			"modules/web/main.tf":      module(iac.File{Sites: takes(fixed("local.image"))}),
			"modules/web/variables.tf": module(iac.File{Gives: map[string]iac.Expr{"var.image": lit("web:latest"), "local.image": named("var.image")}}),
		}, []string{"modules/web/main.tf web:1.2.3 exact"}},
		"an input that is set is no default": {map[string]*iac.File{
			"main.tf": module(iac.File{Uses: []iac.Use{{Unit: iac.UnitTerraform, Path: "modules/web",
				Gives: map[string]iac.Expr{"var.image": lit("web:latest")}}}}),
			"modules/web/main.tf": module(iac.File{Sites: takes(named("var.image"))}),
		}, []string{"modules/web/main.tf web:latest floating", "images/mutable-tag web:latest"}},
		"an input behind the user's own default": {map[string]*iac.File{
			"main.tf": module(iac.File{Uses: []iac.Use{{Unit: iac.UnitTerraform, Path: "modules/web",
				Gives: map[string]iac.Expr{"var.image": named("var.web_image")}}}}),
			"variables.tf":        module(iac.File{Gives: map[string]iac.Expr{"var.web_image": lit("web:latest")}}),
			"modules/web/main.tf": module(iac.File{Sites: takes(named("var.image"))}),
		}, []string{"modules/web/main.tf web:latest floating", "images/default-tag web:latest"}},
		"an output of each of two uses": {map[string]*iac.File{
			"main.tf": module(iac.File{
				Sites: append(takes(fixed("module.one.image")), takes(fixed("module.two.image"))...),
				Uses: []iac.Use{
					{Unit: iac.UnitTerraform, Path: "m", As: "module.one.", Gives: map[string]iac.Expr{"var.tag": lit("one:1.0.0")}},
					{Unit: iac.UnitTerraform, Path: "m", As: "module.two."},
				}}),
			"m/main.tf": module(iac.File{Gives: map[string]iac.Expr{"output.image": named("var.tag"), "var.tag": lit("two:latest")}}),
		}, []string{"main.tf one:1.0.0 exact", "main.tf two:latest floating", "images/default-tag two:latest"}},
		"a unit in a circle": {map[string]*iac.File{
			"main.tf": module(iac.File{Sites: takes(fixed("module.web.image")), Uses: []iac.Use{web},
				Gives: map[string]iac.Expr{"output.image": fixed("module.web.image")}}),
			"modules/web/main.tf": module(iac.File{Gives: map[string]iac.Expr{"output.image": fixed("module.up.image")},
				Uses: []iac.Use{{Unit: iac.UnitTerraform, Path: "../..", As: "module.up."}}}),
		}, []string{"main.tf ${module.up.image} unresolved", "images/unresolved as written"}},
		"a subchart's part of the values": {map[string]*iac.File{
			"c/values.yaml": {Unit: iac.UnitHelm, Gives: map[string]iac.Expr{"Values.db.tag": lit("db:latest")}},
			"c/Chart.yaml":  {Unit: iac.UnitHelm, Uses: []iac.Use{{Unit: iac.UnitHelm, Path: "charts/db", Below: "Values.db.", Into: "Values."}}},
			"c/charts/db/values.yaml": {Unit: iac.UnitHelm, Gives: map[string]iac.Expr{"Values.tag": lit("db:1.0.0")},
				Sites: []iac.Site{{Fallback: true, Expr: lit("db:1.0.0")}}},
			"c/charts/db/templates/a/db.yaml": {Unit: iac.UnitHelm, Sites: takes(named("Values.tag"))},
		}, []string{"c/charts/db/templates/a/db.yaml db:latest floating", "images/default-tag db:latest"}},
		"a value that a template takes is told there": {map[string]*iac.File{
			"c/values.yaml": {Unit: iac.UnitHelm,
				Gives: map[string]iac.Expr{"Values.tag": {Op: iac.Lit, Text: "a:latest", Span: checks.Span{Line: 3, Column: 8}}},
				Sites: []iac.Site{
					{Fallback: true, Expr: iac.Expr{Op: iac.Lit, Text: "a:latest", Span: checks.Span{Line: 3, Column: 8}}},
					{Fallback: true, Expr: iac.Expr{Op: iac.Lit, Text: "b:latest", Span: checks.Span{Line: 4, Column: 8}}},
				}},
			"c/templates/a.yaml": {Unit: iac.UnitHelm, Sites: takes(named("Values.tag"))},
		}, []string{"c/templates/a.yaml a:latest floating", "c/values.yaml b:latest floating", "images/default-tag a:latest", "images/mutable-tag b:latest"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, references(t, c.files)); diff != "" {
				t.Errorf("want (-) and got (+):\n%s", diff)
			}
		})
	}
}

// Names that lead in circles, and units that use each other in many ways, cost what the
// bounds allow, not what the paths through them would.
func TestHostileUnits(t *testing.T) {
	twice := func(name string) iac.Expr {
		return iac.Expr{Op: iac.Cat, Args: []iac.Expr{fixed(name), fixed(name)}}
	}
	circle := map[string]*iac.File{"main.tf": module(iac.File{Sites: takes(fixed("local.a")),
		Gives: map[string]iac.Expr{"local.a": twice("local.b"), "local.b": twice("local.a")}})}
	diamond := map[string]*iac.File{}
	const layers, width = 12, 12
	for layer := range layers {
		for i := range width {
			var uses []iac.Use
			for next := range width {
				uses = append(uses, iac.Use{Unit: iac.UnitTerraform, Path: fmt.Sprintf("../l%d-%d", (layer+1)%layers, next),
					As: fmt.Sprintf("module.m%d.", next), Gives: map[string]iac.Expr{"var.x": named("var.x")}})
			}
			diamond[fmt.Sprintf("l%d-%d/main.tf", layer, i)] = module(iac.File{Uses: uses,
				Sites: takes(twice("module.m0.x")), Gives: map[string]iac.Expr{"output.x": twice("module.m1.x")}})
		}
	}
	for name, files := range map[string]map[string]*iac.File{"circle": circle, "diamond": diamond} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			got := references(t, files)
			if len(got) < 2 || !strings.Contains(strings.Join(got, "\n"), "unresolved") {
				t.Errorf("got %v", got)
			}
			if took := time.Since(start); took > time.Minute { // a second or two, but for the race detector on a busy machine
				t.Errorf("took %v", took)
			}
		})
	}
}
