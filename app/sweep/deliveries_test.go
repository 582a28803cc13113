package sweep_test

import (
	"errors"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/work"
)

// attempt is one row of GitHub's list.
func attempt(id int64, guid, event string, status int) hub.Delivery {
	return hub.Delivery{ID: id, GUID: guid, Event: event, Status: status}
}

func TestMissedDeliveries(t *testing.T) {
	for name, tt := range map[string]struct {
		attempts []hub.Delivery // the newest first
		has      []string
		want     []int64 // attempts that are read and taken in
	}{
		"none":                 {},
		"delivered":            {attempts: []hub.Delivery{attempt(1, "a", "push", 202)}},
		"the last of the good": {attempts: []hub.Delivery{attempt(1, "a", "push", 299)}},
		"redirected":           {attempts: []hub.Delivery{attempt(1, "a", "push", 300)}, want: []int64{1}},
		"informational":        {attempts: []hub.Delivery{attempt(1, "a", "push", 199)}, want: []int64{1}},
		"refused":              {attempts: []hub.Delivery{attempt(1, "a", "push", 503)}, want: []int64{1}},
		"no answer":            {attempts: []hub.Delivery{attempt(1, "a", "pull_request", 0)}, want: []int64{1}},
		"the oldest come first": {
			attempts: []hub.Delivery{attempt(3, "c", "push", 500), attempt(2, "b", "push", 500), attempt(1, "a", "push", 500)},
			want:     []int64{1, 2, 3},
		},
		"delivered by a later attempt": {
			attempts: []hub.Delivery{attempt(2, "a", "push", 202), attempt(1, "a", "push", 503)},
		},
		"a later attempt failed too": {
			attempts: []hub.Delivery{attempt(2, "a", "push", 503), attempt(1, "a", "push", 503)},
			want:     []int64{2},
		},
		"of several attempts the newest counts": {
			attempts: []hub.Delivery{attempt(3, "a", "push", 503), attempt(2, "b", "push", 202), attempt(1, "a", "push", 202)},
			want:     []int64{3},
		},
		"stored although the answer was lost": {
			attempts: []hub.Delivery{attempt(2, "b", "push", 0), attempt(1, "a", "push", 0)},
			has:      []string{"b"}, want: []int64{1},
		},
		"an event that the app does not listen to": {attempts: []hub.Delivery{attempt(1, "a", "star", 503)}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.attempts, w.has = tt.attempts, map[string]bool{}
			for _, guid := range tt.has {
				w.has[guid] = true
			}
			for _, d := range tt.attempts {
				w.payloads[d.ID] = payload{event: d.Event, guid: d.GUID, body: "ours"}
			}
			w.mustDo(work.KindDeliveries)
			w.expect("read", tt.want, w.read)
			w.expect("taken in", len(tt.want), len(w.accepted))
			w.expect("mark", noon, w.marks[work.KindDeliveries])
			w.logged("missed delivery taken in", len(tt.want) > 0)
		})
	}
}

// What GitHub is asked about overlaps with what it was asked about before, and does not
// reach farther back than it keeps deliveries.
func TestWindowOfDeliveries(t *testing.T) {
	for name, tt := range map[string]struct{ mark, want time.Time }{
		"never before":          {time.Time{}, noon.Add(-72 * time.Hour)},
		"an hour ago":           {noon.Add(-time.Hour), noon.Add(-70 * time.Minute)},
		"just within":           {noon.Add(-72*time.Hour + 10*time.Minute), noon.Add(-72 * time.Hour)},
		"longer ago than it is": {noon.Add(-100 * time.Hour), noon.Add(-72 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.marks[work.KindDeliveries] = tt.mark
			w.mustDo(work.KindDeliveries)
			w.expect("asked since", tt.want, w.since)
		})
	}
}

// What can never be read is passed over. What may be read later keeps the mark where it
// is, so that it is asked for again.
func TestDeliveryThatCannotBeTakenIn(t *testing.T) {
	ours := payload{event: "push", guid: "a", body: "ours"}
	for name, tt := range map[string]struct {
		first payload
		fail  string // the call that fails
		want  []string
		again bool
		says  string
	}{
		"GitHub has forgotten it":     {first: payload{err: hub.ErrGone}, want: []string{"b"}},
		"not readable":                {first: payload{event: "push", guid: "a", body: "?"}, want: []string{"b"}, says: "a missed delivery cannot be read"},
		"not for this app":            {first: payload{event: "push", guid: "a", body: "theirs"}, want: []string{"b"}},
		"GitHub is away":              {first: payload{err: errDown}, want: []string{"b"}, again: true},
		"another delivery is given":   {first: payload{event: "push", guid: "z", body: "ours"}, want: []string{"b"}, again: true},
		"it cannot be stored":         {first: ours, fail: "Accept", again: true},
		"the list is not to be had":   {first: ours, fail: "Deliveries", again: true},
		"the store cannot be read":    {first: ours, fail: "HasDeliveries", again: true},
		"the mark cannot be read":     {first: ours, fail: "Mark", again: true},
		"the mark cannot be moved on": {first: ours, fail: "SetMark", want: []string{"a", "b"}, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			before := noon.Add(-time.Hour)
			w.marks[work.KindDeliveries] = before
			w.attempts = []hub.Delivery{attempt(2, "b", "push", 503), attempt(1, "a", "push", 503)}
			w.payloads = map[int64]payload{1: tt.first, 2: {event: "push", guid: "b", body: "ours"}}
			w.fail[tt.fail] = errDown
			err := w.do(work.KindDeliveries)
			if (err != nil) != tt.again {
				t.Errorf("error %v, want one: %v", err, tt.again)
			}
			mark := noon
			if tt.again {
				mark = before
			}
			w.expect("taken in", tt.want, w.accepted)
			w.expect("mark", mark, w.marks[work.KindDeliveries])
			w.logged("a missed delivery cannot be read", tt.says != "")
		})
	}
}

// GitHub's answer is what makes a delay of a failure: it must not be lost on the way.
func TestMissedDeliveryKeepsItsCause(t *testing.T) {
	w := newWorld(t)
	w.attempts = []hub.Delivery{attempt(1, "a", "push", 503)}
	w.payloads[1] = payload{err: errDown}
	if err := w.do(work.KindDeliveries); !errors.Is(err, errDown) {
		t.Errorf("got %v, want %v in it", err, errDown)
	}
}
