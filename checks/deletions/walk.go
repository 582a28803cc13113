package deletions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

const (
	// maxDepth is how many calls may lead to a step: real ones need four.
	maxDepth = 12
	// maxSteps bounds the steps and commands of one pipeline, those of its callees each time.
	maxSteps = 30_000
)

// walker follows one pipeline through what it calls.
type walker struct {
	side   *side
	first  *file
	files  map[string]bool // everything that was reached, read or not
	beside beside
	acts   []*act
	// doubts are what may delete and cannot be read.
	doubts []*doubt
	unread []checks.Unread
	wanted map[string]bool // files that have still to be read
	// bundles are the programs of actions, ran the scripts that commands run.
	bundles, ran map[string]bool
	steps        int
	full         bool // that it does too much is told
	// clusters are the jobs, by key, that make a cluster on their own machine.
	clusters map[string]bool
	// made are the containers, by job and name, that a job has started, and the folders in which
	// it has applied what it then destroys.
	made map[string]bool
	// selects are the jobs, by key, that pick versions to delete, and why that is unsafe.
	selects map[string]string
	// previews are the dry runs so far, by what they are of.
	previews map[string][]*act
	jobs     map[string]*job // by key
	giversOf map[*pipeline.Job][]giver
	ways     map[deed]*more
	visits   map[visit]bool
	// scripts are the texts that were read, so that one that is called a thousand times is read once.
	scripts map[reading]shell.Script
	texts   map[*shell.Position]string // prints, by where they begin
}

// deed is a deletion at one place, in one job.
type deed struct {
	job  *job
	file *file
	span checks.Span
	row  *known.Row
}

// more is in how many ways a job comes to a deletion, and what those beyond the first few hang on.
type more struct {
	ways  int
	print string
}

// maxWays is in how many ways a job may come to the same deletion before the others are not
// told one by one any more.
const maxWays = 8

// reading is a text, by where it begins, with what is known around it.
type reading struct {
	at        *shell.Position
	dialect   shell.Dialect
	env, args string
}

func newWalker(s *side, f *file) *walker {
	return &walker{side: s, first: f, wanted: map[string]bool{}, bundles: map[string]bool{}, ran: map[string]bool{}, files: map[string]bool{f.path: true}, clusters: map[string]bool{}, selects: map[string]string{}, made: map[string]bool{},
		previews: map[string][]*act{}, jobs: map[string]*job{}, giversOf: map[*pipeline.Job][]giver{}, scripts: map[reading]shell.Script{}, ways: map[deed]*more{},
		visits: map[visit]bool{}, texts: map[*shell.Position]string{}, beside: newBeside()}
}

func (w *walker) start() frame {
	return frame{file: w.first, stack: []string{w.first.path}}
}

func (w *walker) run() {
	fr := w.start()
	switch w.first.Format {
	case pipeline.Script:
		w.text(fr, shell.Input{Text: w.first.Text, Dialect: w.first.Dialect})
	case pipeline.Action:
		fr.input = w.first.Defaults
		fr.dir, fr.lost = "", false
		w.eachJob(fr)
	default:
		w.eachJob(fr)
	}
}

func (w *walker) eachJob(fr frame) {
	f := fr.file
	w.includes(fr)
	for i := range f.Jobs {
		if template(f, &f.Jobs[i]) {
			continue
		}
		next := fr
		if fr.job == nil || f.Format != pipeline.Action { // an action runs within the job that uses it
			next.job = w.newJob(fr, &f.Jobs[i])
		}
		next.env = merged(fr.env, w.filled(fr, f.Jobs[i].Env))
		w.job(next, &f.Jobs[i])
	}
}

// template reports whether a job is only there to be extended, by one of its file.
func template(f *file, j *pipeline.Job) bool {
	return f.Format == pipeline.GitLab && strings.HasPrefix(j.ID, ".") &&
		slices.ContainsFunc(f.Jobs, func(j pipeline.Job) bool { return !strings.HasPrefix(j.ID, ".") })
}

func (w *walker) newJob(fr frame, j *pipeline.Job) *job {
	key := func(id string) string { return strings.Join(fr.stack, " > ") + "#" + id }
	at := &job{Job: j, key: key(j.ID), address: jobAddress(fr.file, j), file: fr.file}
	for _, n := range j.Needs {
		at.needs = append(at.needs, key(n))
	}
	w.jobs[at.key] = at
	return at
}

func jobAddress(f *file, j *pipeline.Job) string {
	if f.Format == pipeline.Action {
		return "runs"
	}
	if j.ID == "" {
		return string(f.Format)
	}
	return "jobs." + j.ID
}

func (w *walker) job(fr frame, j *pipeline.Job) {
	fr.trail = &trail{up: fr.trail, file: fr.file, job: j}
	if j.Uses != nil {
		w.reusable(fr, j)
		return
	}
	for i := range j.Steps {
		if w.spent() {
			return
		}
		w.step(fr, j, &j.Steps[i])
	}
}

func (w *walker) spent() bool {
	if w.steps++; w.steps <= maxSteps {
		return false
	}
	w.defeat(fmt.Sprintf("more than %d steps and commands, those of what it calls counted each time", maxSteps))
	return true
}

// defeat tells once that a pipeline was not followed to its end. It counts as touched: what
// lies beyond must not be hidden by what lies before.
func (w *walker) defeat(reason string) {
	if !w.full {
		w.full = true
		w.unread = append(w.unread, checks.Unread{Path: w.first.path, Kind: checks.Defeated, Touched: true, Reason: reason})
	}
}

func (w *walker) step(fr frame, j *pipeline.Job, s *pipeline.Step) {
	if fr.file.Format != pipeline.Action || fr.step == nil {
		fr.step = s
	}
	if env := w.filled(fr, s.Env); fr.file.Format == pipeline.Action {
		fr.env = merged(fr.env, env)
	} else {
		fr.env = env // those of the pipeline and of the job are among them
	}
	fr.trail = &trail{up: fr.trail, job: j, step: s}
	if s.If != "" {
		fr.when += s.If + "\n"
	}
	if s.Uses != nil {
		w.uses(fr, s)
	}
	if s.Run == nil {
		return
	}
	if fr.file.Format != pipeline.Action {
		fr.dir, fr.lost, fr.folder = "", false, shell.Word{}
	}
	if s.Dir != "" {
		written := w.fill(fr, s.Dir)
		fr.dir, fr.lost = w.folder(fr, written)
		fr.folder = wordOf(written)
	}
	if whole, ok := w.wholeExpression(fr, s.Run.Body); ok {
		w.text(fr, shell.Input{Text: repeated(*s.Run, whole), Dialect: s.Dialect, Env: fr.env})
		return
	}
	w.text(fr, shell.Input{Text: *s.Run, Dialect: s.Dialect, Env: fr.env})
}

// repeated is a text that stands in for another one: every line of it is where that begins.
func repeated(t shell.Text, body string) shell.Text {
	r := shell.Text{Body: body}
	for range strings.Count(body, "\n") + 1 {
		r.Lines = append(r.Lines, t.Lines[0])
	}
	return r
}

// one is the first of the files that is there; ready is false while one has still to be read.
func (w *walker) one(paths ...string) (f *file, ready bool) {
	ready = true
	var found *file
	for _, p := range paths {
		got, ok := w.file(p)
		ready = ready && ok
		if got != nil {
			w.files[p] = true
			if found == nil {
				found = got
			}
		}
	}
	if found == nil && len(paths) > 0 {
		w.files[paths[0]] = true // whoever approves has seen that it is not there
	}
	return found, ready
}

// enter is the frame within a file that is called; false in a circle.
func (w *walker) enter(fr frame, f *file, by link) (frame, bool) {
	return w.enterAs(fr, f, f.path, by)
}

// again reports whether the walk has been here before in the same job, with the same around
// it: whatever is to be found is found.
func (w *walker) again(fr frame, name string) bool {
	at := visit{job: fr.job, name: name, env: envText(fr.env), input: envText(fr.input), args: argsText(fr.args), when: fr.when, dir: fr.dir, lost: fr.lost}
	seen := w.visits[at]
	w.visits[at] = true
	return seen
}

// visit is where a walk was, with what it knew there.
type visit struct {
	job                    *job
	name, env, input, args string
	when, dir              string
	lost                   bool
}

func (w *walker) enterAs(fr frame, f *file, name string, by link) (frame, bool) {
	if slices.Contains(fr.stack, name) {
		return fr, false
	}
	if len(fr.stack) > maxDepth {
		w.defeat(fmt.Sprintf("calls of calls are more than %d deep", maxDepth))
		return fr, false
	}
	fr.stack = append(fr.stack[:len(fr.stack):len(fr.stack)], name)
	fr.links = append(fr.links[:len(fr.links):len(fr.links)], by)
	fr.file = f
	return fr, true
}

// act notes a deletion; nil: it has been noted in enough ways.
func (w *walker) act(fr frame, d known.Deed, span checks.Span, written string, remote bool) *act {
	at := deed{fr.job, fr.file, span, d.Row}
	m := w.ways[at]
	if m == nil {
		m = &more{}
		w.ways[at] = m
	}
	if m.ways++; m.ways > maxWays {
		m.print = printOf(m.print, w.print(fr.trail))
		return nil
	}
	a := &act{Deed: d, frame: fr, Span: span, written: written, order: len(w.acts), away: remote || fr.remote, root: w.first, via: w, more: m}
	a.own = a.ownCluster()
	w.acts = append(w.acts, a)
	if d.Preview {
		w.previews[d.Row.ID] = append(w.previews[d.Row.ID], a)
	}
	return a
}

func (w *walker) doubt(fr frame, at checks.Span, written, why string, sure bool) *doubt {
	d := &doubt{frame: fr, Span: at, written: written, why: why, sure: sure, root: w.first, via: w}
	w.doubts = append(w.doubts, d)
	return d
}
