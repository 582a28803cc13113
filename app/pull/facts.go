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
}

// factBatch is how many facts are written at once.
const factBatch = 500

// Get implements images.Facts. A store that cannot be read is a miss: the file is read anew.
func (c *factCache) Get(ctx context.Context, key images.FactKey) ([]byte, bool) {
	c.mu.Lock()
	data, ok := c.pending[key]
	c.mu.Unlock()
	if ok {
		return data, true
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
