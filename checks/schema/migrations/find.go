package migrations

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/policy"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/tree"
)

// Options are what a policy says.
type Options struct {
	// Dialect is that of files whose path names none; "": detected.
	Dialect catalog.Dialect
	// Guessed are the dialects, by root, that the statements of another commit told: what
	// nobody tells is the same at both.
	Guessed map[string]catalog.Dialect
	// Globs add files to those that are known by themselves.
	Globs []string
	// Ignored reports whether a path is not looked at; nil: none is.
	Ignored func(path string) bool
}

// Want is a file to be read in a dialect, with others beside it: see Read.
type Want struct {
	Path    string
	Dialect catalog.Dialect
	Beside  []string
}

// Source answers with what files say, one File for each Want in its order: read, or kept
// from an earlier reading. Find asks it at most four times. A file that cannot be had is
// Unreadable; an error is one of the source as a whole.
type Source func(ctx context.Context, wants []Want) ([]*File, error)

// From reads a tree's files anew.
func From(t tree.Tree) Source {
	return func(ctx context.Context, wants []Want) ([]*File, error) {
		var paths []string
		for _, w := range wants {
			paths = append(append(paths, w.Path), w.Beside...)
		}
		if err := t.Prefetch(ctx, paths); err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		files := make([]*File, 0, len(wants))
		for _, w := range wants {
			data, err := t.Read(w.Path)
			if err != nil {
				files = append(files, Unreadable(w.Path, w.Dialect, err.Error()))
				continue
			}
			var beside []Beside
			for _, p := range w.Beside {
				if data, err := t.Read(p); err == nil { // without it less is known
					beside = append(beside, Beside{p, data})
				}
			}
			files = append(files, Read(w.Path, data, w.Dialect, beside...))
		}
		return files, nil
	}
}

// Find is every line of a tree, sorted by root.
func Find(ctx context.Context, t tree.Tree, o Options, source Source) ([]*Line, error) {
	entries, _, err := t.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for migrations: %w", err)
	}
	var settings, rest []string
	for _, e := range entries {
		switch kind, ok := o.kind(e); {
		case !ok:
		case kind == Setting:
			settings = append(settings, e.Path)
		default:
			rest = append(rest, e.Path)
		}
	}
	said, err := ask(ctx, source, settings)
	if err != nil {
		return nil, err
	}
	has := func(path string) bool {
		e, ok := t.Lookup(path)
		return ok && e.Mode == tree.Regular
	}
	g := &gathering{options: o, source: source, settings: said, has: has}
	return g.lines(ctx, rest)
}

// kind is what an entry is by its path; false: nothing of ours.
func (o Options) kind(e tree.Entry) (Kind, bool) {
	if e.Mode != tree.Regular || o.Ignored != nil && o.Ignored(e.Path) {
		return "", false
	}
	if place, ok := placeOf(e.Path); ok {
		return place.kind, place.kind != ""
	}
	for _, glob := range o.Globs {
		if policy.Match(glob, e.Path) && !backwards(e.Path) {
			return Migration, true
		}
	}
	return "", false
}

// ask has files read that no dialect matters for.
func ask(ctx context.Context, source Source, paths []string) ([]*File, error) {
	var wants []Want
	for _, p := range paths {
		wants = append(wants, Want{Path: p})
	}
	if len(wants) == 0 {
		return nil, nil
	}
	return source(ctx, wants)
}

// gathering puts files into lines.
type gathering struct {
	options  Options
	source   Source
	settings []*File
	has      func(path string) bool
}

// part are the files of one folder whose dialect is to be found.
type part struct {
	root    string
	paths   []string
	dialect catalog.Dialect
	from    string
}

func (g *gathering) lines(ctx context.Context, paths []string) ([]*Line, error) {
	parts := g.parts(paths)
	if err := g.vote(ctx, parts); err != nil {
		return nil, err
	}
	var wants []Want
	for _, p := range parts {
		for _, file := range p.paths {
			wants = append(wants, Want{Path: file, Dialect: p.dialect})
		}
	}
	if len(wants) == 0 {
		return nil, nil
	}
	files, err := g.source(ctx, wants)
	if err != nil {
		return nil, err
	}
	if err := g.complete(ctx, wants, files); err != nil {
		return nil, err
	}
	var lines []*Line
	var dumps []found
	for _, p := range parts {
		line := &Line{Root: p.root, Dialect: p.dialect, DialectFrom: p.from}
		for _, f := range files[:len(p.paths)] {
			switch f.Kind {
			case "":
				continue
			case Dump:
				dumps = append(dumps, found{f, p})
				continue
			}
			line.take(f)
		}
		files = files[len(p.paths):]
		if len(line.Migrations)+len(line.Repeatable) > 0 {
			line.arrange(g.settings)
			if g.exists(line) {
				lines = append(lines, line)
			}
		}
	}
	lines = attach(lines, dumps)
	slices.SortStableFunc(lines, func(a, b *Line) int {
		return cmp.Or(strings.Compare(a.Root, b.Root), cmp.Compare(a.Dialect, b.Dialect))
	})
	return lines, nil
}

// complete reads those files again, with what they need beside them, that need something
// that is there.
func (g *gathering) complete(ctx context.Context, wants []Want, files []*File) error {
	var again []Want
	var at []int
	for i, f := range files {
		w := wants[i]
		for _, need := range f.Needs {
			if p := moduleFile(need, g.has); p != "" {
				w.Beside = append(w.Beside, p)
			}
		}
		if len(w.Beside) > 0 {
			again, at = append(again, w), append(at, i)
		}
	}
	if len(again) == 0 {
		return nil
	}
	better, err := g.source(ctx, again)
	for i := range better {
		files[at[i]] = better[i]
	}
	return err
}

// exists reports whether a line is one: some formats are known by their plan only.
func (g *gathering) exists(l *Line) bool {
	f, _ := named(l.Format)
	return !f.planned || l.planned || slices.ContainsFunc(g.options.Globs, func(glob string) bool {
		return slices.ContainsFunc(l.Migrations, func(f *File) bool { return policy.Match(glob, f.Path) })
	})
}

func (l *Line) take(f *File) {
	if f.Kind == Repeatable {
		l.Repeatable = append(l.Repeatable, f)
		return
	}
	l.Migrations = append(l.Migrations, f)
}

// name is what a path says of a file's identity.
type name struct {
	id      string
	dialect catalog.Dialect
}

// pathName is a path with what it says.
type pathName struct {
	path string
	name
}

// parts groups paths by the root of their line. Where some files' names say a dialect, each
// dialect has a part of its own, with the files that say none in all of them.
func (g *gathering) parts(paths []string) []*part {
	byRoot := map[string][]pathName{}
	for _, p := range paths {
		place, ok := placeOf(p)
		if !ok {
			place = foreign(p)
		}
		byRoot[place.root] = append(byRoot[place.root], pathName{p, name{place.id, place.dialect}})
	}
	var parts []*part
	for root, files := range byRoot {
		for _, d := range dialectsOfNames(files) {
			p := &part{root: root, dialect: d, from: "name", paths: pathsFor(files, d)}
			if d == "" {
				p.dialect, p.from = g.said(root, p.paths[0])
			}
			parts = append(parts, p)
		}
	}
	slices.SortFunc(parts, func(a, b *part) int {
		return cmp.Or(strings.Compare(a.root, b.root), cmp.Compare(a.dialect, b.dialect))
	})
	return parts
}

// dialectsOfNames are those that files' names say, or "" where none does.
func dialectsOfNames(files []pathName) []catalog.Dialect {
	dialects := []catalog.Dialect{}
	for _, f := range files {
		if f.dialect != "" && !slices.Contains(dialects, f.dialect) {
			dialects = append(dialects, f.dialect)
		}
	}
	if len(dialects) == 0 {
		return []catalog.Dialect{""}
	}
	slices.Sort(dialects)
	return dialects
}

// pathsFor are the files of a dialect: those that say it, and those that say none and have
// no other in their place.
func pathsFor(files []pathName, d catalog.Dialect) []string {
	special := map[name]bool{}
	for _, f := range files {
		special[f.name] = f.dialect != ""
	}
	var paths []string
	for _, f := range files {
		if f.dialect == d || f.dialect == "" && !special[name{f.id, d}] {
			paths = append(paths, f.path)
		}
	}
	return paths
}

// found is a dump with the folder that it was found in.
type found struct {
	file *File
	part *part
}

// attach gives each dump to the line that stands nearest; those without one make lines of
// their own, a folder each.
func attach(lines []*Line, dumps []found) []*Line {
	alone := map[string]*Line{}
	for _, d := range dumps {
		if line := nearest(lines, d.file); line != nil {
			line.Dumps = append(line.Dumps, d.file)
			continue
		}
		line := alone[d.part.root]
		if line == nil {
			line = &Line{Root: d.part.root, Format: "dump", Dialect: d.part.dialect, DialectFrom: d.part.from}
			alone[d.part.root] = line
		}
		line.Dumps = append(line.Dumps, d.file)
	}
	for _, line := range alone {
		lines = append(lines, line)
	}
	return lines
}

// nearest is the line in whose dialect a dump is and whose folder shares the most with its
// own; nil when none shares any, unless there is only one line.
func nearest(lines []*Line, f *File) *Line {
	var best *Line
	most, fitting := 0, 0
	for _, line := range lines {
		if line.Dialect != f.Dialect || line.Format == "dump" {
			continue
		}
		fitting++
		if n := shared(line.Root, path.Dir(f.Path)); n > most || fitting == 1 {
			best, most = line, n
		}
	}
	if most == 0 && fitting > 1 {
		return nil
	}
	return best
}

// shared is how many folders two paths have in common from the top.
func shared(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}
