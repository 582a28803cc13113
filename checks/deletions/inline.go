package deletions

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// inline follows the commands that an action is given as an input; false: it is given none.
func (w *walker) inline(fr frame, a known.Action, s *pipeline.Step) bool {
	if strings.EqualFold(a.Name, "actions/github-script") {
		w.code(fr, s.With["script"].Code(), known.Inline{Dialect: shell.JavaScript})
		return true
	}
	found := false
	for _, i := range known.Inlines(a) {
		for _, input := range slices.Sorted(maps.Keys(s.With)) {
			if strings.ToLower(input) == i.Input {
				found = true
				w.code(fr, s.With[input].Code(), i)
			}
		}
	}
	return found
}

func (w *walker) code(fr frame, text shell.Text, i known.Inline) {
	fr.remote = fr.remote || i.Remote
	w.calls(fr, text, i.Dialect)
	w.text(fr, shell.Input{Text: text, Dialect: i.Dialect, Env: fr.env})
}

// calls notes what JavaScript deletes by GitHub's API.
func (w *walker) calls(fr frame, text shell.Text, d shell.Dialect) {
	if d != shell.JavaScript || len(text.Lines) == 0 {
		return
	}
	for _, call := range known.Calls(text) {
		w.act(fr, call.Deed, call.Span, call.Written, fr.remote)
	}
}

// image is a step that is a container: what `docker run` would do with the same words.
func (w *walker) image(fr frame, at checks.Span, written, image string, s *pipeline.Step) {
	c := shell.Command{Span: at, Written: written, Piped: -1, Words: []shell.Word{{Text: "docker"}, {Text: "run"}, {Text: image}}}
	for _, input := range []string{"entrypoint", "args"} {
		for _, word := range strings.Fields(w.fill(fr, s.With[input].Text)) {
			c.Words = append(c.Words, shell.Word{Text: word})
		}
	}
	deeds := known.Commands(c)
	for _, d := range deeds {
		w.act(fr, d, at, written, fr.remote)
	}
	if len(deeds) == 0 {
		w.doubt(fr, at, written, "what the image "+image+" does is not in this repository", looksLikeCleanUp(image, s.Name, s.With["args"].Text))
	}
}

// programOfAction tells of an action of the repository that is a program: its code is not followed.
func (w *walker) programOfAction(fr frame, f *file, s *pipeline.Step, sure bool) {
	image := len(f.Jobs) > 0 && f.Jobs[0].Container != ""
	if image {
		w.doubt(fr, s.Uses.Span, s.Uses.Text, "what the image of "+f.path+" does is decided in its program", sure)
	}
	for _, main := range f.Main {
		p := path.Join(path.Dir(f.path), main.Text)
		if program, _ := w.one(p); program != nil {
			w.beside.note(fr.job, program)
			w.bundles[p] = true
		}
		w.doubt(fr, s.Uses.Span, s.Uses.Text, "what it does is decided in the program "+p+", which is not followed", sure)
	}
}
