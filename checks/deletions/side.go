package deletions

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/spread"
	"github.com/checkrein/checkrein/checks/tree"
)

// side is one tree with the files read from it and what their pipelines do.
type side struct {
	check  *Check
	tree   tree.Tree
	roots  map[string]bool
	files  map[string]*file // by path; nil: there is none
	wanted map[string]bool
	unread []checks.Unread

	reached map[string]bool // by a pipeline
	// bundles are the programs of actions, ran the scripts that commands run.
	bundles, ran map[string]bool
	acts         []*act
	doubts       []*doubt
	prints       map[string]string // of findings, by their place
}

// file is one file that was read.
type file struct {
	*pipeline.File // nil: none of the formats, or it could not be read
	path, blob     string
	data           []byte
	ignores        []checks.Ignore
	trouble        string // why it could not be read; empty: it could
	bytes          int64
}

func (c *Check) side(t tree.Tree) *side {
	return &side{check: c, tree: t, roots: map[string]bool{}, files: map[string]*file{}, wanted: map[string]bool{}}
}

func (s *side) root(path string) {
	s.roots[path] = true
	s.wanted[path] = true
}

// file is a file that a pipeline calls; ready is false where it has still to be read.
func (w *walker) file(path string) (f *file, ready bool) {
	f, ready = w.side.files[path]
	if !ready {
		w.wanted[path] = true
	}
	return f, ready
}

// load reads one file that was prefetched.
func (s *side) load(p string) {
	if _, done := s.files[p]; !done {
		s.files[p] = s.read(p)
	}
}

// loadAll reads files that were prefetched, side by side.
func (s *side) loadAll(paths []string) {
	read := make([]*file, len(paths))
	spread.Jobs(spread.UpTo(len(paths)), func(_, i int) { read[i] = s.read(paths[i]) })
	for i, p := range paths {
		s.files[p] = read[i]
	}
}

func (s *side) read(p string) *file {
	data, err := s.tree.Read(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	entry, _ := s.tree.Lookup(p)
	if err != nil {
		return &file{path: p, trouble: err.Error(), blob: entry.SHA}
	}
	f := &file{path: p, bytes: int64(len(data)), data: data, File: pipeline.Read(p, data), ignores: policy.Inline(p, data, s.check.ruleIDs), blob: entry.SHA}
	if f.blob == "" {
		f.blob = tree.BlobID(data)
	}
	return f
}

// included are the paths of the files that become a part of this one, where they are written out.
func (f *file) included() []string {
	var all []string
	for _, i := range f.Includes {
		p := strings.TrimPrefix(i.Text, "/")
		if f.Format != pipeline.GitLab {
			p = path.Join(path.Dir(f.path), i.Text)
		}
		if fs.ValidPath(p) && !strings.ContainsAny(p, "$*{") {
			all = append(all, p)
		}
	}
	return all
}

// candidates are the paths that an included file may have: a Taskfile can name a folder.
func (f *file) candidates(i pipeline.Value) []string {
	p := path.Join(path.Dir(f.path), i.Text)
	if !fs.ValidPath(p) {
		return nil
	}
	if f.Format != pipeline.Taskfile || path.Ext(p) != "" {
		return []string{p}
	}
	return []string{path.Join(p, "Taskfile.yml"), path.Join(p, "Taskfile.yaml"), path.Join(p, "taskfile.yml")}
}

// including is where the file names one that becomes a part of it.
func (f *file) including(p string) checks.Span {
	for _, i := range f.Includes {
		if path.Base(i.Text) == path.Base(p) {
			return i.Span
		}
	}
	return checks.Span{Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
}

// line is a line of the file as it stands, 1-based.
func (f *file) line(n int) string {
	for line := range bytes.Lines(f.data) {
		if n--; n == 0 {
			return strings.TrimRight(string(line), "\r\n")
		}
	}
	return ""
}

// defeat tells what is still wanted after the last round. It counts as touched: a chain
// of files must not hide what the change does at its end.
func (s *side) defeat() {
	for _, p := range slices.Sorted(maps.Keys(s.wanted)) {
		s.unread = append(s.unread, checks.Unread{Path: p, Kind: checks.Defeated, Touched: true,
			Reason: fmt.Sprintf("files call files that call files: this one would be read in round %d, and %d is the limit", maxRounds+1, maxRounds)})
	}
}

// walk follows every pipeline from its roots, with the files that have been read so far.
func (s *side) walk() {
	s.acts, s.doubts = nil, nil
	reached := map[string]bool{}
	s.reached, s.bundles, s.ran = reached, map[string]bool{}, map[string]bool{}
	var callable, starting []*file
	for _, p := range slices.Sorted(maps.Keys(s.roots)) {
		f := s.files[p]
		switch {
		case f == nil || f.File == nil:
		case f.Format == pipeline.Action, called(f.File):
			callable = append(callable, f)
		case f.starts():
			starting = append(starting, f)
		}
	}
	s.follow(starting, reached)
	// What nobody here calls may be called from elsewhere: by itself it is judged, too.
	for _, f := range callable {
		if !reached[f.path] {
			s.follow([]*file{f}, reached)
		}
	}
}

// starts reports whether something starts the file by itself.
func (f *file) starts() bool {
	switch f.Format {
	case pipeline.Workflow, pipeline.GitLab, pipeline.CircleCI, pipeline.Azure:
		return true
	}
	return false
}

// called reports whether a workflow runs only when another one calls it.
func called(f *pipeline.File) bool {
	return f.Format == pipeline.Workflow && len(f.Triggers) > 0 &&
		!slices.ContainsFunc(f.Triggers, func(t pipeline.Trigger) bool { return t.Event != "workflow_call" })
}

// follow walks through pipelines side by side; what they came to is in their order.
func (s *side) follow(list []*file, reached map[string]bool) {
	walkers := make([]*walker, len(list))
	spread.Jobs(spread.UpTo(len(list)), func(_, i int) {
		walkers[i] = newWalker(s, list[i])
		walkers[i].run()
	})
	for _, w := range walkers {
		maps.Copy(reached, w.files)
		maps.Copy(s.bundles, w.bundles)
		maps.Copy(s.ran, w.ran)
		maps.Copy(s.wanted, w.wanted)
		s.acts = append(s.acts, w.acts...)
		s.doubts = append(s.doubts, w.doubts...)
		s.unread = append(s.unread, w.unread...)
	}
}

// alone wants whatever the file may call, whoever calls it.
func (s *side) alone(f *file) {
	w := newWalker(s, f)
	if len(f.Jobs)+len(f.Includes) > 0 || f.Format == pipeline.Script {
		w.run()
	}
	for i := range f.Targets {
		w.target(w.start(), &f.Targets[i])
	}
	for _, i := range f.Includes {
		w.one(f.candidates(i)...)
	}
	for _, main := range f.Main {
		w.one(path.Join(path.Dir(f.path), main.Text))
	}
	maps.Copy(s.wanted, w.wanted)
}
