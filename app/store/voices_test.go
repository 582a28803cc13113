package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// say delivers a comment with a command; comment 0 is a review.
func say(t *testing.T, s *Store, number int, comment int64, command string) {
	t.Helper()
	in := delivery("voice " + time.Now().String())
	in.Voices = []webhook.Voice{{Repo: infra, Pull: number, Comment: comment, Command: command}}
	accept(t, s, in)
}

func TestHeard(t *testing.T) {
	s, clock := openTest(t)
	say(t, s, 7, 12, "accept")
	clock.advance(time.Second)
	say(t, s, 7, 11, "recheck")
	say(t, s, 7, 0, "")
	say(t, s, 8, 13, "accept")
	heard := func() []webhook.Voice {
		t.Helper()
		list, err := s.Heard(t.Context(), 42, 7)
		must(t, err)
		return list
	}
	want := []webhook.Voice{{Repo: infra, Pull: 7, Comment: 12, Command: "accept"}, {Repo: infra, Pull: 7, Comment: 11, Command: "recheck"}}
	if diff := cmp.Diff(want, heard()); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
	must(t, s.Answered(t.Context(), 43, []int64{11})) // of another repository
	must(t, s.Answered(t.Context(), 42, []int64{12, 99}))
	say(t, s, 7, 12, "accept") // GitHub sends it once more
	if diff := cmp.Diff(want[1:], heard()); diff != "" {
		t.Errorf("heard after an answer (-want +got):\n%s", diff)
	}
}

// TestVoiced: only where somebody may have said yes it is worth asking GitHub.
func TestVoiced(t *testing.T) {
	s, _ := openTest(t)
	var pulls []webhook.Pull
	for number := 5; number <= 9; number++ {
		pulls = append(pulls, pullAt(number, shaA, number != 9, 1))
	}
	tell(t, s, "open", pulls)
	say(t, s, 8, 1, "accept")
	say(t, s, 7, 2, "recheck")
	say(t, s, 9, 3, "accept") // closed
	must(t, s.Answered(t.Context(), 42, []int64{1}))
	must(t, s.KeepYes(t.Context(), review.Yes{Repository: 42, Pull: 6, Kind: review.ByReview, ID: 4, Rule: "r", Key: "k"}))
	must(t, s.KeepYes(t.Context(), review.Yes{Repository: 43, Pull: 5, Kind: review.ByReview, ID: 4, Rule: "r", Key: "k"}))
	if diff := cmp.Diff([]int{6, 8}, head(t, s, shaA).Voiced); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHeadOf(t *testing.T) {
	asked := []pull.Asked{{Rule: "r", Key: "k"}}
	done := map[string]pull.PublishedRun{"all": {ID: 1, Concluded: true}}
	for name, tt := range map[string]struct {
		pulls   []webhook.Pull
		verdict *pull.Published
		sha     string
		waiting bool // a review makes it due
	}{
		"not known":             {nil, nil, "", false},
		"closed":                {[]webhook.Pull{pullAt(7, shaA, false, 1)}, nil, "", false},
		"no verdict":            {[]webhook.Pull{pullAt(7, shaA, true, 1)}, nil, shaA, true},
		"nothing asked":         {[]webhook.Pull{pullAt(7, shaA, true, 1)}, &pull.Published{SHA: shaA, Runs: done}, shaA, false},
		"asked":                 {[]webhook.Pull{pullAt(7, shaA, true, 1)}, &pull.Published{SHA: shaA, Runs: done, Asked: asked}, shaA, true},
		"rests on a yes":        {[]webhook.Pull{pullAt(7, shaA, true, 1)}, &pull.Published{SHA: shaA, Runs: done, Rests: true}, shaA, true},
		"a run is open":         {[]webhook.Pull{pullAt(7, shaA, true, 1)}, &pull.Published{SHA: shaA, Runs: map[string]pull.PublishedRun{"all": {ID: 1}}}, shaA, true},
		"asked on another head": {[]webhook.Pull{pullAt(7, shaB, true, 1)}, &pull.Published{SHA: shaA, Asked: asked}, shaB, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTest(t)
			tell(t, s, "pulls", tt.pulls)
			if tt.verdict != nil {
				judged(t, s, *tt.verdict)
			}
			sha, err := s.HeadOf(t.Context(), 42, 7)
			must(t, err)
			if sha != tt.sha {
				t.Errorf("head %q, want %q", sha, tt.sha)
			}
			reviewed := delivery("review")
			reviewed.Voices = []webhook.Voice{{Repo: infra, Pull: 7}}
			accept(t, s, reviewed)
			if due := column(t, s, `SELECT key FROM work WHERE want > done`); (due == work.HeadKey(42, tt.sha)) != tt.waiting {
				t.Errorf("due after a review: %q, want the head: %v", due, tt.waiting)
			}
			accept(t, s, access("off", 9, webhook.Suspended))
			if sha, err := s.HeadOf(t.Context(), 42, 7); sha != "" || err != nil {
				t.Errorf("suspended: head %q, error %v", sha, err)
			}
		})
	}
}
