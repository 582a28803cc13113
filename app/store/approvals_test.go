package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/app/webhook"
)

func TestYeses(t *testing.T) {
	s, _ := openTest(t)
	yes := review.Yes{Repository: 42, Pull: 7, Kind: review.ByComment, ID: 5, Rule: "images/mutable-tag", Key: "k1",
		Files: []review.File{{Path: "a \"b\".yml", Blob: "b1"}, {Path: "gone.yml"}}, By: "bob", ByID: 99, Reason: "it's fine; ok", At: noon}
	earlier := yes
	earlier.Key, earlier.At, earlier.Files = "k2", noon.Add(-time.Minute), nil
	again := yes
	again.By, again.Reason, again.At = "mallory", "another", noon.Add(time.Hour)
	sameID := yes
	sameID.Kind, sameID.At = review.ByReview, noon.Add(time.Second) // reviews and comments are numbered apart
	elsewhere, otherPull := yes, yes
	elsewhere.Repository = 43
	otherPull.Pull, otherPull.ID = 8, 6
	for _, y := range []review.Yes{yes, earlier, again, sameID, elsewhere, otherPull} {
		must(t, s.KeepYes(t.Context(), y))
	}
	got, err := s.Yeses(t.Context(), 42, 7)
	must(t, err)
	if diff := cmp.Diff([]review.Yes{earlier, yes, sameID}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestToldBefore: a yes is to what stood there when it was said.
func TestToldBefore(t *testing.T) {
	s, _ := openTest(t)
	tell(t, s, "A", []webhook.Pull{pullAt(7, shaA, true, 1)})
	tell(t, s, "B", []webhook.Pull{pullAt(7, shaB, true, 2), pullAt(8, shaC, true, 1)})
	ask := func(sha string, second int, keys ...string) {
		p := pull.Published{SHA: sha, At: noon.Add(time.Duration(second)*time.Second + 500*time.Millisecond)}
		for _, key := range keys {
			p.Asked = append(p.Asked, pull.Asked{Rule: key[:1], Key: key})
		}
		judged(t, s, p)
	}
	ask(shaA, 0, "r1", "r2")
	ask(shaA, 50, "r2", "r3") // r2 was told at second 0 already
	ask(shaB, 100, "q1")
	ask(shaB, 200, "r4")
	ask(shaC, 300, "r5") // pull request 8
	for name, tt := range map[string]struct {
		rule   string
		second int
		want   []string
	}{
		"before anything":                       {"r", -1, nil},
		"within the second in which it is told": {"r", 0, []string{"r1", "r2"}},
		"both verdicts on the first head":       {"r", 60, []string{"r1", "r2", "r3"}},
		"another rule":                          {"q", 60, nil},
		"the newer head asks something else":    {"r", 150, nil},
		"what the newer head asks":              {"q", 150, []string{"q1"}},
		"asked later on the newer head":         {"r", 1000, []string{"r4"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.ToldBefore(t.Context(), 42, 7, tt.rule, noon.Add(time.Duration(tt.second)*time.Second))
			must(t, err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got, err := s.ToldBefore(t.Context(), 43, 7, "r", noon.Add(time.Hour)); len(got) != 0 || err != nil {
		t.Errorf("%v, %v of another repository", got, err)
	}
}

// TestToldWithinOneSecond: what was told in the second of the comment is told only where
// nothing was before, and then the head that came first: a push must not slip in.
func TestToldWithinOneSecond(t *testing.T) {
	for name, tt := range map[string]struct {
		a, b time.Duration // when the two heads were told of, from the second of the comment on
		want string
	}{
		"both in that second":        {100 * time.Millisecond, 600 * time.Millisecond, "rA"},
		"the newer in that second":   {-5 * time.Second, 600 * time.Millisecond, "rA"},
		"both before":                {-5 * time.Second, -time.Second, "rB"},
		"both before, within one":    {-800 * time.Millisecond, -200 * time.Millisecond, "rB"},
		"the newer in the next":      {100 * time.Millisecond, time.Second, "rA"},
		"the newer told of in front": {100 * time.Millisecond, -time.Second, "rB"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTest(t)
			tell(t, s, "A", []webhook.Pull{pullAt(7, shaA, true, 1)})
			judged(t, s, pull.Published{SHA: shaA, At: noon.Add(tt.a), Asked: []pull.Asked{{Rule: "r", Key: "rA"}}})
			tell(t, s, "B", []webhook.Pull{pullAt(7, shaB, true, 2)})
			judged(t, s, pull.Published{SHA: shaB, At: noon.Add(tt.b), Asked: []pull.Asked{{Rule: "r", Key: "rB"}}})
			got, err := s.ToldBefore(t.Context(), 42, 7, "r", noon)
			must(t, err)
			if diff := cmp.Diff([]string{tt.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
