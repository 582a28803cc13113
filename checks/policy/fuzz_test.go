package policy

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// FuzzPolicy reads anything with the reader that the first byte chooses.
func FuzzPolicy(f *testing.F) {
	readers := []func(*testing.T, []byte){
		func(t *testing.T, data []byte) { fuzzRead(t, data, Read) },
		func(t *testing.T, data []byte) { fuzzRead(t, data, ReadOrganisation) },
	}
	for _, name := range []string{"a.yml", "a.template", "Dockerfile", ".env", "a.py", "a.ts", "a.tf", "a.sql", "a.md", "a.ini"} {
		readers = append(readers, func(t *testing.T, data []byte) { fuzzInline(t, name, data) })
	}
	readers = append(readers,
		func(t *testing.T, data []byte) { fuzzChange(t, data, false) },
		func(t *testing.T, data []byte) { fuzzChange(t, data, true) })
	for i := range readers {
		f.Add(slices.Concat([]byte{byte(i)}, []byte(full), []byte{0}, []byte("version: 1\nlocked: [checks, rules]\n")))
		f.Add(append([]byte{byte(i)}, full...))
		f.Add(append([]byte{byte(i)}, "a: |\n # "+directive+" x\nb: '# "+directive+" x' # "+directive+" x until=\"\n"...))
		f.Add(append([]byte{byte(i)}, "locked: [a]\nexceptions: [{until: }]\n/* "+directive+" */ x <!-- "...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 0 {
			readers[int(data[0])%len(readers)](t, data[1:])
		}
	})
}

func fuzzRead(t *testing.T, data []byte, read func(string, []byte, []string) (*Document, []Problem)) {
	doc, problems := read(Path, data, knownRules())
	if (doc == nil) != (len(problems) > 0) {
		t.Fatalf("document %v beside %v", doc, problems)
	}
	for _, p := range problems {
		if p.Line < 1 || p.Line > bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("\r"))+2 || p.Column < 1 || p.Message == "" {
			t.Errorf("problem at no place: %+v", p)
		}
	}
	p, _ := Resolve(doc, doc)
	for _, e := range p.Exceptions {
		if e.Problem == "" && (e.Until.IsZero() || strings.TrimSpace(e.Reason) == "") {
			t.Errorf("exception counts without reason or end: %+v", e)
		}
		e.Covers(checks.Finding{Rule: e.Rule, Path: "a/b/c"})
	}
}

func fuzzInline(t *testing.T, name string, data []byte) {
	found := Inline(name, data, knownRules())
	lines := bytes.Split(data, []byte("\n"))
	for _, ignore := range found {
		if ignore.Line < 1 || ignore.Line > len(lines) || ignore.Covers != 0 && ignore.Covers < ignore.Line || ignore.Covers > len(lines) {
			t.Fatalf("ignore at no place: %+v", ignore)
		}
		if !bytes.Contains(lines[ignore.Line-1], []byte(directive)) {
			t.Errorf("line %d holds no directive", ignore.Line)
		}
	}
	if name == "a.yml" && len(found) > 0 && allText(data) {
		t.Errorf("every directive is text, but found %+v", found)
	}
}

// allText reports whether the YAML parser sees every directive as part of a value.
func allText(data []byte) bool {
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) != nil {
		return false
	}
	count := 0
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		count += strings.Count(n.Value, directive)
		for _, child := range n.Content {
			visit(child)
		}
	}
	visit(&doc)
	return count == bytes.Count(data, []byte(directive))
}
