package work

import (
	"slices"
	"sync"
)

// crowd counts the rows that run, so that no kind takes more places than it may.
type crowd struct {
	most map[string]int // kinds that are missing are not bounded
	left chan struct{}  // sends when a kind that was full has room again

	mu      sync.Mutex
	running map[string]int
}

func newCrowd(most map[string]int) *crowd {
	return &crowd{most: most, left: make(chan struct{}, 1), running: map[string]int{}}
}

func (c *crowd) enter(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[kind]++
}

func (c *crowd) leave(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.full(kind) {
		select {
		case c.left <- struct{}{}:
		default: // it is awake, or will be
		}
	}
	c.running[kind]--
}

func (c *crowd) full(kind string) bool {
	most, bounded := c.most[kind]
	return bounded && c.running[kind] >= most
}

// without are the kinds that have no room, sorted.
func (c *crowd) without() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var kinds []string
	for kind := range c.most {
		if c.full(kind) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}
