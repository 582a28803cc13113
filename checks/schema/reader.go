package schema

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
	"github.com/checkrein/checkrein/checks/schema/usage"
	"github.com/checkrein/checkrein/checks/tree"
)

// reader reads the trees of one change. What two trees share is read once.
type reader struct {
	check *Check
	mu    sync.Mutex
	files map[FactKey]kept
	code  map[FactKey]*usage.Facts
	sides map[string]*side // by commit
	// guessed are the dialects of lines that only their statements tell, by root: the commit
	// that is read first decides for all.
	guessed map[string]catalog.Dialect
	// ignored are the inline ignores by blob and path.
	ignored map[string][]checks.Ignore
	// looked are the files that count, known before or not; bytes are of those that were not.
	looked map[string]bool
	bytes  int64
}

func newReader(c *Check) *reader {
	return &reader{
		check: c, files: map[FactKey]kept{}, code: map[FactKey]*usage.Facts{}, sides: map[string]*side{},
		guessed: map[string]catalog.Dialect{}, ignored: map[string][]checks.Ignore{}, looked: map[string]bool{},
	}
}

// prefetch makes the migrations of all trees readable, in one request where they allow it.
func (r *reader) prefetch(ctx context.Context, trees []tree.Tree) error {
	var wants []tree.Want
	asked, seen := map[string]bool{}, map[string]bool{}
	for _, t := range trees {
		if seen[t.Commit()] {
			continue
		}
		seen[t.Commit()] = true
		entries, _, err := t.List(ctx)
		if err != nil {
			return fmt.Errorf("list %s: %w", t.Commit(), err)
		}
		w := tree.Want{Tree: t}
		entries = slices.DeleteFunc(slices.Clone(entries), func(e tree.Entry) bool { return e.Mode != tree.Regular || !r.check.Reads(e.Path) })
		for part := range ahead(ctx, r.check, entries, r.unknown) {
			for _, e := range part {
				if e.SHA == "" || !asked[e.SHA] && !r.known(ctx, e) {
					asked[e.SHA] = true
					w.Paths = append(w.Paths, e.Path)
				}
			}
		}
		wants = append(wants, w)
	}
	if err := tree.Prefetch(ctx, wants...); err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	return nil
}

// known reports whether some dialect's reading of a file is kept.
func (r *reader) known(ctx context.Context, e tree.Entry) bool {
	return slices.ContainsFunc(r.readings(e), func(key FactKey) bool {
		_, ok := r.recall(ctx, key)
		return ok
	})
}

// readings are where a file's readings in each dialect are kept, the likeliest first.
func (r *reader) readings(e tree.Entry) []FactKey {
	var keys []FactKey
	for _, d := range []catalog.Dialect{r.check.dialect(), catalog.Postgres, catalog.MySQL, catalog.SQLite, ""} {
		keys = append(keys, migrationKey(e.SHA, e.Path, d))
	}
	return keys
}

// unknown are the readings of a file, unless one was recalled already.
func (r *reader) unknown(e tree.Entry) []FactKey {
	keys := r.readings(e)
	if e.SHA == "" || slices.ContainsFunc(keys, r.recalled) {
		return nil
	}
	return keys
}

func (r *reader) recalled(key FactKey) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.files[key]
	return ok
}

// recall takes a file that was read for another tree, or is kept.
func (r *reader) recall(ctx context.Context, key FactKey) (kept, bool) {
	r.mu.Lock()
	k, ok := r.files[key]
	r.mu.Unlock()
	if ok {
		return k, true
	}
	if !r.check.get(ctx, key, &k) || k.File == nil {
		return k, false
	}
	r.mu.Lock()
	r.files[key] = k
	r.ignored[key.Blob+k.File.Path] = k.Ignores
	r.looked[key.Blob+k.File.Path] = true
	r.mu.Unlock()
	return k, true
}

// side reads the lines of a tree; a commit that has several parts to play is read once.
func (r *reader) side(ctx context.Context, name string, t tree.Tree) (*side, error) {
	if same := r.sides[t.Commit()]; same != nil {
		again := *same
		again.name, again.tree = name, t // of one commit one tree may list more than another
		return &again, nil
	}
	s := &side{name: name, tree: t, blobs: map[string]string{}}
	options := r.check.options()
	options.Guessed = r.guessed
	lines, err := migrations.Find(ctx, t, options, r.source(s))
	if err != nil {
		return nil, fmt.Errorf("find the migrations of %s: %w", name, err)
	}
	for _, l := range lines {
		if _, known := r.guessed[l.Root]; !known && (l.DialectFrom == "statements" || l.DialectFrom == "default") {
			r.guessed[l.Root] = l.Dialect
		}
	}
	s.lines = lines
	r.sides[t.Commit()] = s
	return s, nil
}

// source answers from what is known, and reads the rest, several at a time.
func (r *reader) source(s *side) migrations.Source {
	return func(ctx context.Context, wants []migrations.Want) ([]*migrations.File, error) {
		files := make([]*migrations.File, len(wants))
		var missing []int
		var paths []string
		i := 0
		for part := range ahead(ctx, r.check, wants, func(w migrations.Want) []FactKey { return r.wanted(s, w) }) {
			for _, w := range part {
				if k, ok := r.recall(ctx, s.key(w)); ok && s.blobs[w.Path] != "" {
					files[i] = k.File
				} else {
					missing, paths = append(missing, i), append(append(paths, w.Path), w.Beside...)
				}
				i++
			}
		}
		if len(missing) == 0 {
			return files, nil
		}
		if err := s.tree.Prefetch(ctx, paths); err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for _, i := range missing {
			group.Go(func() error {
				files[i] = r.load(ctx, s, wants[i])
				return ctx.Err()
			})
		}
		return files, group.Wait()
	}
}

// wanted is where the reading is kept that is wanted, unless it was recalled already.
func (r *reader) wanted(s *side, w migrations.Want) []FactKey {
	e, _ := s.tree.Lookup(w.Path)
	s.blobs[w.Path] = e.SHA
	if key := s.key(w); e.SHA != "" && !r.recalled(key) {
		return []FactKey{key}
	}
	return nil
}

// load reads one migration that was prefetched.
func (r *reader) load(ctx context.Context, s *side, w migrations.Want) *migrations.File {
	data, err := s.tree.Read(w.Path)
	if err != nil {
		return migrations.Unreadable(w.Path, w.Dialect, err.Error())
	}
	var beside []migrations.Beside
	for _, path := range w.Beside {
		if data, err := s.tree.Read(path); err == nil { // without it less is known
			beside = append(beside, migrations.Beside{Path: path, Data: data})
		}
	}
	k := r.check.readMigration(w.Path, data, w.Dialect, beside...)
	r.mu.Lock()
	defer r.mu.Unlock()
	s.blobs[w.Path] = tree.BlobID(data)
	key := s.key(w)
	r.check.put(ctx, key, k)
	r.files[key] = k
	r.ignored[s.blobs[w.Path]+w.Path] = k.Ignores
	r.looked[s.blobs[w.Path]+w.Path] = true
	r.bytes += int64(len(data))
	return k.File
}

// key is where what a file says is kept: it hangs on those beside it too.
func (s *side) key(w migrations.Want) FactKey {
	key := migrationKey(s.blobs[w.Path], w.Path, w.Dialect)
	for _, path := range w.Beside {
		e, _ := s.tree.Lookup(path)
		key.Reader += ":" + e.SHA
	}
	return key
}

// ignores are the inline ignores of a file of a side.
func (r *reader) ignores(s *side, path string) []checks.Ignore {
	return r.ignored[s.blobs[path]+path]
}
