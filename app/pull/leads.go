package pull

import (
	"sync"
	"time"
)

// lead is how far a branch was ahead of a commit; ok: it has the commit.
type lead struct {
	commits int
	ok      bool
	at      time.Time
}

const (
	// leadTime is how long an answer holds. A commit that the branch has stays there; one
	// that it has not may be merged any time.
	leadTime = 24 * time.Hour
	noTime   = time.Hour
	// maxLeads bounds what is kept; beyond it everything is asked anew.
	maxLeads = 10_000
)

// leads remembers answers for the life of the process: losing them costs a request each.
type leads struct {
	mu    sync.Mutex
	known map[place]lead
}

func (l *leads) get(at place, now time.Time) (lead, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, ok := l.known[at]
	holds := noTime
	if known.ok {
		holds = leadTime
	}
	return known, ok && now.Before(known.at.Add(holds))
}

func (l *leads) put(at place, known lead) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= maxLeads {
		l.known = map[place]lead{}
	}
	l.known[at] = known
}
