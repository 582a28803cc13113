package yamltext

import (
	"errors"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Every value of a text that is full of line breaks stands where the marks say.
func TestMarksFindWhatTheLibraryRead(t *testing.T) {
	text := BOM + "ä: one\r\nb: two\rc: three\u0085d: \"x\u2028y\"\u2029e: five\n" +
		strings.Repeat("# ü\n", 200) + "f: six\n"
	if IsPlain([]byte(text)) {
		t.Fatal("the text counts as plain")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	m := NewMarks([]byte(text))
	for _, n := range doc.Content[0].Content {
		want := n.Value
		if n.Style == yaml.DoubleQuotedStyle {
			want = `"`
		}
		if at := m.Offset(n.Line, n.Column); !strings.HasPrefix(text[at:], want) {
			t.Errorf("%q: line %d, column %d lead to %.10q", n.Value, n.Line, n.Column, text[at:])
		}
	}
	if at := m.Offset(10_000, 1); at != len(text) {
		t.Errorf("a line that is not there leads to %d, want the end", at)
	}
}

func TestIsPlain(t *testing.T) {
	for text, want := range map[string]bool{"": true, "a\r\nb\n": true, "a\rb": false, "a\r": false, "ä": false} {
		if IsPlain([]byte(text)) != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}

func TestEstimateIsAnUpperBound(t *testing.T) {
	for _, text := range []string{"a", "a: {b: c, d: [e, f]}", "- - - x\n- ? y\n  : z", `{"a":1,"b":[2,3]}`, "- \n- \n", "a:\n  b:\n    c:"} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		var count func(n *yaml.Node) int
		count = func(n *yaml.Node) int {
			all := 1
			for _, child := range n.Content {
				all += count(child)
			}
			return all
		}
		if got, most := count(doc.Content[0]), EstimateNodes([]byte(text)); got > most {
			t.Errorf("%q has %d values, estimated are %d", text, got, most)
		}
	}
}

func TestUnsafe(t *testing.T) {
	for text, want := range map[string]string{
		"a: &x {b: 1}\nc: *x":    "",
		"a: [[[1]]]":             "",
		"a: [[[[1]]]]":           "nested more than 5 deep",
		"a: &x\n  b: *x":         "an alias inside the value that it stands for",
		"a: &x [1]\nb: &y [*x]":  "",
		"- &x [1]\n- [*x, [*x]]": "",
	} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		if got := Unsafe(doc.Content[0], 5); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestMalformed(t *testing.T) {
	for text, want := range map[string]int{"a: b\nc: [": 2, "a: 1\nb: \"\\q\"\nc: 2": 2, "a:\n\t- b\n": 2} {
		line, reason := Malformed(yaml.Unmarshal([]byte(text), new(yaml.Node)))
		if line < want || line > want+1 || reason == "" || strings.HasPrefix(reason, "yaml:") {
			t.Errorf("%q: line %d %q, want about line %d", text, line, reason, want)
		}
	}
	if line, reason := Malformed(errors.New("yaml: too much")); line != 0 || reason != "too much" {
		t.Errorf("line %d %q", line, reason)
	}
}

func TestInvalidUTF8(t *testing.T) {
	for text, want := range map[string]int{"": 0, "äb": 3, "ä\xffb": 2, "\ufffd": 3} {
		if got := InvalidUTF8([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
