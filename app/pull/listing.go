package pull

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/checkrein/checkrein/checks/schema"
	"github.com/checkrein/checkrein/checks/schema/migrations"
	"github.com/checkrein/checkrein/checks/schema/usage"
	"github.com/checkrein/checkrein/checks/tree"
)

const (
	// archiveOver is how many unknown files are worth an archive: fewer are two queries.
	archiveOver = 100
	// mostLeftOut bounds the files that archives lack and that are fetched 50 at a time.
	mostLeftOut = 1000
	// fetchedAtOnce is what one query asks for.
	fetchedAtOnce = 50
)

// errLeftOut says that an archive lacks too much.
var errLeftOut = errors.New("more than a thousand of its files are kept out of archives (export-ignore)")

// listing is every path of a deployed commit, whose files have been learned: kept, or
// read. One REST request for the paths; then, where over 100 files are unknown, one
// streamed archive; then a GraphQL request for every 50 files that are still unknown.
func (p *production) listing(ctx context.Context, commit string, learn schema.Learner) ([]tree.Entry, error) {
	defer p.bases.hold(p.repo.ID, "commit "+commit)()
	reader := p.reader()
	kept, ok, err := p.Memory.Listing(ctx, p.repo.ID, commit, reader)
	if err != nil {
		return nil, fmt.Errorf("look up the listing of %s: %w", commit, err)
	}
	if ok {
		if entries, err := decodeListing(kept.Data); err == nil {
			p.Memory.UseListing(p.repo.ID, commit)
			return entries, nil
		}
	}
	return p.learn(ctx, commit, reader, learn)
}

// reader stands for what decides how files are read: the readers' versions and the
// settings of the policy that choose the files.
func (p *production) reader() string {
	settled := p.policy.Schema
	settings, err := json.Marshal([]any{settled.Dialect, settled.Migrations, settled.Ignore})
	if err != nil {
		settings = nil // lists of texts always encode
	}
	sum := sha256.Sum256(settings)
	return fmt.Sprintf("%d.%d.%s", migrations.Version, usage.Version, hex.EncodeToString(sum[:8]))
}

func (p *production) learn(ctx context.Context, commit, reader string, learn schema.Learner) ([]tree.Entry, error) {
	l := Listing{Commit: commit, Reader: reader, Learned: p.Now()}
	entries, err := p.github.Listing(ctx, p.repo, commit)
	if err != nil {
		return nil, err
	}
	files := unlearned{learn: learn, want: map[string]string{}}
	for _, e := range entries {
		if e.Mode == tree.Regular && learn.Reads(e.Path) {
			files.want[e.Path] = e.SHA
		}
	}
	since, err := p.known(ctx, reader, &files)
	if err != nil {
		return nil, err
	}
	if len(files.want) > archiveOver {
		err = p.github.Archive(ctx, p.repo, commit, files.visit)
	} else if !since.IsZero() {
		l.Learned = since
	}
	if err == nil {
		err = p.fetch(ctx, commit, &files)
	}
	if err != nil {
		return nil, err
	}
	return entries, p.keepListing(ctx, l, entries)
}

// known takes out the files that were learned with the listing that was used last, and
// answers since when these are known; they are, as long as that listing is kept.
func (p *production) known(ctx context.Context, reader string, files *unlearned) (since time.Time, err error) {
	last, ok, err := p.Memory.Listing(ctx, p.repo.ID, "", reader)
	if err != nil {
		return since, fmt.Errorf("look up the last listing: %w", err)
	}
	if !ok {
		return since, nil
	}
	entries, err := decodeListing(last.Data)
	if err != nil {
		return since, nil // it is read anew
	}
	unknown := maps.Clone(files.want)
	for _, e := range entries {
		if unknown[e.Path] == e.SHA {
			delete(unknown, e.Path)
		}
	}
	// With an archive everything is learned anew, so that it is kept for its full time.
	if len(unknown) <= archiveOver {
		files.want = unknown
	}
	return last.Learned, nil
}

// unlearned are files, by path, whose blobs are still to be learned.
type unlearned struct {
	learn schema.Learner
	want  map[string]string
}

// visit learns a file of an archive, unless its bytes are others than the tree's
// (export-subst): these are fetched.
func (u *unlearned) visit(path string, mode tree.Mode, size int64, r io.Reader) error {
	blob, wanted := u.want[path]
	if !wanted || mode != tree.Regular {
		return nil
	}
	if size > tree.MaxFile {
		delete(u.want, path) // nobody reads it; told when it must be
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(r, tree.MaxFile+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if tree.BlobID(data) == blob {
		u.learn.Learn(path, blob, data)
		delete(u.want, path)
	}
	return nil
}

// fetch learns what no archive has brought, each part from a tree of its own so that no
// more than that is held.
func (p *production) fetch(ctx context.Context, commit string, files *unlearned) error {
	if len(files.want) > mostLeftOut {
		return errLeftOut
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(files.want)), fetchedAtOnce) {
		t := p.github.Tree(p.repo, commit, nil)
		if err := t.Prefetch(ctx, part); err != nil {
			return fmt.Errorf("read files of %s: %w", commit, err)
		}
		for _, path := range part {
			if data, err := t.Read(path); err == nil && tree.BlobID(data) == files.want[path] {
				files.learn.Learn(path, files.want[path], data)
			} // else it is told by whoever has to read it
		}
	}
	return nil
}

func (p *production) keepListing(ctx context.Context, l Listing, entries []tree.Entry) error {
	if err := p.facts.flush(); err != nil {
		return err
	}
	var err error
	if l.Data, err = encodeListing(entries); err != nil {
		return err
	}
	if err := p.Memory.PutListing(ctx, p.repo.ID, l); err != nil {
		return fmt.Errorf("keep the listing of %s: %w", l.Commit, err)
	}
	return nil
}

func encodeListing(entries []tree.Entry) ([]byte, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("pack a listing: %w", err)
	}
	if err := errors.Join(json.NewEncoder(z).Encode(entries), z.Close()); err != nil {
		return nil, fmt.Errorf("pack a listing: %w", err)
	}
	return packed.Bytes(), nil
}

func decodeListing(packed []byte) ([]tree.Entry, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack a listing: %w", err)
	}
	var entries []tree.Entry
	if err := json.NewDecoder(z).Decode(&entries); err != nil {
		return nil, fmt.Errorf("unpack a listing: %w", err)
	}
	return entries, nil
}
