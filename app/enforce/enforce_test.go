package enforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/hub"
)

const ours = 4711

var (
	monday  = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	tuesday = monday.AddDate(0, 0, 1)
)

// rules answers with the same list each time.
type rules struct {
	list []hub.Required
	err  error
}

func (r rules) Required(context.Context, hub.Repo, string) ([]hub.Required, error) {
	return r.list, r.err
}

func look(t *testing.T, list []hub.Required, before State, now time.Time) State {
	t.Helper()
	s, err := Look(context.Background(), rules{list: list}, hub.Repo{ID: 1, Owner: "acme", Name: "shop"}, "main", "checkrein", ours, before, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func of(app int64, source string) hub.Required {
	return hub.Required{Context: "checkrein", App: app, Source: source}
}

func TestLook(t *testing.T) {
	for name, c := range map[string]struct {
		list []hub.Required
		want State
	}{
		"nothing":             {nil, State{}},
		"another check":       {[]hub.Required{{Context: "checkrein / images", App: ours, Source: "a"}}, State{}},
		"other case":          {[]hub.Required{{Context: "Checkrein", App: ours, Source: "a"}}, State{}},
		"bound":               {[]hub.Required{of(ours, "a")}, State{Required: true, Bound: true, Sources: []string{"a"}}},
		"anybody":             {[]hub.Required{of(0, "a")}, State{Required: true, Sources: []string{"a"}}},
		"another app":         {[]hub.Required{of(99, "a")}, State{Required: true, Other: 99, Sources: []string{"a"}}},
		"anybody, then bound": {[]hub.Required{of(0, "b"), of(ours, "a")}, State{Required: true, Bound: true, Sources: []string{"a", "b"}}},
		"bound, then anybody": {[]hub.Required{of(ours, "a"), of(0, "a")}, State{Required: true, Bound: true, Sources: []string{"a"}}},
		"another app, bound":  {[]hub.Required{of(99, "a"), of(ours, "a")}, State{Required: true, Bound: true, Sources: []string{"a"}}},
	} {
		c.want.Branch, c.want.Checked = "main", monday
		if diff := cmp.Diff(c.want, look(t, c.list, State{}, monday)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is gone is told since the day it went, until it is back and not only a part of it.
func TestLookTellsWhatWasLost(t *testing.T) {
	bound, anybody, none := []hub.Required{of(ours, "a")}, []hub.Required{of(0, "a")}, []hub.Required(nil)
	type step struct {
		list []hub.Required
		lost int // the step, from 1, in which it was lost; 0: it is not
	}
	for name, steps := range map[string][]step{
		"never there":              {{none, 0}, {none, 0}},
		"never bound":              {{anybody, 0}, {anybody, 0}},
		"gone and back":            {{bound, 0}, {none, 2}, {none, 2}, {bound, 0}, {none, 5}},
		"no longer bound":          {{bound, 0}, {anybody, 2}, {anybody, 2}, {bound, 0}},
		"gone step by step":        {{bound, 0}, {anybody, 2}, {none, 2}, {anybody, 2}, {bound, 0}},
		"back, but not bound":      {{bound, 0}, {none, 2}, {anybody, 2}},
		"was never bound, is back": {{anybody, 0}, {none, 2}, {anybody, 0}},
	} {
		s := State{}
		for i, step := range steps {
			s = look(t, step.list, s, monday.AddDate(0, 0, i))
			want := time.Time{}
			if step.lost > 0 {
				want = monday.AddDate(0, 0, step.lost-1)
			}
			if !s.Lost.Equal(want) {
				t.Errorf("%s, step %d: lost %v, want %v", name, i+1, s.Lost, want)
			}
		}
	}
}

// A look that fails says that it is not known, and forgets nothing.
func TestLookThatFailsKeepsWhatWasKnown(t *testing.T) {
	known := look(t, []hub.Required{of(ours, "a")}, State{}, monday)
	until := &hub.LimitError{Installation: 7, Resource: hub.REST, Until: tuesday}
	for name, c := range map[string]struct {
		err    error
		want   string
		passes bool // by itself
	}{
		"limit":        {fmt.Errorf("reading: %w", until), "GitHub limits the requests of this app", true},
		"down":         {fmt.Errorf("reading: %w", &hub.UnavailableError{Status: 502, Err: errors.New("id 4f3a")}), "GitHub did not answer", true},
		"forbidden":    {fmt.Errorf("reading: %w: no", hub.ErrForbidden), hub.ErrForbidden.Error(), false},
		"no branch":    {fmt.Errorf("reading: %w", hub.ErrGone), NoBranch, false},
		"anything":     {errors.New("an answer that nobody understands"), "an answer that nobody understands", false},
		"a long story": {errors.New(strings.Repeat("é", 1000)), strings.Repeat("é", 150) + "…", false},
	} {
		s, err := Look(context.Background(), rules{err: c.err}, hub.Repo{}, "main", "checkrein", ours, known, tuesday)
		if (err != nil) != c.passes || err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: error %v; asking again may help: %v", name, err, c.passes)
		}
		want := known
		want.Problem, want.Checked = c.want, tuesday
		if diff := cmp.Diff(want, s); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if after := look(t, nil, s, tuesday); !after.Lost.Equal(tuesday) || after.Problem != "" {
			t.Errorf("%s: after it a loss is not noticed: %+v", name, after)
		}
	}
}

// A process that is going down learns nothing about GitHub.
func TestLookThatIsCutShort(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	known := State{Branch: "main", Required: true, Checked: monday}
	s, err := Look(ctx, rules{err: context.Canceled}, hub.Repo{}, "main", "checkrein", ours, known, tuesday)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(known, s); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSentence(t *testing.T) {
	for want, s := range map[string]State{
		"checkrein is required on main and bound to this app (ruleset 12 of acme).":                                                                                                         {Branch: "main", Required: true, Bound: true, Sources: []string{"ruleset 12 of acme"}},
		"checkrein is required on main and bound to this app (a, b, c and 2 more).":                                                                                                         {Branch: "main", Required: true, Bound: true, Sources: []string{"a", "b", "c", "d", "e"}},
		"checkrein is required on main (a), but anybody with write access can post a run of that name: choose this app as the source of the check.":                                         {Branch: "main", Required: true, Sources: []string{"a"}},
		"checkrein is required on main, but anybody with write access can post a run of that name: choose this app as the source of the check. Until 2026-01-05 it was required and bound.": {Branch: "main", Required: true, Lost: monday, LostBound: true},
		"checkrein is required on main, but of app 99 (a): this app's run does not count; choose this app as the source of the check.":                                                      {Branch: "main", Required: true, Other: 99, Sources: []string{"a"}},
		"Nothing requires checkrein on main: a red run stops no merge.":                                                                                                                     {Branch: "main"},
		"Nothing requires checkrein on the default branch: a red run stops no merge.":                                                                                                       {},
		"Nothing requires checkrein on main: a red run stops no merge. Until 2026-01-05 it was required.":                                                                                   {Branch: "main", Lost: monday},
		"Whether checkrein is required on main is not known: GitHub did not answer.":                                                                                                        {Branch: "main", Required: true, Bound: true, Problem: "GitHub did not answer."},
	} {
		s.Checked = monday
		if diff := cmp.Diff(want, s.Sentence("checkrein")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		later := s
		later.Checked = tuesday
		if later.Sentence("checkrein") != s.Sentence("checkrein") {
			t.Errorf("%q changes by itself", want)
		}
	}
}

// The body is what GitHub's description of the operation asks for.
func TestRuleset(t *testing.T) {
	const want = `{
  "name": "checkrein is required",
  "target": "branch",
  "enforcement": "active",
  "conditions": {
    "ref_name": {
      "include": [
        "~DEFAULT_BRANCH"
      ],
      "exclude": []
    }
  },
  "rules": [
    {
      "type": "required_status_checks",
      "parameters": {
        "required_status_checks": [
          {
            "context": "checkrein",
            "integration_id": 4711
          }
        ],
        "strict_required_status_checks_policy": false
      }
    }
  ]
}`
	got, err := json.MarshalIndent(Ruleset("checkrein", ours), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A state goes through the store and comes back the same.
func TestStateIsKept(t *testing.T) {
	want := State{
		Branch: "main", Required: true, Other: 99, Sources: []string{"a"}, Problem: "p", Checked: monday, Lost: tuesday, LostBound: true,
	}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got State
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
