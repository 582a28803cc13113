package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/checks/yamltext"
)

func isPackage(p place) bool {
	return p.base == "package.json" && !strings.HasPrefix(p.path, "node_modules/") && !strings.Contains(p.path, "/node_modules/")
}

// readPackage reads the scripts of a package.json. What runs before and after a script by
// its name is what it needs.
func readPackage(_ place, data []byte) *File {
	r := packageReader{source: newSource(data), file: &File{Format: NPM}}
	r.decoder = json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte(yamltext.BOM))))
	r.shift = len(data) - len(bytes.TrimPrefix(data, []byte(yamltext.BOM)))
	r.tell(r.read())
	r.addHooks()
	return r.file
}

var errManyScripts = fmt.Errorf("more than %d scripts", maxTargets)

// tell tells of an error of the decoder.
func (r *packageReader) tell(err error) {
	if err == nil {
		return
	}
	line, reason := r.LineAt(min(r.offset(), len(r.data))), "malformed JSON: "+err.Error()
	if errors.Is(err, errManyScripts) {
		line, reason = 0, err.Error()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		line, reason = r.LineCount(), "malformed JSON: it ends too early"
	}
	r.file.Unread = append(r.file.Unread, Unread{Line: line, Kind: checks.Defeated, Reason: reason})
}

type packageReader struct {
	*source
	file    *File
	decoder *json.Decoder
	shift   int // of the decoder's offsets
}

func (r *packageReader) offset() int { return int(r.decoder.InputOffset()) + r.shift }

// read reads the keys of the outermost object.
func (r *packageReader) read() error {
	token, err := r.decoder.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return errors.New("expected an object")
	}
	for r.decoder.More() {
		key, err := r.decoder.Token()
		if err != nil {
			return err
		}
		switch key {
		case "name":
			err = r.value(func(name string, _ int) { r.file.Name = name })
		case "scripts":
			err = r.scripts()
		default:
			err = r.skip()
		}
		if err != nil {
			return err
		}
	}
	_, err = r.decoder.Token()
	return err
}

// value reads a value and gives fn a text with the offset of its first byte.
func (r *packageReader) value(fn func(text string, at int)) error {
	at := r.next()
	if at >= len(r.data) || r.data[at] != '"' {
		return r.skip()
	}
	token, err := r.decoder.Token()
	if text, ok := token.(string); ok {
		fn(text, at+1)
	}
	return err
}

// next is the offset of the token that comes.
func (r *packageReader) next() int {
	at := r.offset()
	for at < len(r.data) && (isSpace(r.data[at]) || r.data[at] == ':' || r.data[at] == ',') {
		at++
	}
	return at
}

// skip reads over a value.
func (r *packageReader) skip() error {
	for depth := 0; ; {
		token, err := r.decoder.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth <= 0 {
			return nil
		}
	}
}

func (r *packageReader) scripts() error {
	if at := r.next(); at >= len(r.data) || r.data[at] != '{' {
		return r.skip()
	}
	if _, err := r.decoder.Token(); err != nil {
		return err
	}
	for r.decoder.More() {
		if len(r.file.Targets) == maxTargets {
			return errManyScripts
		}
		from := r.next() + 1
		key, err := r.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		span := r.SpanOf(from, max(from, r.offset()-1))
		if err := r.value(func(text string, at int) { r.script(name, span, text, at) }); err != nil {
			return err
		}
	}
	_, err := r.decoder.Token()
	return err
}

func (r *packageReader) script(name string, span checks.Span, text string, at int) {
	var b textBuilder
	w := walker{text: r.data, value: text, style: yaml.DoubleQuotedStyle, at: at} // escapes are those of YAML
	from := 0
	for line := range strings.SplitSeq(text, "\n") {
		b.addShifted(line, func(k int) shell.Position {
			w.seek(from + k)
			return r.position(w.at)
		})
		from += len(line) + 1
	}
	r.file.Targets = append(r.file.Targets, Target{Span: span, Name: name, Commands: b.text(), Dialect: shell.Sh})
}

func (r *packageReader) addHooks() {
	has := map[string]bool{}
	for _, t := range r.file.Targets {
		has[t.Name] = true
	}
	for i := range r.file.Targets {
		t := &r.file.Targets[i]
		for _, hook := range []string{"pre" + t.Name, "post" + t.Name} {
			if has[hook] {
				t.Needs = append(t.Needs, hook)
			}
		}
	}
}
