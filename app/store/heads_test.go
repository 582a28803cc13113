package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

func pullAt(number int, sha string, open bool, minute int) webhook.Pull {
	return webhook.Pull{Repo: infra, Number: number, Head: sha, BaseRef: "main", Open: open, Updated: noon.Add(time.Duration(minute) * time.Minute)}
}

// tell delivers pull requests and groups without making anything due.
func tell(t *testing.T, s *Store, id string, pulls []webhook.Pull, groups ...webhook.Group) {
	t.Helper()
	in := delivery(id)
	in.Pulls, in.Groups = pulls, groups
	accept(t, s, in)
}

func head(t *testing.T, s *Store, sha string) pull.Head {
	t.Helper()
	h, err := s.Head(t.Context(), 42, sha)
	must(t, err)
	return h
}

func TestHeadOfUnknownRepository(t *testing.T) {
	s, _ := openTest(t)
	if _, err := s.Head(t.Context(), 42, shaA); !errors.Is(err, pull.ErrUnknownRepository) {
		t.Errorf("error %v, want ErrUnknownRepository", err)
	}
}

func TestHead(t *testing.T) {
	s, _ := openTest(t)
	group := webhook.Group{Repo: infra, Head: shaA, Base: shaB, BaseRef: "main", Open: true}
	tell(t, s, "1", []webhook.Pull{pullAt(8, shaA, true, 1), pullAt(7, shaA, true, 1), pullAt(9, shaA, false, 1), pullAt(6, shaB, true, 1)}, group)
	want := pull.Head{Repo: infra, Pulls: []webhook.Pull{pullAt(7, shaA, true, 1), pullAt(8, shaA, true, 1)},
		Groups: []webhook.Group{group}, Numbers: []int{7, 8, 9}}
	if diff := cmp.Diff(want, head(t, s, shaA)); diff != "" {
		t.Errorf("head (-want +got):\n%s", diff)
	}

	// 7 is pushed to, 8 is closed, the group is destroyed.
	group.Open = false
	tell(t, s, "2", []webhook.Pull{pullAt(7, shaC, true, 2), pullAt(8, shaA, false, 2)}, group)
	want = pull.Head{Repo: infra, Numbers: []int{7, 8, 9}, Superseded: shaC}
	if diff := cmp.Diff(want, head(t, s, shaA)); diff != "" {
		t.Errorf("old head (-want +got):\n%s", diff)
	}
	want = pull.Head{Repo: infra, Pulls: []webhook.Pull{pullAt(7, shaC, true, 2)}, Numbers: []int{7}}
	if diff := cmp.Diff(want, head(t, s, shaC)); diff != "" {
		t.Errorf("new head (-want +got):\n%s", diff)
	}

	// A closed pull request supersedes nothing.
	tell(t, s, "3", []webhook.Pull{pullAt(7, shaC, false, 3)})
	if h := head(t, s, shaA); h.Superseded != "" {
		t.Errorf("superseded by %s of a closed pull request", h.Superseded)
	}
	// Pushed back to where it was: the old head is the present one again.
	tell(t, s, "4", []webhook.Pull{pullAt(7, shaA, true, 4)})
	if h := head(t, s, shaA); h.Superseded != "" || len(h.Pulls) != 1 {
		t.Errorf("%+v after a push back; want pull request 7 and nothing newer", h)
	}
}

// TestLateOpenedIsSuperseded: the older delivery comes last, its head is known as old.
func TestLateOpenedIsSuperseded(t *testing.T) {
	s, _ := openTest(t)
	tell(t, s, "pushed", []webhook.Pull{pullAt(7, shaB, true, 2)})
	tell(t, s, "opened", []webhook.Pull{pullAt(7, shaA, true, 1)})
	if h := head(t, s, shaA); h.Superseded != shaB || len(h.Pulls) != 0 {
		t.Errorf("%+v, want nothing but superseded by B", h)
	}
}

func TestSetPull(t *testing.T) {
	s, clock := openTest(t)
	tell(t, s, "1", []webhook.Pull{pullAt(7, shaA, true, 10)})
	answer := webhook.Pull{Repo: infra, Number: 7, Head: shaB, BaseRef: "main", Open: true}
	must(t, s.SetPull(t.Context(), answer, clock.now()))
	if h := head(t, s, shaA); len(h.Pulls) != 1 {
		t.Errorf("%+v: the answer to a question put before the delivery came won over it", h)
	}
	clock.advance(time.Second)
	must(t, s.SetPull(t.Context(), answer, clock.now()))
	nothingDue(t, s)
	if h := head(t, s, shaA); h.Superseded != shaB {
		t.Errorf("%+v, want superseded by B", h)
	}
	// The payload's time stayed, so a payload that is newer than the last one counts.
	tell(t, s, "2", []webhook.Pull{pullAt(7, shaC, true, 11)})
	if h := head(t, s, shaC); len(h.Pulls) != 1 {
		t.Errorf("%+v, want pull request 7", h)
	}
	// One that no delivery told of is new.
	answer.Number, answer.Head = 12, shaC
	must(t, s.SetPull(t.Context(), answer, clock.now()))
	if h := head(t, s, shaC); len(h.Pulls) != 2 {
		t.Errorf("%+v, want pull requests 7 and 12", h)
	}
}

// TestOpenHeads: the sweep looks after what has no verdict and no work on its way.
func TestOpenHeads(t *testing.T) {
	open := []work.Due{{Key: work.HeadKey(42, shaA)}}
	begun := func(t *testing.T, s *Store) { begin(t, s, claim(t, s), 5) }
	finish := func(conclusion string, concluded bool) func(*testing.T, *Store) {
		return func(t *testing.T, s *Store) {
			c := claim(t, s)
			must(t, s.SetVerdict(t.Context(), c, pull.Published{Repository: 42, SHA: shaA, Conclusion: conclusion,
				Runs: map[string]pull.PublishedRun{"checkrein": {ID: 5, Concluded: concluded}}, At: noon}))
			must(t, s.Done(t.Context(), c))
		}
	}
	due := func(t *testing.T, s *Store) {
		must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(42, shaA)}}))
	}
	park := func(t *testing.T, s *Store) { must(t, s.Park(t.Context(), claim(t, s), "gave up")) }
	give := func(pulls ...webhook.Pull) func(*testing.T, *Store) {
		return func(t *testing.T, s *Store) { tell(t, s, time.Now().String(), pulls) }
	}
	group := func(t *testing.T, s *Store) {
		tell(t, s, "group", nil, webhook.Group{Repo: infra, Head: shaA, Base: shaB, BaseRef: "main", Open: true})
	}
	type steps = []func(*testing.T, *Store)
	for name, tt := range map[string]struct {
		steps steps
		want  []work.Due
	}{
		"nothing known":         {nil, nil},
		"open":                  {steps{give(pullAt(7, shaA, true, 1))}, open},
		"two with one head":     {steps{give(pullAt(7, shaA, true, 1), pullAt(8, shaA, true, 1))}, open},
		"merge group":           {steps{group}, open},
		"closed":                {steps{give(pullAt(7, shaA, false, 1))}, nil},
		"due":                   {steps{give(pullAt(7, shaA, true, 1)), due}, nil},
		"parked":                {steps{give(pullAt(7, shaA, true, 1)), due, park}, open},
		"judged":                {steps{give(pullAt(7, shaA, true, 1)), due, finish("success", true)}, nil},
		"judged, run left open": {steps{give(pullAt(7, shaA, true, 1)), due, finish("success", false)}, open},
		"no conclusion":         {steps{give(pullAt(7, shaA, true, 1)), due, finish("", true)}, open},
		"begun, parked, then closed": {steps{give(pullAt(7, shaA, true, 1)), due, func(t *testing.T, s *Store) {
			c := claim(t, s)
			begin(t, s, c, 5)
			must(t, s.Park(t.Context(), c, "x"))
		}, give(pullAt(7, shaA, false, 2))}, open},
		"begun and on its way": {steps{give(pullAt(7, shaA, true, 1)), due, begun}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTest(t)
			for _, step := range tt.steps {
				step(t, s)
			}
			got, err := s.OpenHeads(t.Context(), 0)
			must(t, err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("open heads (-want +got):\n%s", diff)
			}
		})
	}
}
