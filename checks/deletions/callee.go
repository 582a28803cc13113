package deletions

import (
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// text follows the commands of a text.
func (w *walker) text(fr frame, in shell.Input) {
	if in.Dialect == "" || strings.Contains(string(in.Dialect), "$") {
		in.Dialect = shell.Sh // an expression chooses it
	}
	script, places := w.sourced(fr, in)
	fr.trail = &trail{up: fr.trail, script: script, text: in.Text}
	env := wordsOf(in.Env)
	for i := range script.Commands {
		if w.spent() {
			return
		}
		c := script.Commands[i]
		fr := places.frame(fr, &c)
		c.Words, c.Env = fr.knownAll(c.Words), within(env, c.Env)
		w.command(fr, script, &c)
	}
	for _, u := range script.Unread {
		if u.Defeated {
			w.unread = append(w.unread, checks.Unread{Path: fr.file.path, Line: u.Line, Kind: checks.Defeated, Reason: "its commands were not read to the end: " + u.Reason})
		}
		w.doubt(fr, u.Span, "", "these commands cannot be read: "+u.Reason, true)
	}
}

// read reads a text once, however often it is come to with the same around it.
func (w *walker) read(in shell.Input) shell.Script {
	if len(in.Text.Lines) == 0 {
		return shell.Script{}
	}
	key := reading{at: &in.Text.Lines[0], dialect: in.Dialect, env: envText(in.Env)}
	key.args = argsText(in.Args)
	script, ok := w.scripts[key]
	if !ok {
		script = shell.Read(in)
		w.scripts[key] = script
	}
	return script
}

func argsText(args []shell.Word) string {
	var b strings.Builder
	for _, arg := range args {
		b.WriteString(strings.Join(append(slices.Clone(arg.From), arg.Text), "\x00") + "\n")
	}
	return b.String()
}

func (w *walker) command(fr frame, script shell.Script, c *shell.Command) {
	if len(c.Words) == 0 {
		return
	}
	w.notes(fr, c)
	told := *c
	if told.Dir.Text == "" {
		told.Dir = fr.folder
	}
	if fr.remote {
		told.Wrappers = append([]string{"ssh"}, told.Wrappers...)
	}
	told.Words = w.asPlanned(fr, told.Words)
	deeds := known.Commands(told)
	for _, d := range deeds {
		if a := w.act(fr, d, c.Span, c.Written, remote(c.Wrappers)); a != nil {
			a.command = c
			a.own = a.ownCluster() || a.ownThing() || a.ownState()
		}
	}
	if len(deeds) > 0 {
		return
	}
	if remote(c.Wrappers) { // what is called is there, not here
		if !ordinary(path.Base(c.Words[0].Text)) && looksLikeDeletion(c) {
			w.doubt(fr, c.Span, c.Written, "what it runs is on another machine", true)
		}
		return
	}
	if c.Dir.Text != "" {
		fr.dir, fr.lost = w.folderWord(fr, c.Dir)
	}
	if len(c.When) > 0 {
		fr.when += strings.Join(c.When, "\n") + "\n"
	}
	w.call(fr, script, c)
}

// remote reports whether a command runs on another machine.
func remote(wrappers []string) bool { return slices.Contains(wrappers, "ssh") }

// call follows a command to the file that it runs.
func (w *walker) call(fr frame, script shell.Script, c *shell.Command) {
	program := c.Words[0]
	name := strings.TrimSuffix(path.Base(program.Text), ".exe")
	if program.Text == shell.Gap {
		name = programOf(program)
	}
	switch name {
	case "make", "gmake":
		w.make(fr, c)
	case "docker", "podman", "nerdctl":
		w.container(fr, c)
	case "task", "go-task":
		w.task(fr, c)
	case "just":
		w.just(fr, c)
	case "npm", "pnpm", "yarn", "bun":
		w.npm(fr, c, name)
	case "bash", "sh", "dash", "zsh", "ksh", "source", ".", "pwsh", "powershell", "python", "python3", "node", "bun-run", "deno", "tsx", "ts-node", "ruby", "perl":
		w.interpreter(fr, script, c, name)
	default:
		w.program(fr, c, name)
	}
}

// programOf is the program behind a gap that is known by its name: make calls itself $(MAKE).
func programOf(word shell.Word) string {
	switch strings.Trim(word.From[0], "${()} ") {
	case "MAKE":
		return "make"
	}
	return ""
}

// words are those that are no flags; flags that take a value are given with it.
func words(c *shell.Command, valued ...string) (plain []shell.Word, flags map[string]shell.Word) {
	flags = map[string]shell.Word{}
	for i := 1; i < len(c.Words); i++ {
		word := c.Words[i]
		if !strings.HasPrefix(word.Text, "-") || len(word.Text) < 2 {
			plain = append(plain, word)
			continue
		}
		flag, value, inline := strings.Cut(word.Text, "=")
		if inline {
			flags[flag] = shell.Word{Text: value, From: word.From}
			continue
		}
		flags[flag] = shell.Word{}
		for _, v := range valued {
			if v == flag && i+1 < len(c.Words) {
				i++
				flags[flag] = c.Words[i]
			}
		}
	}
	return plain, flags
}
