package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

func TestRevisit(t *testing.T) {
	w := newWorld(t)
	w.ended = heads(time.Time{}, headA, headB)
	w.mustDo(work.KindRevisit)
	w.expect("due", heads(noon, headA, headB), w.due)
	w.expect("mark", noon, w.marks[work.KindRevisit])
}

func TestRevisitThatFails(t *testing.T) {
	for _, call := range []string{"Ended", "MakeDue", "SetMark"} {
		w := newWorld(t)
		w.ended = heads(time.Time{}, headA)
		w.fail[call] = errDown
		if err := w.do(work.KindRevisit); !errors.Is(err, errDown) {
			t.Errorf("%s: got %v, want %v", call, err, errDown)
		}
		w.expect("marks", map[string]time.Time{}, w.marks)
	}
}

// A repository or an installation that GitHub does not show may be a moment's trouble;
// at the third attempt it is believed. No other failure is ever taken for an end.
func TestWorkThatIsOver(t *testing.T) {
	for _, tt := range []struct {
		failure error
		tries   int
		over    bool
	}{
		{hub.ErrNoRepository, 0, false},
		{hub.ErrNoRepository, 1, false},
		{hub.ErrNoRepository, 2, true},
		{hub.ErrNoInstallation, 1, false},
		{fmt.Errorf("asking: %w", hub.ErrNoInstallation), 2, true},
		{hub.ErrMoved, 9, false},
		{errDown, 9, false},
	} {
		w := newWorld(t)
		w.fail["Follow"] = tt.failure
		err := w.sweeper.Do(context.Background(), &work.Claim{Key: work.BaseKey(shop, "main"), Kind: work.KindBase, Tries: tt.tries})
		if over := err == nil; over != tt.over || !over && !errors.Is(err, tt.failure) {
			t.Errorf("%v after %d tries: got %v, want the end: %v", tt.failure, tt.tries, err, tt.over)
		}
		w.logged("nothing to do any more", tt.over)
	}
}

// Every kind that is claimed to be handled is, and no other.
func TestHandles(t *testing.T) {
	for key, want := range map[string]bool{
		work.KindInstallations: true, sweepKey: true, work.KindDeliveries: true, work.KindRevisit: true,
		work.BaseKey(shop, "main"): true, work.VoiceKey(shop, 7): true, work.EnforceKey(shop): true,
		work.HeadKey(shop, headA): false, work.KindPurge: false, "": false,
	} {
		w := newWorld(t)
		if got := sweep.Handles(work.KindOf(key)); got != want {
			t.Errorf("Handles(%q): %v, want %v", work.KindOf(key), got, want)
		}
		if err := w.do(key); (err == nil) != want {
			t.Errorf("Do with key %q: %v, want done: %v", key, err, want)
		}
	}
}

// What the sweep asks leaves a part of the budget to judging; what somebody waits for does not.
func TestWhatCanWait(t *testing.T) {
	for key, want := range map[string]bool{
		work.KindInstallations: true, sweepKey: true, work.KindDeliveries: true, work.EnforceKey(shop): true,
		work.BaseKey(shop, "main"): false, work.VoiceKey(shop, 7): true,
	} {
		w := newWorld(t)
		w.head, w.heard = headA, []webhook.Voice{{Pull: 7, Comment: 1}}
		w.said = map[int64]hub.Said{1: {By: rita, Body: "/checkrein recheck", Pull: 7}}
		w.mustDo(key)
		w.expect(key+" can wait", want, w.canWait)
	}
}

// A key that cannot be read touches nothing.
func TestMalformedKeys(t *testing.T) {
	for _, key := range []string{"sweep", "sweep:x", "base:42", "base:x@main", "voice:42@main", "enforce:", "enforce:42@main"} {
		w := newWorld(t)
		if err := w.do(key); err == nil {
			t.Errorf("key %q: no error", key)
		}
		w.expect("calls", []string(nil), w.calls)
	}
}
