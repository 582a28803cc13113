package iac

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
)

// maxDotenv bounds the file, in bytes: nobody writes one of that size.
const maxDotenv = 256 << 10

// Dotenv reads the file ".env", which Compose takes values from without being
// told. It names no image itself.
func Dotenv() Reader {
	return Reader{
		Name:  "dotenv",
		Where: "`.env`",
		What:  "none itself: it gives Compose values",
		Path:  func(p string) bool { return path.Base(p) == ".env" },
		Read:  readDotenv,
	}
}

func readDotenv(_ string, data []byte) *File {
	file := &File{Format: "dotenv"}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		file.Unread = []Unread{{Kind: checks.Unsupported, Reason: "not text; it may be encrypted"}}
		return file
	}
	if len(data) > maxDotenv {
		file.Unread = []Unread{{Kind: checks.Defeated, Reason: "a .env file larger than 256 KiB"}}
		return file
	}
	d := &dotenv{lineText: newLineText(data), gives: map[string]Expr{}}
	d.at = len(data) - len(bytes.TrimPrefix(data, []byte("\ufeff")))
	for d.at < len(data) {
		d.assignment()
	}
	if len(d.gives) > 0 {
		file.Gives = d.gives
	}
	return file
}

// dotenv is one file while it is read.
type dotenv struct {
	*lineText
	at    int
	gives map[string]Expr
}

var (
	// assignmentStart is "NAME=" with what may stand before and after; ":" is accepted for "=".
	assignmentStart = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*`)
	inlineComment   = regexp.MustCompile(`(^|[ \t])#.*$`)
)

// assignment reads one line, or several where quotes span them.
func (d *dotenv) assignment() {
	rest := d.data[d.at:]
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		end = len(rest)
	}
	m := assignmentStart.FindSubmatchIndex(rest[:end])
	if m == nil {
		d.at += end + 1
		return
	}
	name, from := string(rest[m[2]:m[3]]), m[1]
	value := rest[from:end]
	if quote := d.quoted(rest[from:]); quote >= 0 {
		literal := rest[from] == '\''
		d.give(name, word{d.at + from + 1, d.at + from + quote}, literal)
		d.at += from + quote
		if next := bytes.IndexByte(d.data[d.at:], '\n'); next >= 0 {
			d.at += next + 1
			return
		}
		d.at = len(d.data)
		return
	}
	value = bytes.TrimRight(inlineComment.ReplaceAll(value, nil), " \t\r")
	d.give(name, word{d.at + from, d.at + from + len(value)}, false)
	d.at += end + 1
}

// quoted is the offset of the quote that closes the one which text begins with, or -1.
func (d *dotenv) quoted(text []byte) int {
	if len(text) == 0 || text[0] != '"' && text[0] != '\'' {
		return -1
	}
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			i++
		case text[i] == text[0]:
			return i
		}
	}
	return -1
}

// give takes one value. The facts of a file are kept, and no secret of a
// repository may be among them: a value is taken only where name and value both
// look like a part of an image reference. Of all others it is known that they exist.
func (d *dotenv) give(name string, value word, literal bool) {
	text := string(d.data[value.from:value.to])
	place := func(a, b int) checks.Span { return d.SpanOf(value.from+a, value.from+b) }
	hidden := Expr{Op: Unknown, Text: "${" + name + "}", Span: place(0, len(text))}
	if !isPublic(name, text) || literal && strings.Contains(text, "$") {
		d.gives[name] = hidden
		return
	}
	d.gives[name] = interpolate(passage{text: text, span: place, line: d.lineOf}, dialect{name: d.known})
}

// known is the value that the file gave a name before.
func (d *dotenv) known(name string) (*Expr, string) {
	if e, ok := d.gives[name]; ok {
		return &e, "variable"
	}
	return nil, "variable"
}
