package sweep_test

import (
	"errors"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/work"
)

const lostCheck = "the check is no longer required and bound to this app"

// When the requirement is lost the open heads tell it, whatever they hang on, once.
func TestEnforcement(t *testing.T) {
	bound := []hub.Required{{Context: "checkrein", App: 4711, Source: "ruleset 1"}}
	anybody := []hub.Required{{Context: "checkrein", Source: "ruleset 1"}}
	yesterday := noon.Add(-24 * time.Hour)
	was := enforce.State{Branch: "main", Required: true, Bound: true, Checked: yesterday}
	lost := enforce.State{Branch: "main", Checked: yesterday, Lost: yesterday, LostBound: true}
	for name, tt := range map[string]struct {
		before   enforce.State
		required []hub.Required
		want     enforce.State
		told     bool
	}{
		"never looked at, not required": {want: enforce.State{}},
		"never looked at, bound":        {required: bound, want: enforce.State{Required: true, Bound: true}},
		"still bound":                   {before: was, required: bound, want: enforce.State{Required: true, Bound: true}},
		"lost":                          {before: was, want: enforce.State{Lost: noon, LostBound: true}, told: true},
		"no longer bound":               {before: was, required: anybody, want: enforce.State{Required: true, Lost: noon, LostBound: true}, told: true},
		"lost for long":                 {before: lost, want: enforce.State{Lost: yesterday, LostBound: true}},
		"back":                          {before: lost, required: bound, want: enforce.State{Required: true, Bound: true}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.before, w.required = tt.before, tt.required
			w.onBase = []sweep.OnBase{{SHA: headA, Judged: true}, {SHA: headB}}
			w.mustDo(work.EnforceKey(shop))
			tt.want.Branch, tt.want.Checked = "main", noon
			if tt.want.Required {
				tt.want.Sources = []string{"ruleset 1"}
			}
			w.expect("kept", &tt.want, w.kept)
			var want []work.Due
			if tt.told {
				want = heads(noon.Add(answering), headA, headB)
			}
			w.expect("due", want, w.due)
			w.logged(lostCheck, tt.told)
		})
	}
}

// A repository that has no branch, or whose work has ended, is not looked at.
func TestEnforcementOfNothing(t *testing.T) {
	for name, known := range map[string]map[int64]sweep.Repository{
		"not known": nil,
		"archived":  {shop: {Repo: shopRepo(), Default: "main", Archived: true}},
		"empty":     {shop: {Repo: shopRepo()}},
	} {
		w := newWorld(t)
		w.known = known
		w.mustDo(work.EnforceKey(shop))
		w.expect(name, []string{"Repository"}, w.calls)
	}
}

// An answer that is missing is no loss: nothing is kept and nobody is told.
func TestEnforcementThatCannotBeLookedAt(t *testing.T) {
	for _, call := range []string{"Enforcement", "Required"} {
		w := newWorld(t)
		w.before = enforce.State{Branch: "main", Required: true, Bound: true, Checked: noon}
		w.fail[call] = errDown
		if err := w.do(work.EnforceKey(shop)); !errors.Is(err, errDown) {
			t.Errorf("%s: got %v, want %v", call, err, errDown)
		}
		w.expect("kept", (*enforce.State)(nil), w.kept)
		w.logged(lostCheck, false)
	}
}

func TestEnforcementThatCannotBeTold(t *testing.T) {
	for _, call := range []string{"SetEnforcement", "OnBase", "MakeDue"} {
		w := newWorld(t)
		w.before = enforce.State{Branch: "main", Required: true, Bound: true, Checked: noon}
		w.onBase = []sweep.OnBase{{SHA: headA}}
		w.fail[call] = errDown
		if err := w.do(work.EnforceKey(shop)); !errors.Is(err, errDown) {
			t.Errorf("%s: got %v, want %v", call, err, errDown)
		}
	}
}
