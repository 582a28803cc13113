package tree

import (
	"context"
	"fmt"
	"sync"
)

// maxHeld bounds the bytes of file contents that are kept for a later Read.
const maxHeld = 32 << 20

// blobs reads file contents by id and keeps the youngest of them.
type blobs struct {
	sizes, contents *catFile

	mu    sync.Mutex
	held  map[string][]byte
	order []string // ids in held, the oldest first
	bytes int
}

func newBlobs(ctx context.Context, g git) (*blobs, error) {
	sizes, err := g.catFile(ctx, false)
	if err != nil {
		return nil, err
	}
	contents, err := g.catFile(ctx, true)
	if err != nil {
		sizes.close()
		return nil, err
	}
	return &blobs{sizes: sizes, contents: contents, held: map[string][]byte{}}, nil
}

func (b *blobs) close() {
	b.sizes.close()
	b.contents.close()
}

// read is the content of one blob.
func (b *blobs) read(id string) ([]byte, error) {
	if data, ok := b.get(id); ok {
		return data, nil
	}
	o, err := b.load(id, "blob")
	if err != nil {
		return nil, err
	}
	return o.body, b.put(id, o)
}

// load is one object of a kind. Its size is asked first: git would send all of it.
// Tree.Read has no context; what is asked here ends with the processes' own.
func (b *blobs) load(id, kind string) (object, error) {
	var o object
	keep := func(id string, answer object) error {
		o = answer
		return answer.readable(id, kind)
	}
	if err := b.sizes.ask(context.Background(), []string{id}, keep); err != nil {
		return object{}, err
	}
	err := b.contents.ask(context.Background(), []string{id}, keep)
	return o, err
}

// readable says whether an object is of the kind and of a size to be read.
func (o object) readable(id, kind string) error {
	switch {
	case o.kind == "":
		return &MissingError{Object: id}
	case o.kind != kind:
		return fmt.Errorf("object %s is a %s, not a %s", id, o.kind, kind)
	case o.size > MaxFile:
		return ErrTooLarge
	}
	return nil
}

// fetch reads ahead what fits; the rest, and what cannot be read, is left for read to tell.
func (b *blobs) fetch(ctx context.Context, ids []string) error {
	wanted := b.absent(ids)
	var small []string
	room := int64(maxHeld)
	err := b.sizes.ask(ctx, wanted, func(id string, o object) error {
		if o.readable(id, "blob") == nil && o.size <= room {
			room -= o.size
			small = append(small, id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.contents.ask(ctx, small, func(id string, o object) error {
		_ = b.put(id, o) // a damaged one is told by read
		return nil
	})
}

// absent are the ids that are not held, each once.
func (b *blobs) absent(ids []string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var absent []string
	seen := map[string]bool{}
	for _, id := range ids {
		if _, ok := b.held[id]; !ok && !seen[id] {
			seen[id] = true
			absent = append(absent, id)
		}
	}
	return absent
}

func (b *blobs) get(id string) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.held[id]
	return data, ok
}

// put keeps an object's bytes, and drops the oldest where they are too many.
func (b *blobs) put(id string, o object) error {
	if BlobID(o.body) != id {
		return fmt.Errorf("object %s is damaged: its bytes have another id", id)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.held[id]; ok {
		return nil
	}
	b.held[id] = o.body
	b.order = append(b.order, id)
	b.bytes += len(o.body)
	for b.bytes > maxHeld {
		oldest := b.order[0]
		b.bytes -= len(b.held[oldest])
		delete(b.held, oldest)
		b.order = b.order[1:]
	}
	return nil
}
