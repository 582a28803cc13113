package sweep_test

import (
	"errors"
	"testing"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

var (
	rita     = hub.Account{ID: 2, Login: "rita", Human: true}
	stranger = hub.Account{ID: 3, Login: "stranger", Human: true}
	robot    = hub.Account{ID: 4, Login: "robot[bot]"}
)

const refused = "a command of somebody without write access is not followed"

// judge is what becomes of a head.
type judge int

const (
	leave judge = iota
	again       // judged; the same verdict is not published anew
	rerun       // judged, with a new run
)

func TestVoice(t *testing.T) {
	said := func(by hub.Account, body string) hub.Said { return hub.Said{By: by, Body: body, Pull: 7} }
	accept := "/checkrein accept images/mutable-tag local only"
	for name, tt := range map[string]struct {
		said    []hub.Said // comments 1, 2, …
		heard   int        // comments that nobody has looked at; the rest is deleted again
		closed  bool
		want    judge
		refused bool
	}{
		"nobody said anything":           {},
		"an accept":                      {said: []hub.Said{said(rita, accept)}, want: again},
		"an accept by a stranger":        {said: []hub.Said{said(stranger, accept)}, refused: true},
		"a recheck":                      {said: []hub.Said{said(rita, "/checkrein recheck")}, want: rerun},
		"a recheck by a stranger":        {said: []hub.Said{said(stranger, "/checkrein recheck")}, refused: true},
		"a recheck by a robot":           {said: []hub.Said{said(robot, "/checkrein recheck")}, refused: true},
		"a recheck by a deleted account": {said: []hub.Said{said(hub.Account{}, "/checkrein recheck")}, refused: true},
		"a stranger's after a good one":  {said: []hub.Said{said(rita, "/checkrein recheck"), said(stranger, "/checkrein recheck")}, want: rerun, refused: true},
		"edited into something else":     {said: []hub.Said{said(rita, "never mind")}},
		"an unknown command":             {said: []hub.Said{said(rita, "/checkrein dance")}},
		"deleted meanwhile":              {heard: 1},
		"deleted, and then a good one":   {said: []hub.Said{said(rita, "/checkrein recheck")}, heard: 2, want: rerun},
		"of another pull request":        {said: []hub.Said{{By: rita, Body: "/checkrein recheck", Pull: 8}}},
		"on what is closed":              {said: []hub.Said{said(rita, "/checkrein recheck")}, closed: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.head, w.said = headA, map[int64]hub.Said{}
			if tt.closed {
				w.head = ""
			}
			w.may = map[string]hub.Permission{"rita": {Account: rita, Write: true}, "stranger": {Account: stranger}, "robot[bot]": {Account: robot, Write: true}}
			var answered []int64
			for i := range max(tt.heard, len(tt.said)) {
				id := int64(i + 1)
				if i < len(tt.said) {
					w.said[id] = tt.said[i]
				}
				w.heard, answered = append(w.heard, webhook.Voice{Pull: 7, Comment: id}), append(answered, id)
			}
			w.mustDo(work.VoiceKey(shop, 7))
			w.expect("answered", answered, w.answered)
			var want []work.Due
			switch tt.want {
			case again:
				want = []work.Due{{Key: work.HeadKey(shop, headA)}}
			case rerun: // and the branch rules are looked at
				want = []work.Due{{Key: work.HeadKey(shop, headA), Rerun: true}, {Key: work.EnforceKey(shop)}}
			}
			w.expect("due", want, w.due)
			w.logged(refused, tt.refused)
		})
	}
}

// A comment is answered only once its consequence is stored.
func TestVoiceThatFails(t *testing.T) {
	for _, call := range []string{"Heard", "HeadOf", "Comment", "Permission", "MakeDue"} {
		t.Run(call, func(t *testing.T) {
			w := newWorld(t)
			w.head = headA
			w.heard = []webhook.Voice{{Pull: 7, Comment: 1}}
			w.said = map[int64]hub.Said{1: {By: rita, Body: "/checkrein recheck", Pull: 7}}
			w.may = map[string]hub.Permission{"rita": {Account: rita, Write: true}}
			w.fail[call] = errDown
			if err := w.do(work.VoiceKey(shop, 7)); !errors.Is(err, errDown) {
				t.Errorf("got %v, want %v", err, errDown)
			}
			w.expect("last call", call, w.calls[len(w.calls)-1])
			w.logged(refused, false)
		})
	}
}

func TestVoiceWhereWorkHasEnded(t *testing.T) {
	for name, known := range map[string]map[int64]sweep.Repository{
		"not known": nil,
		"archived":  {shop: {Repo: shopRepo(), Default: "main", Archived: true}},
	} {
		w := newWorld(t)
		w.known = known
		w.mustDo(work.VoiceKey(shop, 7))
		w.expect(name, []string{"Repository"}, w.calls)
	}
}
