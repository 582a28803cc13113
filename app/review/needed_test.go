package review

import (
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
)

// Where two people are needed, each must have looked at exactly these files.
func TestTwoPeopleAreNeeded(t *testing.T) {
	set := []File{{".github/workflows/clean.yml", "w1"}, {"clean.sh", "s1"}}
	two := Question{Rule: "deletions/unreviewed", Files: set, Needed: 2}
	also := func(v hub.Review) func(w *world) {
		return func(w *world) { w.voices.Reviews = append(w.voices.Reviews, v) }
	}
	const one = "1 of 2 approvals of deletions/unreviewed in .github/workflows/clean.yml and 1 more: @rita."
	for _, r := range []row{
		{"one", func(*world) {}, "", []string{one}},
		{"two", also(approval(12, sam, noon.Add(time.Hour), set...)), "rita sam", nil},
		{"the same person twice", also(approval(12, rita, noon.Add(time.Hour), set...)), "", []string{one}},
		{"the same account under another name", also(approval(12, person(2, "rita-now"), noon.Add(time.Hour), set...)), "", []string{one}},
		{"the second is the author", also(approval(12, author, noon.Add(time.Hour), set...)), "",
			[]string{one, "@author approved aaaaaaa, but opened this pull request."}},
		{"the second saw another script", also(approval(12, sam, noon.Add(time.Hour), set[0], File{"clean.sh", "s0"})), "",
			[]string{one, "@sam approved aaaaaaa, where clean.sh was another."}},
		{"the second has lost access", func(w *world) {
			also(approval(12, sam, noon.Add(time.Hour), set...))(w)
			w.may["sam"] = hub.Permission{Account: sam}
		}, "", []string{one, "@sam approved aaaaaaa, but has no write access."}},
		{"none of three", func(w *world) { w.voices.Reviews[0].Approved = false }, "", nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			w := newWorld()
			w.voices.Reviews = []hub.Review{approval(11, rita, noon, set...)}
			r.change(w)
			step(t, w, "asked", two, r.by, r.notes...)
		})
	}
}

// How many are needed is no part of what was said yes to: a policy that asks for one more
// lets the first yes stand.
func TestTheFirstYesStandsWhenOneMoreIsNeeded(t *testing.T) {
	w := reviewed()
	step(t, w, "one is needed", milder, "rita")
	more := milder
	more.Needed = 2
	step(t, w, "two are needed", more, "", "1 of 2 approvals of policy/loosened in .github/checkrein.yml: @rita.")
	w.voices.Reviews = append(w.voices.Reviews, approval(12, sam, noon.Add(time.Hour), milder.Files...))
	step(t, w, "and given", more, "rita sam")
	if w.kept != 2 {
		t.Errorf("recorded %d times", w.kept)
	}
}

// What has a remedy of its own waits for nobody.
func TestNobodyIsAskedAboutWhatIsMended(t *testing.T) {
	for _, rule := range []string{"deletions/no-dry-run", "deletions/no-environment", "deletions/unsafe-images", "policy/invalid"} {
		w := reviewed()
		step(t, w, rule, Question{Rule: rule, Files: milder.Files}, "")
		if len(w.paths) > 0 {
			t.Errorf("%s: GitHub was asked", rule)
		}
	}
	step(t, accepted(), "deletions/unreviewed", Question{Rule: "deletions/unreviewed", Files: milder.Files}, "")
}
