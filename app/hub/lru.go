package hub

import (
	"container/list"
	"sync"
)

// lru keeps the clients that were used last.
type lru struct {
	mu    sync.Mutex
	max   int
	order *list.List // of *Client, the latest first
	byID  map[int64]*list.Element
}

func newLRU(limit int) *lru {
	return &lru{max: limit, order: list.New(), byID: map[int64]*list.Element{}}
}

func (l *lru) get(id int64, connect func() *Client) *Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.byID[id]; ok {
		l.order.MoveToFront(e)
		return e.Value.(*Client)
	}
	if l.order.Len() >= l.max {
		oldest := l.order.Remove(l.order.Back()).(*Client)
		delete(l.byID, oldest.installation)
	}
	c := connect()
	l.byID[id] = l.order.PushFront(c)
	return c
}

// drop forgets c unless another client has taken its place.
func (l *lru) drop(id int64, c *Client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.byID[id]; ok && e.Value.(*Client) == c {
		l.order.Remove(e)
		delete(l.byID, id)
	}
}

func (l *lru) all() []*Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	clients := make([]*Client, 0, l.order.Len())
	for e := l.order.Front(); e != nil; e = e.Next() {
		clients = append(clients, e.Value.(*Client))
	}
	return clients
}
