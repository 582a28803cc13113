package guard_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

// memory keeps what a guard remembers in this process; it can be handed to the next guard
// as if that had been restarted.
type memory struct {
	mu        sync.Mutex
	intents   []guard.Intent
	outcomes  map[int64]guard.Outcome
	records   []guard.Record
	hours     map[string]guard.Hour
	manifests map[string]map[registry.Digest]registry.Manifest
	sights    map[string]guard.Sights
	begins    int
	turns     map[string]chan struct{}
	fail      error // of Begin
}

func newMemory() *memory {
	return &memory{outcomes: map[int64]guard.Outcome{}, hours: map[string]guard.Hour{}, manifests: map[string]map[registry.Digest]registry.Manifest{},
		sights: map[string]guard.Sights{}, turns: map[string]chan struct{}{}}
}

func (m *memory) Begin(_ context.Context, i guard.Intent) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	m.begins++
	i.ID = int64(len(m.intents) + 1)
	m.intents = append(m.intents, i)
	m.hours[i.Package] = i.Hour
	m.records = append(m.records, guard.Record{At: i.At, Package: i.Package, Event: guard.Intended, Digest: string(i.Digest), Who: i.Who, Did: i.Did, Intent: i.ID})
	return i.ID, nil
}

func (m *memory) End(id int64, o guard.Outcome, r guard.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes[id] = o
	m.records = append(m.records, r)
}

func (m *memory) Note(r guard.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = append(m.records, r)
}

func (m *memory) Open(_ context.Context, pkg string) ([]guard.Intent, error) {
	return m.with(pkg, ""), nil
}

func (m *memory) Deleted(_ context.Context, pkg string, _ time.Time) ([]guard.Intent, error) {
	return m.with(pkg, guard.Gone), nil
}

func (m *memory) with(pkg string, o guard.Outcome) []guard.Intent {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(m.intents), func(i guard.Intent) bool { return i.Package != pkg || m.outcomes[i.ID] != o })
}

func (m *memory) Content(_ context.Context, id int64) ([]byte, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.intents[id-1].Content, m.intents[id-1].MediaType, nil
}

func (m *memory) Hour(_ context.Context, pkg string) (guard.Hour, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hours[pkg], nil
}

func (m *memory) Salt(context.Context) ([]byte, error) { return []byte("salt of the tests"), nil }

func (m *memory) Manifests(_ context.Context, pkg string) ([]registry.Manifest, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.manifests[pkg])), nil
}

func (m *memory) PutManifests(pkg string, all []registry.Manifest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.manifests == nil {
		m.manifests = map[string]map[registry.Digest]registry.Manifest{}
	}
	if m.manifests[pkg] == nil {
		m.manifests[pkg] = map[registry.Digest]registry.Manifest{}
	}
	for _, one := range all {
		m.manifests[pkg][one.Digest] = one
	}
}

func (m *memory) Sights(_ context.Context, pkg string) (guard.Sights, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.sightsOf(pkg)
	return guard.Sights{Tags: maps.Clone(s.Tags), Touched: maps.Clone(s.Touched), First: maps.Clone(s.First)}, nil
}

func (m *memory) sightsOf(pkg string) guard.Sights {
	if _, ok := m.sights[pkg]; !ok {
		m.sights[pkg] = guard.Sights{Tags: map[string]registry.Digest{}, Touched: map[registry.Digest]time.Time{}, First: map[registry.Digest]time.Time{}}
	}
	return m.sights[pkg]
}

func (m *memory) Saw(_ context.Context, pkg string, s guard.Sights) error {
	m.Glimpsed(pkg, s)
	return nil
}

func (m *memory) Glimpsed(pkg string, s guard.Sights) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.sightsOf(pkg)
	for tag, d := range s.Tags {
		if known.Tags[tag] = d; d == "" {
			delete(known.Tags, tag)
		}
	}
	maps.Copy(known.Touched, s.Touched)
	maps.Copy(known.First, s.First)
}

func (m *memory) Lock(ctx context.Context, pkg string) (func(), error) {
	m.mu.Lock()
	turn := m.turns[pkg]
	if turn == nil {
		turn = make(chan struct{}, 1)
		m.turns[pkg] = turn
	}
	m.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// events are the records as "event code", in order.
func (m *memory) events() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, r := range m.records {
		event := string(r.Event)
		if r.Code != "" {
			event += " " + r.Code
		}
		all = append(all, event)
	}
	return all
}
