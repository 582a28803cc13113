package shell

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestRead compares each text in testdata/<dialect> with what is written beside it. The
// expectations are made by hand.
func TestRead(t *testing.T) {
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal(err, "no cases")
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dialect := Dialect(filepath.Base(filepath.Dir(name)))
		for _, c := range cases(archive) {
			t.Run(filepath.Base(name)+"/"+c.name, func(t *testing.T) {
				c.in.Dialect = dialect
				if diff := cmp.Diff(c.want, told(Read(c.in))); diff != "" {
					t.Errorf("%s\n(-want +got)\n%s", c.in.Text.Body, diff)
				}
			})
		}
	}
}

type readCase struct {
	name, want string
	in         Input
}

// cases are the texts of an archive, each with its files: NAME.env, NAME.args, NAME.want.
func cases(archive *txtar.Archive) []readCase {
	var all []readCase
	for _, f := range archive.Files {
		name, what, _ := strings.Cut(f.Name, ".")
		if what == "" {
			all = append(all, readCase{name: name, in: Input{Text: Whole(f.Data)}})
			continue
		}
		c := &all[len(all)-1]
		lines := strings.Split(strings.TrimSuffix(string(f.Data), "\n"), "\n")
		switch what {
		case "want":
			c.want = string(f.Data)
		case "env":
			c.in.Env = map[string]string{}
			for _, line := range lines {
				k, v, _ := strings.Cut(line, "=")
				c.in.Env[k] = v
			}
		case "args":
			for _, line := range lines {
				c.in.Args = append(c.in.Args, Word{Text: line})
			}
		}
	}
	return all
}

// told is a script in the notation of the cases.
func told(s Script) string {
	var b strings.Builder
	for _, c := range s.Commands {
		fmt.Fprintf(&b, "%d:%d-%d:%d", c.Line, c.Column, c.EndLine, c.EndColumn)
		if len(c.Wrappers) > 0 {
			b.WriteString(" " + strings.Join(c.Wrappers, ">") + ">")
		}
		for _, w := range c.Words {
			b.WriteString(" " + quoted(toldWord(w)))
		}
		if c.Stdin != nil {
			fmt.Fprintf(&b, " <%q", toldWord(*c.Stdin))
		}
		if c.Piped >= 0 {
			fmt.Fprintf(&b, " |%d", c.Piped)
		}
		if dir := toldWord(c.Dir); dir != "" {
			b.WriteString(" @" + quoted(dir))
		}
		for _, name := range slices.Sorted(maps.Keys(c.Env)) {
			b.WriteString(" +" + name + "=" + quoted(toldWord(c.Env[name])))
		}
		for _, condition := range c.When {
			b.WriteString(" ?" + quoted(condition))
		}
		for _, call := range c.Calls {
			fmt.Fprintf(&b, " ^%d:%d", call.Line, call.Column)
		}
		b.WriteByte('\n')
	}
	for _, u := range s.Unread {
		fmt.Fprintf(&b, "! %d %s\n", u.Line, u.Reason)
	}
	return b.String()
}

// toldWord shows what the gaps of a word hang on.
func toldWord(w Word) string {
	var b strings.Builder
	for i, text := range strings.Split(w.Text, Gap) {
		if i > 0 {
			b.WriteString("⟨" + w.From[i-1] + "⟩")
		}
		b.WriteString(text)
	}
	return b.String()
}

func quoted(text string) string {
	if text == "" || strings.ContainsAny(text, " \n\"\\") {
		return fmt.Sprintf("%q", text)
	}
	return text
}
