package pull

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/checkrein/checkrein/checks/images"
)

// factCache reads facts from the store and writes them in batches.
type factCache struct {
	ctx    context.Context
	memory Memory

	mu      sync.Mutex
	pending map[images.FactKey][]byte
	ahead   map[images.FactKey][]byte // read before somebody asks; nil: not kept
}

// factBatch is how many facts are written at once.
const factBatch = 500

// mostAhead is how many facts are read ahead at most before the earlier ones are let go.
const mostAhead = 4096

// Prefetch implements images.Facts. A store that cannot be read has none of them: asking for
// each alone would only fail as often.
func (c *factCache) Prefetch(ctx context.Context, keys []images.FactKey) {
	found, err := c.memory.Facts(ctx, images.FactsVersion, keys)
	if err != nil {
		found = nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ahead == nil || len(c.ahead)+len(keys) > mostAhead {
		c.ahead = make(map[images.FactKey][]byte, len(keys))
	}
	for _, key := range keys {
		c.ahead[key] = found[key]
	}
}

// Get implements images.Facts. A store that cannot be read is a miss: the file is read anew.
func (c *factCache) Get(ctx context.Context, key images.FactKey) ([]byte, bool) {
	c.mu.Lock()
	data, ok := c.pending[key]
	ahead, expected := c.ahead[key]
	c.mu.Unlock()
	switch {
	case ok:
		return data, true
	case expected:
		return ahead, ahead != nil
	}
	found, err := c.memory.Facts(ctx, images.FactsVersion, []images.FactKey{key})
	data, ok = found[key]
	return data, err == nil && ok
}

// Put implements images.Facts.
func (c *factCache) Put(_ context.Context, key images.FactKey, facts []byte) {
	c.mu.Lock()
	if c.pending == nil {
		c.pending = map[images.FactKey][]byte{}
	}
	c.pending[key] = facts
	if _, expected := c.ahead[key]; expected {
		c.ahead[key] = facts
	}
	full := len(c.pending) >= factBatch
	c.mu.Unlock()
	if full {
		_ = c.flush() // what could not be kept stays pending and is tried again
	}
}

func (c *factCache) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) == 0 {
		return nil
	}
	if err := c.memory.PutFacts(c.ctx, images.FactsVersion, maps.Clone(c.pending)); err != nil {
		return fmt.Errorf("keep facts: %w", err)
	}
	clear(c.pending)
	return nil
}
