package known

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// command reads a line as shell.Read would, as far as the table needs it: words, quotes and gaps
// for what is not known. "xargs-fed" before it stands for `xargs`, "sudo-less" for nothing.
func command(line string) shell.Command {
	c := shell.Command{Written: line, Piped: -1}
	if rest, fed := strings.CutPrefix(line, "xargs-fed "); fed {
		line, c.Wrappers = rest, []string{"xargs"}
	}
	if rest, far := strings.CutPrefix(line, "ssh-fed "); far {
		line, c.Wrappers = rest, []string{"ssh"}
	}
	line = strings.TrimPrefix(line, "sudo-less ")
	line, stdin, given := strings.Cut(line, " <<< ")
	if given {
		w := plain(stdin)
		c.Stdin = &w
	}
	c.Words = splitWords(line)
	for len(c.Words) > 0 && strings.Contains(c.Words[0].Text, "=") {
		name, value, _ := strings.Cut(c.Words[0].Text, "=")
		if c.Env == nil {
			c.Env = map[string]shell.Word{}
		}
		c.Env[name], c.Words = shell.Word{Text: value}, c.Words[1:]
	}
	return c
}

// splitWords takes a line apart at spaces outside quotes and expressions.
func splitWords(line string) []shell.Word {
	var words []shell.Word
	var now strings.Builder
	var quote byte
	begun := false
	end := func() {
		if begun {
			words = append(words, plain(now.String()))
		}
		now.Reset()
		begun = false
	}
	for n := 0; n < len(line); n++ {
		c := line[n]
		if strings.HasPrefix(line[n:], "${{") {
			close := n + strings.Index(line[n:], "}}") + 2
			now.WriteString(line[n:close])
			n, begun = close-1, true
			continue
		}
		switch {
		case quote == 0 && c == ' ':
			end()
		case quote == 0 && (c == '"' || c == '\''):
			quote, begun = c, true
		case c == quote:
			quote = 0
		default:
			now.WriteByte(c)
			begun = true
		}
	}
	end()
	return words
}

// plain reads expressions and variables of a word as gaps.
func plain(text string) shell.Word {
	w := word(text)
	for {
		at := strings.IndexByte(w.Text, '$')
		if at < 0 || strings.HasPrefix(w.Text[at:], "$false") || strings.HasPrefix(w.Text[at:], "$true") || at+1 == len(w.Text) {
			return w
		}
		end := at + 1
		for end < len(w.Text) && isWord(w.Text[end]) && w.Text[end] != '$' {
			end++
		}
		if end == at+1 {
			return w
		}
		before := strings.Count(w.Text[:at], shell.Gap)
		w.From = slices.Insert(w.From, before, w.Text[at:end])
		w.Text = w.Text[:at] + shell.Gap + w.Text[end:]
	}
}

// action reads `owner/name@ref input=value …`.
func action(line string) Action {
	a := Action{With: map[string]string{}}
	for n, w := range rawWords(line) {
		if n == 0 {
			a.Name, a.Ref, _ = strings.Cut(w, "@")
			continue
		}
		name, value, _ := strings.Cut(w, "=")
		a.With[name] = value
	}
	return a
}

func rawWords(line string) []string {
	var all []string
	for _, w := range splitWords(line) {
		text := w.Text
		for _, f := range w.From {
			text = strings.Replace(text, shell.Gap, "${{ "+f+" }}", 1)
		}
		all = append(all, text)
	}
	return all
}

// isUse reports whether an example is the use of an action.
func isUse(line string) bool {
	first, _, _ := strings.Cut(line, " ")
	return strings.Contains(first, "/") && (!strings.Contains(first, "://") || strings.HasPrefix(first, "docker://")) && strings.Contains(first, "@")
}

func deeds(line string) []Deed {
	if isUse(line) {
		return Uses(action(line))
	}
	return Commands(command(line))
}

// want is what an example says after its arrow.
type want struct {
	Target string
	Dry    bool
	Chosen []string
}

func expected(text string) (w want, told bool) {
	_, after, told := strings.Cut(text, " -> ")
	for n, part := range strings.Split(after, ";") {
		part = strings.TrimSpace(part)
		switch refs, chosen := strings.CutPrefix(part, "chosen "); {
		case n == 0:
			w.Target = part
		case part == "dry":
			w.Dry = true
		case chosen:
			w.Chosen = strings.Split(refs, ",")
		}
	}
	return w, told
}

func TestRows(t *testing.T) {
	for _, r := range load().rows {
		t.Run(r.ID, func(t *testing.T) {
			if len(r.Likes) == 0 || len(r.match.unlike) == 0 {
				t.Errorf("the row has %d examples and %d look-alikes: want one of each at least", len(r.Likes), len(r.match.unlike))
			}
			if r.Says == "" {
				t.Error("the row does not say what it does")
			}
			if r.Dry.Flag != "" || r.Dry.Input != "" {
				dry := slices.ContainsFunc(r.Likes, func(l string) bool { w, _ := expected(l); return w.Dry })
				if !dry {
					t.Error("no example of its dry run")
				}
			}
			for _, line := range r.Likes {
				r.like(t, line)
			}
			for _, line := range r.match.unlike {
				silent(t, line)
			}
		})
	}
}

func (r *Row) like(t *testing.T, text string) {
	t.Helper()
	line, _, _ := strings.Cut(text, " -> ")
	got := deeds(line)
	if len(got) != 1 || got[0].Row.ID != r.ID {
		t.Errorf("%s\n  is %v; want %s", line, ids(got), r.ID)
		return
	}
	w, told := expected(text)
	d := got[0]
	if told {
		if diff := cmp.Diff(w, want{d.Target, d.Preview, d.Chosen}); diff != "" {
			t.Errorf("%s\n%s", line, diff)
		}
		return
	}
	if d.Preview || d.Chosen != nil {
		t.Errorf("%s: preview %t, chosen %q; want neither", line, d.Preview, d.Chosen)
	}
}

func silent(t *testing.T, line string) {
	t.Helper()
	for _, d := range deeds(line) {
		if d.Row.Class != Harmless && !d.Preview && !d.Row.Local {
			t.Errorf("%s\n  is %s; want nothing", line, d.Row.ID)
		}
	}
}

func ids(all []Deed) []string {
	var out []string
	for _, d := range all {
		out = append(out, d.Row.ID)
	}
	return out
}

// An action of the repository is known by its steps, not by its name.
func TestLocalActions(t *testing.T) {
	if d := deeds("./.github/actions/teardown-preview@x"); d != nil {
		t.Errorf("it is %v; want nothing", ids(d))
	}
}

// Every pattern that was found in the wild has a row.
func TestRowsCarryAllPatterns(t *testing.T) {
	carried := map[int]bool{}
	for _, r := range Rows() {
		for _, n := range r.Facts {
			carried[n] = true
		}
	}
	for n := 1; n <= 89; n++ {
		if !carried[n] {
			t.Errorf("no row carries pattern %d", n)
		}
	}
}
