package deletions

import (
	"path"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// make follows the goals of make.
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
