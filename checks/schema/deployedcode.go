package schema

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
	"github.com/checkrein/checkrein/checks/schema/usage"
	"github.com/checkrein/checkrein/checks/tree"
)

// ranOnce are scripts that changed data along with a migration, and do not run again:
// migration/20240101000000_x/migration.ts.
var ranOnce = regexp.MustCompile(`(^|/)(migrations?|alterations)/([^/]+/)*[0-9]{8,}[^/]*(/|\.[a-z]+$)`)

// program is the code of one deployed commit.
type program struct {
	ctx   context.Context
	tree  tree.Tree
	index *usage.Index
	facts map[string]*usage.Facts // by path
	// fetched are the files whose text can be read again; failed is why some could not be fetched.
	fetched map[string]bool
	failed  error
}

// program reads the code of a commit.
func (r *reader) program(ctx context.Context, t tree.Tree) (*program, error) {
	entries, _, err := t.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the code of %s: %w", t.Commit(), err)
	}
	entries = slices.DeleteFunc(slices.Clone(entries), func(e tree.Entry) bool {
		return e.Mode != tree.Regular || !usage.Reads(e.Path) || ranOnce.MatchString(e.Path)
	})
	facts := make([]*usage.Facts, len(entries))
	var missing []int
	i := 0
	for part := range ahead(ctx, r.check, entries, r.unknownCode) {
		for _, e := range part {
			if facts[i] = r.recallCode(ctx, e); facts[i] == nil {
				missing = append(missing, i)
			}
			i++
		}
	}
	const chunk = 512 // files in flight
	for part := range slices.Chunk(missing, chunk) {
		var paths []string
		for _, i := range part {
			paths = append(paths, entries[i].Path)
		}
		if err := t.Prefetch(ctx, paths); err != nil {
			return nil, fmt.Errorf("read the code of %s: %w", t.Commit(), err)
		}
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for _, i := range part {
			group.Go(func() error {
				facts[i] = r.loadCode(ctx, t, entries[i])
				return ctx.Err()
			})
		}
		if err := group.Wait(); err != nil {
			return nil, fmt.Errorf("read the code of %s: %w", t.Commit(), err)
		}
	}
	p := &program{ctx: ctx, tree: t, index: usage.NewIndex(facts), facts: map[string]*usage.Facts{}, fetched: map[string]bool{}}
	for _, f := range facts {
		p.facts[f.Path] = f
	}
	return p, nil
}

// unknownCode is where what a file says is kept, unless it was read for another commit.
func (r *reader) unknownCode(e tree.Entry) []FactKey {
	key := usageKey(e.SHA, e.Path)
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.SHA == "" || r.code[key] != nil {
		return nil
	}
	return []FactKey{key}
}

func (r *reader) recallCode(ctx context.Context, e tree.Entry) *usage.Facts {
	key := usageKey(e.SHA, e.Path)
	r.mu.Lock()
	f := r.code[key]
	r.mu.Unlock()
	if f != nil && e.SHA != "" {
		return f
	}
	var known usage.Facts
	if !r.check.get(ctx, key, &known) {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looked[e.SHA+e.Path] = true
	return &known
}

func (r *reader) loadCode(ctx context.Context, t tree.Tree, e tree.Entry) *usage.Facts {
	data, err := t.Read(e.Path)
	if err != nil {
		return &usage.Facts{Path: e.Path, Unread: []usage.Unread{{Reason: err.Error()}}}
	}
	f := usage.Read(e.Path, data)
	r.check.put(ctx, usageKey(e.SHA, e.Path), f)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.code[usageKey(e.SHA, e.Path)] = f
	r.looked[e.SHA+e.Path] = true
	r.bytes += int64(len(data))
	return f
}

// maxFound are the places that are looked up for one name, maxLooked the files that are
// read again for it, and maxExpected those that are fetched ahead for all names.
const (
	maxFound    = 3
	maxLooked   = 40
	maxExpected = 2000 // files that are fetched again ahead, for all names
)

// against resolves the program against the schema that it knows.
func (p *program) against(c *catalog.Catalog) *resolved {
	return &resolved{Uses: p.index.Against(c), program: p, found: map[finding][]catalog.Place{}}
}

// resolved implements code.
type resolved struct {
	*usage.Uses
	program *program
	found   map[finding][]catalog.Place
	likely  []string // names that may be looked for
}

type finding struct {
	name string
	read bool
}

// Found implements code: files are kept as hashes of their words, so the text decides.
func (r *resolved) Found(name string, read bool) []catalog.Place {
	key := finding{name, read}
	if places, known := r.found[key]; known || name == "" {
		return places
	}
	r.ahead()
	paths, _ := r.Words(name)
	paths = slices.DeleteFunc(paths, func(p string) bool { return migrations.Reads(p) || !read && r.program.onlySQL(p) })
	var list []catalog.Place
	for _, path := range r.program.text(paths[:min(len(paths), maxLooked)]) {
		data, err := r.program.tree.Read(path)
		if err != nil {
			list = append(list, catalog.Place{Path: path})
		} else if at, ok := usage.FindWord(path, string(data), name); ok {
			list = append(list, at)
		}
		if len(list) == maxFound {
			break
		}
	}
	if len(list) == 0 && len(paths) > maxLooked {
		list = append(list, catalog.Place{Path: paths[maxLooked]}) // not looked at: it may be there
	}
	r.found[key] = list
	return list
}

// ahead makes those files readable, in one request, in which any of the names may stand that
// are likely to be looked for.
func (r *resolved) ahead() {
	var paths []string
	for _, name := range r.likely {
		if name == "" || len(paths) > maxExpected {
			continue
		}
		found, _ := r.Words(name)
		paths = append(paths, found[:min(len(found), maxLooked)]...)
	}
	r.likely = nil
	r.program.text(paths)
}

// onlySQL reports whether a file is SQL of which everything was read.
func (p *program) onlySQL(path string) bool {
	return strings.HasSuffix(path, ".sql") && p.facts[path] != nil && len(p.facts[path].Unread) == 0
}

// text makes files readable again.
func (p *program) text(paths []string) []string {
	var missing []string
	for _, path := range paths {
		if !p.fetched[path] {
			p.fetched[path] = true
			missing = append(missing, path)
		}
	}
	if len(missing) > 0 {
		p.failed = errors.Join(p.failed, p.tree.Prefetch(p.ctx, missing))
	}
	return paths
}
