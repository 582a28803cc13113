package shell

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
)

var dialects = []Dialect{Sh, PowerShell, Cmd, Python, JavaScript}

// FuzzRead: the first byte chooses the dialect, the rest is the text. Whatever it is, nothing
// panics, and what is answered lies inside the text.
func FuzzRead(f *testing.F) {
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range cases(archive) {
			for i, d := range dialects {
				if string(d) == filepath.Base(filepath.Dir(name)) {
					f.Add(append([]byte{byte(i)}, c.in.Text.Body...))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || len(data) > 1<<14 {
			return
		}
		in := Input{Text: Whole(data[1:]), Dialect: dialects[int(data[0])%len(dialects)], Env: map[string]string{"A": "b ${{ c }}"}}
		checkScript(t, in, Read(in))
	})
}

// checkScript tells what is wrong with an answer, whatever the text.
func checkScript(t *testing.T, in Input, s Script) {
	t.Helper()
	lines := strings.Split(in.Text.Body, "\n")
	if len(s.Commands) > maxCommands {
		t.Errorf("%d commands", len(s.Commands))
	}
	for i, c := range s.Commands {
		checkSpan(t, lines, c.Span)
		if !utf8.ValidString(c.Written) || len(c.Written) > maxWritten || strings.Contains(c.Written, "\n") {
			t.Errorf("written: %q", c.Written)
		}
		if len(c.Words) == 0 || c.Piped >= len(s.Commands) || c.Piped == i {
			t.Errorf("%d: %d words, piped %d", i, len(c.Words), c.Piped)
		}
		for _, w := range append(c.Words, c.Dir) {
			checkWord(t, w)
		}
		if c.Stdin != nil {
			checkWord(t, *c.Stdin)
		}
		for _, w := range c.Env {
			checkWord(t, w)
		}
		for _, call := range c.Calls {
			checkSpan(t, lines, call)
		}
	}
	for _, u := range s.Unread {
		checkSpan(t, lines, u.Span)
		if u.Reason == "" || strings.HasPrefix(u.Reason, "reading it failed") {
			t.Errorf("unread: %q", u.Reason)
		}
	}
}

func checkWord(t *testing.T, w Word) {
	t.Helper()
	if strings.Count(w.Text, Gap) != len(w.From) {
		t.Errorf("%q has gaps for %q", w.Text, w.From)
	}
	for _, from := range w.From {
		if !utf8.ValidString(from) || len(from) > maxFrom {
			t.Errorf("from %q", from)
		}
	}
}

// checkSpan: the place is in the text, and ends where it begins or later.
func checkSpan(t *testing.T, lines []string, s checks.Span) {
	t.Helper()
	in := func(line, column int) bool {
		return line >= 1 && line <= len(lines) && column >= 1 && column <= len(lines[line-1])+1
	}
	if !in(s.Line, s.Column) || !in(s.EndLine, s.EndColumn) ||
		s.EndLine < s.Line || s.EndLine == s.Line && s.EndColumn < s.Column {
		t.Errorf("outside of the text: %+v", s)
	}
}
