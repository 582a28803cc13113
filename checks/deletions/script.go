package deletions

import (
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// interpreter follows a script that is given to a program.
func (w *walker) interpreter(fr frame, script shell.Script, c *shell.Command, name string) {
	plain, flags := words(c, "-o", "-W", "-X", "-r", "--require", "-File", "-file", "-ExecutionPolicy", "-m", "--import", "--loader")
	if f, ok := first(flags, "-File", "-file"); ok {
		plain = append([]shell.Word{f}, plain...)
	}
	if _, module := flags["-m"]; module && strings.HasPrefix(name, "python") {
		w.program(fr, c, flags["-m"].Text)
		return
	}
	if len(plain) == 0 {
		w.piped(fr, script, c)
		return
	}
	if name == "source" || name == "." {
		return // read with the text that sources it
	}
	if (name == "bun-run" || name == "deno") && plain[0].Text == "run" {
		plain = plain[1:]
	}
	if len(plain) > 0 && plain[0].Text != "-" {
		w.script(fr, c, plain[0], plain[1:], dialectOf(name))
	}
}

func first(flags map[string]shell.Word, names ...string) (shell.Word, bool) {
	for _, name := range names {
		if f, ok := flags[name]; ok {
			return f, true
		}
	}
	return shell.Word{}, false
}

func dialectOf(interpreter string) shell.Dialect {
	switch interpreter {
	case "pwsh", "powershell":
		return shell.PowerShell
	case "python", "python3":
		return shell.Python
	case "node", "bun-run", "deno", "tsx", "ts-node":
		return shell.JavaScript
	case "ruby", "perl":
		return ""
	}
	return shell.Sh
}

// piped is a shell that reads what another command writes.
func (w *walker) piped(fr frame, script shell.Script, c *shell.Command) {
	if c.Piped < 0 || c.Piped >= len(script.Commands) {
		return
	}
	from := script.Commands[c.Piped]
	switch path.Base(from.Words[0].Text) {
	case "curl", "wget", "gh", "fetch":
		w.doubt(fr, c.Span, from.Written, "it runs a script that is downloaded then", looksLikeCleanUp(from.Written)).moving = true
	}
}

// script follows a script of the repository.
func (w *walker) script(fr frame, c *shell.Command, file shell.Word, args []shell.Word, d shell.Dialect) {
	p, ok := w.place(fr, file)
	if !ok {
		w.doubt(fr, c.Span, c.Written, "which script it runs hangs on "+strings.Join(file.From, ", "), looksLikeCleanUp(c.Written) || chosen(file))
		return
	}
	if fr.foreign() {
		w.doubt(fr, c.Span, c.Written, "the job "+fr.codeOf().note, looksLikeCleanUp(c.Written)).moving = true
		return
	}
	f, ready := w.one(p)
	if !ready {
		return
	}
	w.ran[p] = true
	if f == nil || f.File == nil || f.trouble != "" {
		w.missing(fr, c.Span, c.Written, p, f, looksLikeCleanUp(c.Written))
		return
	}
	if f.Format != pipeline.Script {
		return
	}
	if f.Dialect != "" && !(f.Dialect == shell.Sh && d != "" && path.Ext(p) == "") {
		d = f.Dialect
	}
	next, entered := w.enter(fr, f, link{fr.file, c.Span, "runs " + f.path})
	if !entered {
		return
	}
	if code := fr.codeOf(); code != nil {
		w.doubt(fr, c.Span, c.Written, "the job "+code.note, looksLikeCleanUp(c.Written)).moving = true
	}
	w.beside.note(fr.job, f)
	next.args = args
	if w.again(next, f.path) {
		return
	}
	next.trail = &trail{up: next.trail, blob: f.blob}
	before := len(w.acts)
	w.calls(next, f.Text, d)
	w.text(next, shell.Input{Text: f.Text, Dialect: d, Env: fr.env, Args: append([]shell.Word{}, args...)})
	if len(w.acts) == before && deletesByItself(f, d) {
		w.doubt(fr, c.Span, c.Written, "what "+f.path+" takes away is decided in its code, which is not followed", looksLikeCleanUp(c.Written))
	}
}

// foreign reports whether the job works on another repository.
func (fr frame) foreign() bool { return fr.job != nil && fr.job.foreign }

func (fr frame) codeOf() *link {
	if fr.job == nil {
		return nil
	}
	return fr.job.code
}

// program follows a command that is a file of the repository.
func (w *walker) program(fr frame, c *shell.Command, name string) {
	word := c.Words[0]
	word.Text = strings.ReplaceAll(word.Text, `\`, "/")
	if strings.Contains(word.Text, "/") || slices.Contains([]string{".bat", ".cmd", ".ps1"}, path.Ext(word.Text)) {
		if p, ok := w.place(fr, word); ok && !path.IsAbs(word.Text) && !strings.HasPrefix(word.Text, "~") {
			if fr.foreign() {
				w.script(fr, c, word, nil, "")
				return
			}
			f, ready := w.one(p)
			switch {
			case !ready:
				return
			case f != nil && (f.trouble != "" || f.File != nil && f.Format == pipeline.Script):
				w.script(fr, c, word, c.Words[1:], "")
				return
			case f != nil && f.File != nil:
				return
			}
			w.doubt(fr, c.Span, c.Written, p+" is not in this repository: it is built or downloaded", looksLikeCleanUp(c.Written)).moving = fr.codeOf() != nil
			return
		}
	}
	if slices.Contains(c.Wrappers, "docker run") {
		return
	}
	if !word.Known() && looksLikeDeletion(c) {
		w.doubt(fr, c.Span, c.Written, "which program it runs hangs on "+strings.Join(word.From, ", "), true)
		return
	}
	if own, ok := ownProgram(c); ok && looksLikeCleanUp(own) {
		w.doubt(fr, c.Span, c.Written, "what the program "+own+" does is decided in its code, which is not followed", true)
		return
	}
	if !ordinary(name) && looksLikeDeletion(c) {
		w.doubt(fr, c.Span, c.Written, "what the program "+shown(name)+" does is not in this repository", true)
	}
}

// chosen reports whether somebody outside the repository decides what a word is.
func chosen(word shell.Word) bool {
	return slices.ContainsFunc(word.From, func(from string) bool {
		return strings.HasPrefix(from, "inputs.") || strings.HasPrefix(from, "vars.") || strings.HasPrefix(from, "secrets.") || strings.HasPrefix(from, "github.event.inputs.")
	})
}

// ownProgram is the program of the repository that a language's runner builds and runs.
func ownProgram(c *shell.Command) (string, bool) {
	plain, _ := words(c, "--bin", "-p", "--project")
	name := path.Base(c.Words[0].Text)
	switch {
	case (name == "go" || name == "cargo" || name == "dotnet") && len(plain) > 0 && plain[0].Text == "run":
		return strings.Join(texts(c.Words[2:min(len(c.Words), 5)]), " "), len(c.Words) > 2
	case (name == "invoke" || name == "inv" || name == "fab" || name == "rake" || name == "nox") && len(plain) > 0:
		switch plain[0].Text {
		case "clean", "clobber":
			return "", false
		}
		return plain[0].Text, true
	}
	return "", false
}

func texts(words []shell.Word) []string {
	all := make([]string, len(words))
	for i, word := range words {
		all[i] = word.Text
	}
	return all
}

// shown is a name as a sentence has it.
func shown(name string) string {
	if name = strings.TrimSpace(strings.ReplaceAll(name, shell.Gap, "…")); name == "" {
		return "that it runs"
	}
	return name
}

// place is the path of a file of the repository that a word names, seen from a frame.
func (w *walker) place(fr frame, word shell.Word) (string, bool) {
	text, base := word.Text, fr.dir
	if !word.Known() {
		at, ok := fr.rooted(word)
		if !ok {
			return "", false
		}
		base, text = at, strings.TrimPrefix(strings.TrimPrefix(text, shell.Gap), "/")
	} else if fr.lost {
		return "", false
	}
	text = strings.ReplaceAll(text, `\`, "/")
	p := path.Join(base, text)
	if p == ".." || strings.HasPrefix(p, "../") || path.IsAbs(text) || p == "." {
		return p, false
	}
	return p, true
}

// rooted is the folder that the one gap stands for with which a word begins.
func (fr frame) rooted(word shell.Word) (string, bool) {
	if len(word.From) != 1 || !strings.HasPrefix(word.Text, shell.Gap) {
		return "", false
	}
	from := strings.Trim(word.From[0], "${}() ")
	switch {
	case strings.Contains(from, "workspace"), strings.Contains(from, "GITHUB_WORKSPACE"), strings.Contains(from, "CI_PROJECT_DIR"),
		strings.Contains(from, "BUILD_SOURCESDIRECTORY"), strings.Contains(from, "Build.SourcesDirectory"), strings.Contains(from, "--show-toplevel"),
		from == "PWD", from == "pwd", strings.Contains(from, "CIRCLE_WORKING_DIRECTORY"), strings.Contains(strings.ToUpper(from), "ROOT"):
		return "", true
	case strings.Contains(from, "action_path"), strings.Contains(from, "GITHUB_ACTION_PATH"),
		strings.Contains(from, "dirname"), strings.Contains(from, "BASH_SOURCE"), strings.Contains(from, "SCRIPT_DIR"), strings.Contains(from, "PSScriptRoot"),
		strings.Contains(strings.ToUpper(from), "SCRIPT"), from == "DIR", from == "HERE":
		return path.Dir(fr.file.path), true
	}
	return "", false
}

// folder is where commands run after `working-directory`; lost: not known.
func (w *walker) folder(fr frame, written string) (dir string, lost bool) {
	written = strings.TrimSpace(written)
	if m := expression.FindStringSubmatch(written); m != nil && strings.HasPrefix(written, m[0]) {
		word := shell.Word{Text: shell.Gap + strings.TrimPrefix(written, m[0]), From: []string{m[1]}}
		return w.folderWord(fr, word)
	}
	return w.folderWord(fr, shell.Word{Text: written})
}

func (w *walker) folderWord(fr frame, word shell.Word) (dir string, lost bool) {
	if word.Known() && (word.Text == "." || word.Text == "") {
		return fr.dir, fr.lost
	}
	base := fr.dir
	text := word.Text
	if !word.Known() {
		at, ok := fr.rooted(word)
		if !ok {
			return "", true
		}
		base, text = at, strings.TrimPrefix(strings.TrimPrefix(text, shell.Gap), "/")
	} else if fr.lost || path.IsAbs(text) || strings.HasPrefix(text, "~") {
		return "", true
	}
	dir = path.Join(base, text)
	if dir == ".." || strings.HasPrefix(dir, "../") {
		return "", true
	}
	if dir == "." {
		dir = ""
	}
	return dir, false
}
