package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/enforce"
)

func TestEnforcement(t *testing.T) {
	s, clock := openTest(t)
	accept(t, s, delivery("one"))
	if state, found, err := s.Enforcement(t.Context(), 42); found || err != nil || head(t, s, shaA).Enforcement != nil {
		t.Errorf("%+v, %v, %v before anybody has looked", state, found, err)
	}
	want := enforce.State{Branch: "main", Required: true, Bound: true, Sources: []string{"ruleset 12 of acme"}, Checked: noon}
	must(t, s.SetEnforcement(t.Context(), 42, want))
	want = enforce.State{Branch: "main", Checked: noon.Add(time.Hour), Lost: noon.Add(time.Minute)}
	must(t, s.SetEnforcement(t.Context(), 42, want))
	got, found, err := s.Enforcement(t.Context(), 42)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" || !found {
		t.Errorf("found %v (-want +got):\n%s", found, diff)
	}
	if diff := cmp.Diff(&want, head(t, s, shaA).Enforcement); diff != "" {
		t.Errorf("of a head (-want +got):\n%s", diff)
	}
	// An hour's interval counts from when somebody looked, not from when it was stored.
	clock.advance(24 * time.Hour)
	if checked := one[int64](t, s, `SELECT checked FROM enforcement`); checked != want.Checked.UnixMilli() {
		t.Errorf("checked at %d, want %d", checked, want.Checked.UnixMilli())
	}
}

func TestEnforcements(t *testing.T) {
	s, clock := openTest(t)
	count := func() map[string]int {
		t.Helper()
		counts, err := s.Enforcements(t.Context())
		must(t, err)
		return counts
	}
	if diff := cmp.Diff(map[string]int{"enforced": 0, "unbound": 0, "missing": 0, "unknown": 0}, count()); diff != "" {
		t.Errorf("of nothing (-want +got):\n%s", diff)
	}
	clock.advance(time.Minute)
	setRepositories(t, s, listed(1, "enforced", "main", false), listed(2, "enforced-too", "main", false), listed(3, "unbound", "main", false),
		listed(4, "missing", "main", false), listed(5, "failed", "main", false), listed(6, "never-looked", "main", false), listed(7, "archived", "main", true))
	for id, state := range map[int64]enforce.State{
		1: {Required: true, Bound: true},
		2: {Required: true, Bound: true},
		3: {Required: true},
		4: {},
		5: {Required: true, Bound: true, Problem: "403"},
		7: {Required: true, Bound: true},
		8: {Required: true, Bound: true}, // of no known repository
	} {
		must(t, s.SetEnforcement(t.Context(), id, state))
	}
	if diff := cmp.Diff(map[string]int{"enforced": 2, "unbound": 1, "missing": 1, "unknown": 2}, count()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
