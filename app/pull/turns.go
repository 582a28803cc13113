package pull

import "sync"

// turns lets one at a time in this process do what need not be done twice, in one branch of
// a repository: the others find it done.
type turns struct {
	mu   sync.Mutex
	held map[place]*holding
}

type place struct {
	repository int64
	name       string
}

type holding struct {
	sync.Mutex
	users int
}

// hold waits for its turn; release must be called once.
func (t *turns) hold(repository int64, name string) (release func()) {
	key := place{repository, name}
	t.mu.Lock()
	h := t.held[key]
	if h == nil {
		h = &holding{}
		if t.held == nil {
			t.held = map[place]*holding{}
		}
		t.held[key] = h
	}
	h.users++
	t.mu.Unlock()
	h.Lock()
	return func() {
		h.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if h.users--; h.users == 0 {
			delete(t.held, key)
		}
	}
}
