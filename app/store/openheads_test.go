package store

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// inPlaces has open heads in four repositories: two of installation 9, one of it archived,
// one of installation 10, one of the suspended installation 11.
func inPlaces(t *testing.T, s *Store, clock *clock) {
	t.Helper()
	for _, repo := range []webhook.Repo{infra, {ID: 43, Installation: 9}, {ID: 44, Installation: 10}, {ID: 45, Installation: 11}} {
		p := pullAt(7, shaA, true, 1)
		p.Repo = repo
		g := webhook.Group{Repo: repo, Head: shaB, Base: shaC, BaseRef: "main", Open: true}
		in := delivery(string(rune(repo.ID)))
		in.Repo, in.Delivery.Installation, in.Pulls, in.Groups = repo, repo.Installation, []webhook.Pull{p}, []webhook.Group{g}
		accept(t, s, in)
	}
	clock.advance(time.Minute)
	setRepositories(t, s, listed(42, "infra", "main", false), listed(43, "old", "main", true))
	accept(t, s, access("suspended", 11, webhook.Suspended))
}

func keys(due []work.Due) (all []string) {
	for _, d := range due {
		all = append(all, d.Key)
	}
	return all
}

func TestOpenHeadsOfWhom(t *testing.T) {
	s, clock := openTest(t)
	inPlaces(t, s, clock)
	// A run that was begun where nothing can be written any more is nobody's work.
	must(t, s.queue.do(t.Context(), func(ctx context.Context, c conn) error {
		return writeVerdict(ctx, c, pull.Published{Repository: 43, SHA: shaC})
	}))
	of9 := []string{work.HeadKey(42, shaA), work.HeadKey(42, shaB)}
	of10 := []string{work.HeadKey(44, shaA), work.HeadKey(44, shaB)}
	for installation, want := range map[int64][]string{0: append(of9[:2:2], of10...), 9: of9, 10: of10, 11: nil, 12: nil} {
		got, err := s.OpenHeads(t.Context(), installation)
		must(t, err)
		if diff := cmp.Diff(want, keys(got)); diff != "" {
			t.Errorf("open heads of %d (-want +got):\n%s", installation, diff)
		}
		if installation == 0 {
			continue
		}
		got, err = s.OfInstallation(t.Context(), installation)
		must(t, err)
		if diff := cmp.Diff(want, keys(got)); diff != "" {
			t.Errorf("of installation %d (-want +got):\n%s", installation, diff)
		}
	}
	// Judged, due or not: an installation's heads are all of them.
	judged(t, s, pull.Published{SHA: shaA})
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(42, shaB)}}))
	got, err := s.OfInstallation(t.Context(), 9)
	must(t, err)
	if diff := cmp.Diff(of9, keys(got)); diff != "" {
		t.Errorf("of installation 9 once judged (-want +got):\n%s", diff)
	}
}

func TestEnded(t *testing.T) {
	s, _ := openTest(t)
	day := noon.Truncate(24 * time.Hour)
	sha := func(c string) string { return c + shaA[1:] }
	var pulls []webhook.Pull
	for i, c := range []string{"0", "1", "2", "3", "4"} {
		pulls = append(pulls, pullAt(i+1, sha(c), c != "3", 1))
	}
	tell(t, s, "open", pulls)
	for c, revisit := range map[string]time.Time{"0": {}, "1": day, "2": day.Add(24 * time.Hour), "3": day, "4": day} {
		judged(t, s, pull.Published{SHA: sha(c), Revisit: revisit})
	}
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(42, sha("4"))}})) // on its way
	ended := func(now time.Time) []string {
		t.Helper()
		due, err := s.Ended(t.Context(), now)
		must(t, err)
		return keys(due)
	}
	for name, tt := range map[string]struct {
		now  time.Time
		want []string
	}{
		"the evening before": {day.Add(-time.Second), nil},
		"on the day":         {day, []string{work.HeadKey(42, sha("1"))}},
		"a day later":        {day.Add(24 * time.Hour), []string{work.HeadKey(42, sha("1")), work.HeadKey(42, sha("2"))}},
	} {
		if diff := cmp.Diff(tt.want, ended(tt.now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	accept(t, s, access("off", 9, webhook.Suspended))
	if got := ended(day.Add(48 * time.Hour)); got != nil {
		t.Errorf("%v of a suspended installation", got)
	}
}

func TestOnBase(t *testing.T) {
	s, _ := openTest(t)
	next, closed := pullAt(9, shaC, true, 1), pullAt(10, shaC, false, 1)
	next.BaseRef = "next"
	shaD := "d" + shaA[1:]
	tell(t, s, "open", []webhook.Pull{pullAt(6, shaA, true, 1), pullAt(7, shaA, true, 1), pullAt(8, shaB, true, 1), next, closed, pullAt(11, shaD, true, 1)})
	runs := map[string]pull.PublishedRun{"all": {ID: 1, Concluded: true}}
	judged(t, s, pull.Published{SHA: shaA, Runs: runs, Hangs: []string{"a.yml", "b.yml"}})
	judged(t, s, pull.Published{SHA: shaB, Runs: runs, AnyPath: true})
	judged(t, s, pull.Published{SHA: shaC, Runs: runs})
	judged(t, s, pull.Published{SHA: shaD, Runs: map[string]pull.PublishedRun{"all": {ID: 1}}, Hangs: []string{"c.yml"}})
	check := func(when, branch string, want []sweep.OnBase) {
		t.Helper()
		got, err := s.OnBase(t.Context(), 42, branch)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	onMain := []sweep.OnBase{
		{SHA: shaA, Judged: true, Hangs: []string{"a.yml", "b.yml"}},
		{SHA: shaB, Judged: true, AnyPath: true},
		{SHA: shaD, Hangs: []string{"c.yml"}},
	}
	check("main", "main", onMain)
	check("next", "next", []sweep.OnBase{{SHA: shaC, Judged: true}})
	check("elsewhere", "elsewhere", nil)

	// Whoever judges right now may have seen the branch as it was.
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(42, shaA)}, {Key: work.HeadKey(42, shaD)}}))
	for range 2 {
		claim(t, s)
	}
	onMain[0].AnyPath, onMain[2].AnyPath, onMain[2].Judged = true, true, true
	check("while two are judged", "main", onMain)
	accept(t, s, access("off", 9, webhook.Suspended))
	check("suspended", "main", nil)
}

func TestSetOpen(t *testing.T) {
	s, clock := openTest(t)
	group := func(sha string) webhook.Group {
		return webhook.Group{Repo: infra, Head: sha, Base: shaC, BaseRef: "main", Open: true}
	}
	tell(t, s, "before", []webhook.Pull{pullAt(7, shaA, true, 1), pullAt(8, shaA, true, 1)}, group(shaA))
	clock.advance(time.Minute)
	asked := clock.now()
	tell(t, s, "meanwhile", []webhook.Pull{pullAt(9, shaB, true, 1), pullAt(10, shaB, false, 1)})
	clock.advance(time.Minute)
	moved, closed := pullAt(7, shaB, true, 1), pullAt(10, shaB, true, 1)
	must(t, s.SetOpen(t.Context(), 42, []webhook.Pull{moved, pullAt(11, shaB, true, 1), closed}, []webhook.Group{group(shaB)}, asked))
	nothingDue(t, s)

	a, b := head(t, s, shaA), head(t, s, shaB)
	if len(a.Pulls) != 0 || len(a.Groups) != 1 || a.Superseded != shaB {
		t.Errorf("A %+v; want no pull request (8 is missing in the answer), its group left alone, superseded by B", a)
	}
	var numbers []int
	for _, p := range b.Pulls {
		numbers = append(numbers, p.Number)
	}
	// 7 was pushed to, 9 came while GitHub was asked, 11 is new; 10 was closed meanwhile.
	if diff := cmp.Diff([]int{7, 9, 11}, numbers); diff != "" || len(b.Groups) != 1 {
		t.Errorf("B has groups %v and pull requests (-want +got):\n%s", b.Groups, diff)
	}
	// A group that nothing shows any more ends, but not before its time is over.
	clock.advance(6 * time.Hour)
	must(t, s.SetOpen(t.Context(), 42, nil, []webhook.Group{group(shaB)}, clock.now()))
	if a := head(t, s, shaA); len(a.Groups) != 1 {
		t.Errorf("after six hours A has groups %+v, want the one that may still wait", a.Groups)
	}
	clock.advance(2 * time.Hour)
	must(t, s.SetOpen(t.Context(), 42, nil, []webhook.Group{group(shaB)}, clock.now()))
	if a, b := head(t, s, shaA), head(t, s, shaB); len(a.Groups) != 0 || len(b.Groups) != 1 {
		t.Errorf("after eight hours A has groups %+v and B %+v, want none and the one in the queue", a.Groups, b.Groups)
	}
	// A group that was destroyed while GitHub was asked stays so.
	asked = clock.now()
	gone := group(shaB)
	gone.Open = false
	tell(t, s, "destroyed", nil, gone)
	must(t, s.SetOpen(t.Context(), 42, nil, []webhook.Group{group(shaB)}, asked))
	if b := head(t, s, shaB); len(b.Groups) != 0 {
		t.Errorf("groups %v, want none", b.Groups)
	}
}

func TestHasDeliveries(t *testing.T) {
	s, _ := openTest(t)
	accept(t, s, delivery("one", shaA))
	accept(t, s, delivery("two"))
	ids := []string{"one", "three", "two"}
	for range 1200 { // several statements
		ids = append(ids, "no")
	}
	got, err := s.HasDeliveries(t.Context(), ids)
	must(t, err)
	if diff := cmp.Diff(map[string]bool{"one": true, "two": true}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := s.HasDeliveries(t.Context(), nil); len(got) != 0 || err != nil {
		t.Errorf("%v, %v of nothing", got, err)
	}
}
