package deletions

import (
	"path"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
)

// uses follows the action that a step uses.
func (w *walker) uses(fr frame, s *pipeline.Step) {
	name := w.fill(fr, s.Uses.Text)
	switch {
	case strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../"):
		w.local(fr, s, path.Clean(name))
		return
	case strings.HasPrefix(name, "docker://"):
		w.image(fr, s.Uses.Span, s.Uses.Text, strings.TrimPrefix(name, "docker://"), s)
		return
	}
	a := action(name, w.filledValues(fr, s.With))
	w.checkout(&fr, a, s)
	if w.inline(fr, a, s) {
		return
	}
	if known.LocalClusterAction(a) {
		w.clusters[fr.jobKey()] = true
	}
	deeds := known.Uses(a)
	for _, d := range deeds {
		w.act(fr, d, s.Uses.Span, s.Uses.Text, false)
	}
	if len(deeds) == 0 && !known.DeletesNothing(a) {
		d := w.doubt(fr, s.Uses.Span, s.Uses.Text, "what the action "+a.Name+" does is not in this repository", calledLikeCleanUp(a.Name, s.Name))
		d.moving = !errand(a.Name)
	}
}

// checkout notes that the job goes on with other code than that of the commit.
func (w *walker) checkout(fr *frame, a known.Action, s *pipeline.Step) {
	if a.Name != "actions/checkout" || fr.job == nil {
		return
	}
	ref, repository := a.With["ref"], a.With["repository"]
	own := repository == "" || strings.Contains(repository, "github.repository")
	if own && (ref == "" || sameCommit(ref)) || a.With["path"] != "" {
		return
	}
	fr.job.code = &link{fr.file, s.Uses.Span, "checks out other code than that of this commit: " + strings.TrimSpace(repository+" "+ref)}
	fr.job.foreign = !own
}

// sameCommit reports whether a ref is the commit whose workflow runs.
func sameCommit(ref string) bool {
	switch strings.Join(strings.Fields(strings.Trim(ref, "${} ")), "") {
	case "github.sha", "github.ref", "github.ref_name", "github.head_ref", "github.workflow_sha":
		return true
	}
	return false
}

// local follows an action of the repository.
func (w *walker) local(fr frame, s *pipeline.Step, folder string) {
	f, ready := w.one(path.Join(folder, "action.yml"), path.Join(folder, "action.yaml"))
	if !ready {
		return
	}
	if f == nil || f.File == nil || f.Format != pipeline.Action {
		w.missing(fr, s.Uses.Span, s.Uses.Text, path.Join(folder, "action.yml"), f, calledLikeCleanUp(folder, s.Name))
		return
	}
	next, ok := w.enter(fr, f, link{fr.file, s.Uses.Span, "calls " + f.path})
	if !ok {
		return
	}
	w.beside.note(fr.job, f)
	next.input = w.inputs(fr, f, s.With)
	if !w.again(next, f.path) {
		w.eachJob(next)
	}
	w.programOfAction(fr, f, s, calledLikeCleanUp(folder, s.Name))
}

// reusable follows a workflow that a job calls.
func (w *walker) reusable(fr frame, j *pipeline.Job) {
	name := w.fill(fr, j.Uses.Text)
	if !strings.HasPrefix(name, "./") {
		called, _, _ := strings.Cut(name, "@")
		called = path.Base(called)
		d := w.doubt(fr, j.Uses.Span, j.Uses.Text, "the workflow that it calls is not in this repository", calledLikeCleanUp(called, j.Name, j.ID))
		d.moving = !errand(called)
		return
	}
	p := path.Clean(name)
	f, ready := w.one(p)
	if !ready {
		return
	}
	if f == nil || f.File == nil || f.Format != pipeline.Workflow {
		w.missing(fr, j.Uses.Span, j.Uses.Text, p, f, looksLikeCleanUp(p, j.Name))
		return
	}
	next, ok := w.enter(fr, f, link{fr.file, j.Uses.Span, "calls " + f.path})
	if !ok {
		return
	}
	next.input, next.env, next.job = w.inputs(fr, f, j.With), nil, nil
	w.eachJob(next)
}

// includes follows the files that are a part of a pipeline.
func (w *walker) includes(fr frame) {
	f := fr.file
	for _, p := range f.included() {
		g, ready := w.one(p)
		if !ready || g == nil || f.Format == pipeline.Makefile || f.Format == pipeline.Taskfile {
			continue
		}
		part := *g
		if part.File == nil || part.Format != f.Format {
			part.File = pipeline.ReadAs(f.Format, p, g.data)
		}
		if part.File == nil {
			continue
		}
		if next, ok := w.enter(fr, &part, link{f, f.including(p), "includes " + p}); ok {
			w.eachJob(next)
		}
	}
}

// missing tells of a callee that is not there, or cannot be read.
func (w *walker) missing(fr frame, at checks.Span, written, p string, f *file, sure bool) {
	why := p + " is not in this repository"
	switch {
	case f != nil && f.trouble != "":
		why = p + " cannot be read: " + f.trouble
	case f != nil:
		why = p + " is in no format that is read"
	}
	w.doubt(fr, at, written, why, sure)
}

func action(name string, with map[string]string) known.Action {
	a := known.Action{Name: name, With: with}
	a.Name, a.Ref, _ = strings.Cut(name, "@")
	return a
}
