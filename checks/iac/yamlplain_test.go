package iac

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// checkPlainYAML holds the plain reader's tree against the library's. It reports whether there is one.
func checkPlainYAML(t *testing.T, text []byte) bool {
	t.Helper()
	got, _ := plainYAML(text)
	if got == nil {
		return false
	}
	var want yaml.Node
	if err := yaml.Unmarshal(text, &want); err != nil {
		t.Fatalf("%q: the plain reader takes what the library refuses: %v", text, err)
	}
	if want, got := treeText(want.Content[0]), treeText(got); want != got {
		t.Errorf("%q: the trees differ (-library +plain):\n%s", text, cmp.Diff(want, got))
	}
	return true
}

// treeText is all that a tree says, but for comments.
func treeText(root *yaml.Node) string {
	var b strings.Builder
	var add func(n *yaml.Node, indent string)
	add = func(n *yaml.Node, indent string) {
		fmt.Fprintf(&b, "%s%d:%d kind %d style %d %s %q %q\n", indent, n.Line, n.Column, n.Kind, n.Style, n.Tag, n.Value, n.Anchor)
		for _, child := range n.Content {
			add(child, indent+" ")
		}
	}
	add(root, "")
	return b.String()
}

// Each way of writing that the plain reader knows, beside what only looks like it.
func TestPlainYAML(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		plain bool
	}{
		"mappings":                       {"a: b\nc:\n  d: e\nf:\n", true},
		"kinds of texts":                 {"a: true\nb: 1.10\nc: 0x1f\nd: ~\ne: 2026-01-02\nf: yes\ng: -1\nh: .5\n1: no\n", true},
		"a marker, comments, no end":     {"# why\n---\n# a\na: b # c\n\n# d\nc: d#e", true},
		"lists":                          {"a:\n- b\n-\n- c: d\n  e:\n  - f\nh:\n  - -x\n  -\n    i: j\n", true},
		"a list":                         {"- a\n- b: c\n", true},
		"quotes":                         {"\"a\" : 'b'\nc: \"d: # e\"\n'f': ''\n", true},
		"brackets":                       {"a: [b, 'c, d', {e: f}, [], {}]\ng: {h: i j, k: [], l: \"\", }\n", true},
		"tags":                           {"a: !Sub x:${B}\nc: !Join ['', [!Ref d, e]]\nf: !GetAtt 'g.h' # i\n- k\n", false},
		"short tags":                     {"a: !Sub x:${B}\nc: !Join ['', [!Ref d, e]]\nf: !GetAtt 'g.h' # i\nj: !Sub |\n  k\n", true},
		"literal blocks":                 {"a: |\n\n  b\n   c\n\n     \n  # d\n\ne: |-\n f\n \n\ng:\n- |+\n  h\n\n# i\n- j\n", true},
		"a literal block at the end":     {"a:\n  - b: |\n      c\n", true},
		"a literal block that is cut":    {"a: |\n  b", false},
		"a literal block without text":   {"a: |\n\nb: c\n", false},
		"indented breaks before text":    {"a: |\n    \n  b\n", false},
		"folded blocks":                  {"a: >\n  b\n", false},
		"a text on two lines":            {"a: b\n  c\n", false},
		"a quoted text on two lines":     {"a: 'b\n  c'\n", false},
		"brackets on two lines":          {"a: [b,\n  c]\n", false},
		"a comment between two lines":    {"a: b\n# c\n  d\n", false},
		"escapes":                        {"a: \"\\x62\"\n", false},
		"doubled quotes":                 {"a: 'b''c'\n", false},
		"anchors":                        {"a: &b c\nd: *b\n", false},
		"merge keys":                     {"a:\n  <<: {b: c}\n", false},
		"no key":                         {"a\n", false},
		"two keys on a line":             {"a: b: c\n", false},
		"less indented than its sibling": {"a:\n    b: c\n  d: e\n", false},
		"a list level with its parent":   {"- a\nb: c\n", false},
		"two documents":                  {"a: b\n---\nc: d\n", false},
		"tabs":                           {"a:\tb\n", false},
		"more than ASCII":                {"a: \u00e4\n", false},
		"a tag of a block":               {"a: !Join\n- b\n", false},
		"a question":                     {"? a\n: b\n", false},
		"a list in a list":               {"- - a\n", false},
		"a pair in a list":               {"a: [b: c]\n", false},
		"a template":                     {"a: {{ .b }}\n", false},
		"no colon in braces":             {"a: {b}\n", false},
		"nothing":                        {"# a\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := checkPlainYAML(t, []byte(c.text)); got != c.plain {
				t.Errorf("plain: %t, want %t", got, c.plain)
			}
		})
	}
}

// What a text without quotes is, is what the library takes it for.
func TestResolvedTag(t *testing.T) {
	const letters = "00112345678999..++--__::xXobtTzZeEgMiKs/ nNfFyYOo~aluref"
	random := rand.New(rand.NewPCG(1, 2))
	values := []string{"true", "Off", "NULL", "null", "False", "falsehood", "nothing", "017", "08", "0", "00", "1.2.3", "128Mi", "30s", "123456789012345", "1234567890123456",
		"12345678901234567890", "0x1F", "0b1", "0o7", "1_000", "1:30", "2026-01-02", "2026-01-02t03:04:05Z", "1e3", "1.", "1.5", "10.0.0.0/8", ".inf", "+.inf", ".nan", "~", "-", "5m", "3%"}
	for range 200_000 {
		var b strings.Builder
		for range 1 + random.IntN(10) {
			b.WriteByte(letters[random.IntN(len(letters))])
		}
		values = append(values, strings.TrimSpace(b.String()))
	}
	for _, value := range values {
		if value == "" {
			continue
		}
		n := &yaml.Node{Kind: yaml.ScalarNode, Value: value}
		if want, got := n.ShortTag(), resolvedTag(n); got != want {
			t.Errorf("%q is %s, want %s", value, got, want)
		}
	}
}
