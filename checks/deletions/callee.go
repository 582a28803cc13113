package deletions

import (
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
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

func (w *walker) make(fr frame, c *shell.Command) {
	plain, flags := words(c, "-C", "--directory", "-f", "--file", "--makefile", "-j", "-o", "-W", "-I")
	if _, dry := flags["-n"]; dry {
		return
	}
	for _, flag := range []string{"-C", "--directory"} {
		if d, ok := flags[flag]; ok {
			fr.dir, fr.lost = w.folderWord(fr, d)
		}
	}
	names := []string{"GNUmakefile", "makefile", "Makefile"}
	for _, flag := range []string{"-f", "--file", "--makefile"} {
		if f, ok := flags[flag]; ok {
			names = []string{f.Text}
		}
	}
	env := map[string]string{}
	var goals []shell.Word
	for _, word := range plain {
		if name, value, ok := strings.Cut(word.Text, "="); ok {
			env[name] = value
		} else {
			goals = append(goals, word)
		}
	}
	fr.env = merged(fr.env, env)
	w.targets(fr, c, pipeline.Makefile, names, goals)
}

func (w *walker) task(fr frame, c *shell.Command) {
	plain, flags := words(c, "-t", "--taskfile", "-d", "--dir", "-o", "--output", "-C", "--concurrency")
	if _, dry := flags["--dry"]; dry {
		return
	}
	if d, ok := flags["-d"]; ok {
		fr.dir, fr.lost = w.folderWord(fr, d)
	}
	names := []string{"Taskfile.yml", "Taskfile.yaml", "Taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.yml", "taskfile.yaml"}
	if f, ok := flags["-t"]; ok {
		names = []string{f.Text}
	}
	goals := plain[:0:0]
	for _, word := range plain {
		if !strings.Contains(word.Text, "=") {
			goals = append(goals, word)
		}
	}
	if len(goals) == 0 {
		goals = []shell.Word{{Text: "default"}}
	}
	w.targets(fr, c, pipeline.Taskfile, names, goals)
}

func (w *walker) just(fr frame, c *shell.Command) {
	plain, flags := words(c, "-f", "--justfile", "-d", "--working-directory")
	if _, dry := flags["--dry-run"]; dry {
		return
	}
	names := []string{"justfile", ".justfile", "Justfile"}
	if f, ok := flags["-f"]; ok {
		names = []string{f.Text}
	}
	if len(plain) > 1 {
		plain = plain[:1] // the rest are its arguments
	}
	w.targets(fr, c, pipeline.Just, names, plain)
}

func (w *walker) npm(fr frame, c *shell.Command, name string) {
	plain, flags := words(c, "--prefix", "-C", "--dir", "--cwd", "-w", "--workspace", "--filter", "-F")
	for _, flag := range []string{"--prefix", "-C", "--dir", "--cwd"} {
		if d, ok := flags[flag]; ok {
			fr.dir, fr.lost = w.folderWord(fr, d)
		}
	}
	if len(plain) == 0 {
		return
	}
	switch plain[0].Text {
	case "run", "run-script":
		plain = plain[1:]
	case "test", "start", "stop", "restart":
	case "install", "i", "ci", "add", "publish", "pack", "version", "login", "exec", "dlx", "create", "init", "config", "cache", "audit", "set", "link", "remove":
		return
	default:
		if name == "npm" {
			return
		}
	}
	if len(plain) > 0 {
		w.targets(fr, c, pipeline.NPM, []string{"package.json"}, plain[:1])
	}
}

// targets follows the goals of a file with targets.
func (w *walker) targets(fr frame, c *shell.Command, format pipeline.Format, names []string, goals []shell.Word) {
	if fr.lost {
		w.doubt(fr, c.Span, c.Written, "the folder in which it runs is not in this repository", looksLikeCleanUp(c.Written))
		return
	}
	if fr.foreign() {
		w.doubt(fr, c.Span, c.Written, "the job "+fr.codeOf().note, looksLikeCleanUp(c.Written)).moving = true
		return
	}
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = path.Join(fr.dir, name)
	}
	f, ready := w.one(paths...)
	if !ready {
		return
	}
	if f == nil || f.File == nil || f.Format != format {
		if looksLikeCleanUp(c.Written) {
			w.missing(fr, c.Span, c.Written, paths[len(paths)-1], f, true)
		}
		return
	}
	if len(goals) == 0 && len(f.Targets) > 0 {
		goals = []shell.Word{{Text: f.Targets[0].Name}}
	}
	for _, goal := range goals {
		w.goal(fr, c, f, goal)
	}
}

func (w *walker) goal(fr frame, c *shell.Command, f *file, goal shell.Word) {
	target, ready := w.find(f, goal.Text, 0)
	if !ready {
		return
	}
	if target == nil {
		switch {
		case goal.Known() && looksLikeCleanUp(c.Written):
			w.doubt(fr, c.Span, c.Written, f.path+" has no target "+goal.Text, true)
		case !goal.Known():
			w.doubt(fr, c.Span, c.Written, "which target it runs hangs on "+strings.Join(goal.From, ", "), looksLikeCleanUp(c.Written))
		}
		return
	}
	next, ok := w.enterAs(fr, target.file, target.file.path+"#"+target.Name, link{fr.file, c.Span, "runs " + target.Name + " of " + target.file.path})
	if ok && !w.again(next, target.file.path+"#"+target.Name) {
		w.target(next, target.Target)
	}
}

// found is a target with the file in which it stands.
type found struct {
	*pipeline.Target
	file *file
}

// named reports whether a target is of that name; of make, one with % is of many.
func named(target, name string) bool {
	before, after, pattern := strings.Cut(target, "%")
	if !pattern {
		return target == name
	}
	return len(name) > len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}

// find looks for a target in a file and in what that includes.
func (w *walker) find(f *file, name string, depth int) (t *found, ready bool) {
	for i := range f.Targets {
		if named(f.Targets[i].Name, name) {
			return &found{&f.Targets[i], f}, true
		}
	}
	ready = true
	if depth >= maxRounds {
		return nil, true
	}
	for _, i := range f.Includes {
		within, ok := name, true
		if i.As != "" {
			within, ok = strings.CutPrefix(name, i.As+":")
		}
		if !ok {
			continue
		}
		included, ok := w.one(f.candidates(i)...)
		if !ok {
			ready = false
			continue
		}
		if included == nil || included.File == nil {
			continue
		}
		t, ok := w.find(included, within, depth+1)
		if t != nil {
			return t, ok
		}
		ready = ready && ok
	}
	return nil, ready
}

// target follows a target, what it needs first.
func (w *walker) target(fr frame, t *pipeline.Target) {
	if w.spent() {
		return
	}
	fr.trail = &trail{up: fr.trail, target: t}
	for _, need := range t.Needs {
		if n, _ := w.find(fr.file, need, 0); n != nil {
			next, ok := w.enterAs(fr, n.file, n.file.path+"#"+need, link{fr.file, t.Span, "needs " + need})
			if ok && !w.again(next, n.file.path+"#"+need) {
				w.target(next, n.Target)
			}
		}
	}
	w.text(fr, shell.Input{Text: t.Commands, Dialect: t.Dialect, Env: merged(t.Env, fr.env)})
}
