package iac

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// checkPlainHCL holds what is made of the plain reader's answer against what is made of the
// library's. It reports whether there is one.
func checkPlainHCL(t *testing.T, text []byte) bool {
	t.Helper()
	if boundHCL(text) != nil {
		return false
	}
	got := plainHCL(text, nil)
	if skimmed := plainHCL(text, func(string, []string) bool { return true }); (skimmed == nil) != (got == nil) {
		t.Errorf("%q: whether it is plain hangs on whether what is in its blocks is needed", text)
	}
	if got == nil {
		return false
	}
	want, unread := libraryHCL(text, hcl.InitialPos)
	if unread != nil {
		t.Fatalf("%q: the plain reader takes what the library refuses: %v", text, unread)
	}
	if want, got := hclNames(want), hclNames(got); want != got {
		t.Errorf("%q: the blocks are\n%s, want\n%s", text, got, want)
	}
	value := func(body *hclsyntax.Body) hclValue { return newTFModule(text, &File{}).block(body, nil) }
	if want, got := value(want), value(got); !reflect.DeepEqual(want, got) {
		t.Errorf("%q: the values differ\nplain   %+v\nlibrary %+v", text, got, want)
	}
	return true
}

// hclNames are the names of all that a body holds.
func hclNames(body *hclsyntax.Body) string {
	names := fmt.Sprint(len(body.Attributes))
	for _, block := range body.Blocks {
		names += fmt.Sprintf(" %s %q {%s}", block.Type, block.Labels, hclNames(block.Body))
	}
	return names
}

// Each way of writing that the plain reader knows, beside what only looks like it.
func TestPlainHCL(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		plain bool
	}{
		"attributes":                 {"a = \"b\"\n\nc=1 # d\ne = true // f\ng = null\nh-1 = []", true},
		"blocks":                     {"a \"b\" c {\n  d {\n  }\n  e = 1\n}\nf {}\n", true},
		"names":                      {"a = b\nc = var.d\ne = data.f.g.h\n", true},
		"templates":                  {"a = \"b${ var.c }d${\"e${f(g)}\"}\"\nh = \"${i}\"\nj = \"\"\n", true},
		"lists":                      {"a = [1, \"b\", [c.d], # e\n  {}, ]\n", true},
		"objects":                    {"a = { b = 1, \"c\" : [], d = {} }\ne = {\n  f = 1 # g\n  \"${h}\" = 2,\n\n}\n", true},
		"calls":                      {"a = b(c(), {\n  d = 1\n}, [\n], \"e\",\n)\n", true},
		"nothing":                    {"# a\n", true},
		"an operator":                {"a = 1 + 2\n", false},
		"a comparison":               {"a == b\n", false},
		"a condition":                {"a = b ? c : d\n", false},
		"an index":                   {"a = b[0]\n", false},
		"a number in a name":         {"a = b.0\n", false},
		"a splat":                    {"a = b.*.c\n", false},
		"a loop":                     {"a = [for b in c : b]\n", false},
		"a loop in braces":           {"a = {\n  for b in c : b => b\n}\n", false},
		"brackets":                   {"a = (b)\n", false},
		"a sign":                     {"a = -1\n", false},
		"a decimal":                  {"a = 1.10\n", false},
		"a long number":              {"a = 1234567890123456\n", false},
		"a number with letters":      {"a = 1e3\n", false},
		"a literal with a field":     {"a = true.b\n", false},
		"a literal as a key":         {"a = { true = 1 }\n", false},
		"a computed key":             {"a = { (b) = 1 }\n", false},
		"a key with a field":         {"a = { b.c = 1 }\n", false},
		"a heredoc":                  {"a = <<EOT\nb\nEOT\n", false},
		"a comment over lines":       {"a = 1 /* b */\n", false},
		"escapes":                    {"a = \"\\n\"\n", false},
		"a directive":                {"a = \"%{ if b }c%{ endif }\"\n", false},
		"an escaped template":        {"a = \"$${b}\"\n", false},
		"a sign that begins nothing": {"a = \"$b\"\n", false},
		"trimmed templates":          {"a = \"b ${~ c ~}\"\n", false},
		"expanded arguments":         {"a = b(c...)\n", false},
		"a function of a provider":   {"a = provider::b::c()\n", false},
		"a block on one line":        {"a { b = 1 }\n", false},
		"two attributes of a name":   {"a = 1\na = 2\n", false},
		"two attributes on a line":   {"a = 1 b = 2\n", false},
		"two items without a comma":  {"a = [1 2]\n", false},
		"two entries on a line":      {"a = { b = 1 c = 2 }\n", false},
		"a text over lines":          {"a = \"b\nc\"\n", false},
		"a value on the next line":   {"a =\n  1\n", false},
		"a label with a template":    {"a \"${b}\" {\n}\n", false},
		"a brace too few":            {"a {\n", false},
		"a brace too many":           {"a {\n}\n}\n", false},
		"tabs":                       {"a =\t1\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := checkPlainHCL(t, []byte(c.text)); got != c.plain {
				t.Errorf("plain: %t, want %t", got, c.plain)
			}
			if text := strings.TrimSuffix(c.text, "\n"); checkPlainHCL(t, []byte("block {\n"+text+"\n}\n")) && !c.plain && name != "a brace too many" {
				t.Errorf("plain in a block")
			}
		})
	}
}
