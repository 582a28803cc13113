package iac

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

func TestYAMLSpans(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		raw        string
		span       checks.Span
	}{
		{"plain", "a: nginx:1\n", "nginx:1", checks.Span{Line: 1, Column: 4, EndLine: 1, EndColumn: 11}},
		{"plain before a comment", "a:   nginx  # why\n", "nginx", checks.Span{Line: 1, Column: 6, EndLine: 1, EndColumn: 11}},
		{"double quoted", "a: \"nginx:1\"\n", "nginx:1", checks.Span{Line: 1, Column: 5, EndLine: 1, EndColumn: 12}},
		{"double quoted with an escape", `a: "n\x67inx" # "`, `n\x67inx`, checks.Span{Line: 1, Column: 5, EndLine: 1, EndColumn: 13}},
		{"single quoted", "a: 'it''s'\n", "it''s", checks.Span{Line: 1, Column: 5, EndLine: 1, EndColumn: 10}},
		{"tag", "a: !Sub nginx\n", "nginx", checks.Span{Line: 1, Column: 9, EndLine: 1, EndColumn: 14}},
		{"tag, anchor and quotes", "a: !Sub &x 'nginx'\n", "nginx", checks.Span{Line: 1, Column: 13, EndLine: 1, EndColumn: 18}},
		{"anchor on the line above", "a: &x # c\n  nginx\n", "nginx", checks.Span{Line: 2, Column: 3, EndLine: 2, EndColumn: 8}},
		{"literal", "a: |\n  nginx:1\n\nb: 1\n", "nginx:1", checks.Span{Line: 2, Column: 3, EndLine: 2, EndColumn: 10}},
		{"folded with strip", "a: >- # c\n\n   nginx\n   :1\n", "nginx\n   :1", checks.Span{Line: 3, Column: 4, EndLine: 4, EndColumn: 6}},
		{"plain over two lines", "a: one\n  two\nb: 1", "one\n  two", checks.Span{Line: 1, Column: 4, EndLine: 2, EndColumn: 6}},
		{"wide characters before it", "{é: 1, a: nginx}", "nginx", checks.Span{Line: 1, Column: 12, EndLine: 1, EndColumn: 17}},
		{"byte order mark", "\ufeffa: nginx", "nginx", checks.Span{Line: 1, Column: 7, EndLine: 1, EndColumn: 12}},
		{"CRLF", "b: 1\r\na: nginx\r\n", "nginx", checks.Span{Line: 2, Column: 4, EndLine: 2, EndColumn: 9}},
		{"lone CR is no line of an editor", "b: 1\ra: nginx", "nginx", checks.Span{Line: 1, Column: 9, EndLine: 1, EndColumn: 14}},
		{"flow", "{b: [1], a: nginx}", "nginx", checks.Span{Line: 1, Column: 13, EndLine: 1, EndColumn: 18}},
		{"JSON with tabs", "{\n\t\"a\":\t\"nginx\"}", "nginx", checks.Span{Line: 2, Column: 8, EndLine: 2, EndColumn: 13}},
		{"JSON behind a tab", "\t{\"a\": \"nginx\"}", "nginx", checks.Span{Line: 1, Column: 9, EndLine: 1, EndColumn: 14}},
		{"JSON surrogates", `{"b": "\ud83d\ude00", "a": "nginx"}`, "nginx", checks.Span{Line: 1, Column: 29, EndLine: 1, EndColumn: 34}},
		{"last of two keys", "a: one\na: two", "two", checks.Span{Line: 2, Column: 4, EndLine: 2, EndColumn: 7}},
		{"alias", "b: &x nginx\na: *x\n", "*x", checks.Span{Line: 2, Column: 4, EndLine: 2, EndColumn: 6}},
		{"merged", "b: &x {a: nginx}\n<<: *x\n", "nginx", checks.Span{Line: 1, Column: 11, EndLine: 1, EndColumn: 16}},
		{"written out wins over merged", "<<: {a: one}\na: two\n", "two", checks.Span{Line: 2, Column: 4, EndLine: 2, EndColumn: 7}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doc, n := fieldA(t, tc.text)
			if got := doc.raw(n); got != tc.raw {
				t.Errorf("raw %q, want %q", got, tc.raw)
			}
			if diff := cmp.Diff(tc.span, doc.span(n)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// fieldA is the value of the key "a" of the first document.
func fieldA(t *testing.T, text string) (*yamlDoc, *yaml.Node) {
	t.Helper()
	docs, unread := readYAML([]byte(text))
	if len(docs) != 1 || len(unread) > 0 {
		t.Fatalf("%d documents, unread %v", len(docs), unread)
	}
	n := docs[0].field(docs[0].root, "a")
	if n == nil {
		t.Fatal("no key a")
	}
	return docs[0], n
}

func TestYAMLPieces(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"plain", "a: x/${T}:1", "1:6-1:10"},
		{"double quoted", "a: \"x/${T}:1\"", "1:7-1:11"},
		{"behind a doubled quote", "a: 'it''s ${T}'", "1:11-1:15"},
		{"literal", "a: |\n  one\n    ${T}\n", "3:5-3:9"},
		{"literal, second line", "a: |-\n  one\n  x${T}\n", "3:4-3:8"},
		{"folded", "a: >\n  one\n  x${T}\n", "3:4-3:8"},
		{"plain over two lines", "a: one\n\n  x${T}\n", "3:4-3:8"},
		{"behind an escape: the whole value", `a: "\x67${T}"`, "1:5-1:13"},
		{"before an escape", `a: "${T}\x67"`, "1:5-1:9"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doc, n := fieldA(t, tc.text)
			from := strings.Index(n.Value, "${T}")
			if got := spanText(doc.pieces(n).span(from, from+4)); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func spanText(s checks.Span) string {
	return fmt.Sprintf("%d:%d-%d:%d", s.Line, s.Column, s.EndLine, s.EndColumn)
}

func TestYAMLDocuments(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		lines      []int // where each document's content begins
		unread     []Unread
	}{
		{"empty", "", nil, nil},
		{"comment only", "# nothing\n", nil, nil},
		{"two", "a: 1\n---\nb: 2\n", []int{1, 3}, nil},
		{"end marker and directive", "a: 1\n...\n# c\n%YAML 1.1\n---\nb: 2\n", []int{1, 6}, nil},
		{"marker inside a block scalar ends it", "a: |\n  x\n---\nb: 2\n", []int{1, 4}, nil},
		{"longer dashes are no marker", "a: |\n  x\n----: 2\n", []int{1}, nil},
		{"the middle one is malformed", "a: 1\n---\nb: [1\n---\nc: 3\n", []int{1, 5},
			[]Unread{{Line: 3, Kind: checks.Defeated, Reason: "malformed YAML: did not find expected ',' or ']'"}}},
		{"a template", "a: 1\n---\n{{- if .Values.x }}\nb: {{ .Values.y }}\n", []int{1},
			[]Unread{{Line: 3, Kind: checks.Unsupported, Reason: "a template, not plain YAML"}}},
		{"not UTF-8", "a: 1\nb: \xff\n", nil, []Unread{{Line: 2, Kind: checks.Defeated, Reason: "not valid UTF-8"}}},
		{"too deep", strings.Repeat("[", 300) + strings.Repeat("]", 300), nil,
			[]Unread{{Kind: checks.Defeated, Reason: "nested more than 200 deep"}}},
		{"an alias of itself", "a: &x [*x]\n", nil,
			[]Unread{{Kind: checks.Defeated, Reason: "an alias inside the value that it stands for"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			docs, unread := readYAML([]byte(tc.text))
			var lines []int
			for _, doc := range docs {
				lines = append(lines, doc.span(doc.root).Line)
			}
			if diff := cmp.Diff(tc.lines, lines); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.unread, unread); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestYAMLAliasesAreBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("a0: &a0 {x: 1}\n")
	for i := range 30 {
		fmt.Fprintf(&text, "a%d: &a%d {<<: [*a%d, *a%d, *a%d], y%d: 1}\n", i+1, i+1, i, i, i, i)
	}
	text.WriteString("a: {<<: *a30}\n")
	doc, n := fieldA(t, text.String())
	doc.pairs(n)
	if doc.overrun() == nil {
		t.Errorf("%d visits and no overrun", doc.visits)
	}
}

// readYAML parses every document of a file: those that could be read, and why
// the others could not.
func readYAML(data []byte) ([]*yamlDoc, []Unread) {
	var docs []*yamlDoc
	var unread []Unread
	all, over := boundedDocs(data)
	for _, doc := range all {
		if u := doc.parse(); u != nil {
			unread = append(unread, *u)
		} else if doc.root != nil {
			docs = append(docs, doc)
		}
	}
	return docs, append(unread, over...)
}

// TestDisguises: neither an encoding nor an escape hides an image from the cheap look.
func TestDisguises(t *testing.T) {
	const pod = "kind: Pod\napiVersion: v1\nspec: {containers: [{image: a}]}\n"
	const stack = "AWSTemplateFormatVersion: x\nResources: {A: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Image: a}]}}}\n"
	for _, tc := range []struct {
		name, text    string
		sites, unread int
	}{
		{"object", pod, 1, 0},
		{"object in UTF-16", utf16(pod), 0, 1},
		{"object with a byte order mark", "\ufeff" + pod, 1, 0},
		{"object with an escaped key", `{"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [{"\u0069mage": "a"}]}}`, 1, 0},
		{"object with an escaped version", `{"kind": "Pod", "ap\x69Version": "v1", "spec": {"containers": [{"image": "a"}]}}`, 1, 0},
		{"object with explicit keys", "? kind\n: Pod\n? apiVersion\n: v1\n? spec\n: {containers: [{image: a}]}\n", 1, 0},
		{"object with two kinds", "kind: ConfigMap\n" + pod, 1, 0},
		{"object with a kind in a text", "a: \"\nkind: ConfigMap\n\"\n" + pod, 1, 0},
		{"stack", stack, 1, 0},
		{"stack in UTF-16", utf16(stack), 0, 1},
		{"stack with an escaped key", `{"Resources": {"A": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"C\u006fntainerDefinitions": [{"\u0049m\u0061ge": "a"}]}}}}`, 1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := Read("a.yml", []byte(tc.text))
			if file == nil {
				t.Fatal("not recognised")
			}
			if len(file.Sites) != tc.sites || len(file.Unread) != tc.unread {
				t.Errorf("%d sites, unread %v", len(file.Sites), file.Unread)
			}
		})
	}
}
