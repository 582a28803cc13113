package local

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// Fixed is what was made of the edits that a result's new findings have.
type Fixed struct {
	Edits []checks.Edit // those made, sorted by place
	Left  []Left
}

// Left is a finding that could have an edit and was not mended.
type Left struct {
	Finding checks.Finding
	Reason  string
}

// Fix makes the edits of the new findings in the files below dir. A file that is no longer
// what was judged is left alone, and so is one that only a symlink leads to; a file is
// replaced as a whole or not at all.
func Fix(dir string, r *Result) (*Fixed, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder to mend: %w", err)
	}
	defer root.Close()
	m := &mender{root: root, result: r, failed: map[string]string{}}
	if m.below, err = within(r.root, dir); err != nil {
		return nil, err
	}
	fixed := &Fixed{}
	byPath := edits(r.Verdict.Findings)
	for _, p := range slices.Sorted(maps.Keys(byPath)) {
		if err := m.mend(p, byPath[p]); err != nil {
			m.failed[p] = err.Error()
			continue
		}
		fixed.Edits = append(fixed.Edits, byPath[p]...)
	}
	fixed.Left = m.left()
	return fixed, nil
}

// within is where dir stands below the root of what was judged: "" or "a/b/".
func within(root, dir string) (string, error) {
	var real [2]string
	for i, p := range []string{root, dir} {
		p, err := filepath.Abs(p)
		if err == nil {
			p, err = filepath.EvalSymlinks(p)
		}
		if err != nil {
			return "", fmt.Errorf("find the folder to mend: %w", err)
		}
		real[i] = p
	}
	rel, err := filepath.Rel(real[0], real[1])
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is not below %s", dir, root)
	}
	if rel == "." {
		return "", nil
	}
	return filepath.ToSlash(rel) + "/", nil
}

// edits are those of the new findings by path, each place once, sorted.
func edits(findings []checks.Finding) map[string][]checks.Edit {
	by := map[string][]checks.Edit{}
	for _, f := range findings {
		for _, e := range f.Fix.Edits {
			if f.New && !slices.Contains(by[e.Path], e) {
				by[e.Path] = append(by[e.Path], e)
			}
		}
	}
	for _, list := range by {
		slices.SortFunc(list, func(a, b checks.Edit) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
	}
	return by
}

type mender struct {
	root   *os.Root
	below  string // of the judged root
	result *Result
	failed map[string]string // by path, why
}

var (
	errOutside = errors.New("it stands outside the folder that was named")
	errSymlink = errors.New("a symlink leads there")
	errChanged = errors.New("the file has changed since it was judged")
)

// mend makes the edits of one file.
func (m *mender) mend(p string, list []checks.Edit) error {
	name, ok := strings.CutPrefix(p, m.below)
	if !ok {
		return errOutside
	}
	data, info, err := m.read(name)
	if err != nil {
		return err
	}
	if e, known := m.result.head.Lookup(p); known && e.SHA != "" && e.SHA != tree.BlobID(data) {
		return errChanged
	}
	mended, err := apply(data, list)
	if err != nil {
		return err
	}
	return m.replace(name, mended, info)
}

// read reads a regular file to which no symlink leads.
func (m *mender) read(name string) ([]byte, fs.FileInfo, error) {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if info, err := m.root.Lstat(dir); err != nil || !info.IsDir() {
			return nil, nil, errSymlink
		}
	}
	info, err := m.root.Lstat(name)
	switch {
	case err != nil:
		return nil, nil, errChanged
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, nil, errSymlink
	case !info.Mode().IsRegular() || info.Size() > tree.MaxFile:
		return nil, nil, errChanged
	}
	f, err := m.root.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read it: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, tree.MaxFile+1))
	return data, info, err
}

// apply makes edits, sorted by place, of which each must find what it replaces.
func apply(data []byte, list []checks.Edit) ([]byte, error) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	for _, e := range slices.Backward(list) {
		if e.Line < 1 || e.Line > len(lines) || e.EndLine != e.Line || e.Old == "" {
			return nil, errChanged
		}
		line := lines[e.Line-1]
		from, to := e.Column-1, e.EndColumn-1
		if from < 0 || to < from || to > len(line) || string(line[from:to]) != e.Old {
			return nil, errChanged
		}
		lines[e.Line-1] = slices.Concat(line[:from], []byte(e.New), line[to:])
	}
	return bytes.Join(lines, nil), nil
}

// replace puts a new file in the place of the one that was read, with its permissions.
func (m *mender) replace(name string, data []byte, was fs.FileInfo) error {
	beside := path.Join(path.Dir(name), ".checkrein-"+strconv.Itoa(os.Getpid())+".tmp")
	f, err := m.root.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, was.Mode().Perm())
	if err != nil {
		return fmt.Errorf("write beside it: %w", err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(was.Mode().Perm()), f.Sync(), f.Close())
	if err == nil {
		err = m.swap(beside, name, was)
	}
	if err != nil {
		_ = m.root.Remove(beside)
	}
	return err
}

func (m *mender) swap(beside, name string, was fs.FileInfo) error {
	now, err := m.root.Lstat(name)
	if err != nil || !os.SameFile(was, now) || !now.ModTime().Equal(was.ModTime()) || now.Size() != was.Size() {
		return errChanged
	}
	return m.root.Rename(beside, name)
}

// left are the new findings that a digest would mend and that have none now.
func (m *mender) left() []Left {
	var left []Left
	for _, f := range m.result.Verdict.Findings {
		if !f.New {
			continue
		}
		reason := f.Fix.Missing
		for _, e := range f.Fix.Edits {
			if failed := m.failed[e.Path]; failed != "" {
				reason = e.Path + ": " + failed
			}
		}
		if reason != "" {
			left = append(left, Left{f, reason})
		}
	}
	return left
}
