package review

import (
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/google/go-cmp/cmp"
)

// step asks one question and compares whose yes it is.
func step(t *testing.T, w *world, name string, q Question, want string, notes ...string) {
	t.Helper()
	got, err := decider(w).Answer(t.Context(), pr, []Question{q})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if said := by(got, q); said != want {
		t.Errorf("%s: yes by %q, want %q", name, said, want)
	}
	if d := cmp.Diff(notes, got.Notes); d != "" {
		t.Errorf("%s: notes (-want +got):\n%s", name, d)
	}
}

func push(w *world, sha, by string) {
	w.voices.Commits = append(w.voices.Commits, hub.CommitPeople{SHA: sha, Authors: []hub.Account{author}, Committer: author})
	w.pushers = append(w.pushers, by)
}

func TestReviewThroughPushes(t *testing.T) {
	other := Question{Rule: loosened, Files: []File{{policy, "p3"}}}
	w := reviewed()
	step(t, w, "approved", milder, "rita")
	push(w, older, "author")
	step(t, w, "a push of something else", milder, "rita")
	step(t, w, "a push that changes the file", other, "", "@rita approved aaaaaaa, where .github/checkrein.yml was another.")
	step(t, w, "a push that changes it back", milder, "rita")
	w.voices.Reviews[0].Blobs = nil
	step(t, w, "a force-push after which the reviewed commit is gone", milder, "rita")
	step(t, w, "and another file", other, "", "@rita approved aaaaaaa, but that commit is gone, so which files it had cannot be seen.")
	w.voices.Reviews[0].Approved = false
	step(t, w, "dismissed", milder, "")
	if w.kept != 1 {
		t.Errorf("recorded %d times", w.kept)
	}
}

func TestAcceptThroughPushes(t *testing.T) {
	const late = "@rita accepted images/mutable-tag, but before this finding was told, or about other files."
	other := Question{Rule: mutable, Files: []File{{compose, "c3"}}}
	w := accepted()
	step(t, w, "accepted", floats, "rita")
	// What was told on the newest head by then is all that the store answers.
	w.told = []told{{7, mutable, noon.Add(time.Hour), []string{other.Key()}}}
	step(t, w, "a push that changes the file", other, "", late)
	step(t, w, "a push that changes it back", floats, "rita")
	w.voices.Comments[0].Edited = true
	step(t, w, "edited", floats, "", "@rita accepted images/mutable-tag, but the comment was edited afterwards.")
	w.voices.Comments = nil
	step(t, w, "deleted", floats, "")
}

func TestAYesEndsWithItsPerson(t *testing.T) {
	for _, r := range []row{
		{"write access lost", func(w *world) { w.may["rita"] = hub.Permission{Account: rita} }, "", []string{"@rita approved aaaaaaa, but has no write access."}},
		{"pushed since", func(w *world) { push(w, older, "rita") }, "", []string{"@rita approved aaaaaaa, but pushed to this pull request."}},
		{"account deleted", func(w *world) { w.voices.Reviews[0].By = hub.Account{} }, "", []string{"A deleted account approved aaaaaaa, but nobody knows whose it was."}},
		{"still the same", func(*world) {}, "rita", nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			w := reviewed()
			step(t, w, "before", milder, "rita")
			w.kept = 0
			r.run(t, w, milder)
		})
	}
}

func TestMergeGroupHasTheSameSetOrNoYes(t *testing.T) {
	merged := Question{Rule: loosened, Files: []File{{policy, "p-of-two-changes"}}}
	step(t, reviewed(), "the group has the file as approved", milder, "rita")
	step(t, reviewed(), "the queue merged another change into it", merged, "", "@rita approved aaaaaaa, where .github/checkrein.yml was another.")

	both := Question{Rule: mutable, Files: []File{{compose, "c2"}, {".env", "e1"}}}
	step(t, accepted(), "the group has the file as accepted", floats, "rita")
	step(t, accepted(), "the finding of the group has another file in it", both, "",
		"@rita accepted images/mutable-tag, but before this finding was told, or about other files.")
}

func TestNeverInAnotherPullRequest(t *testing.T) {
	w := reviewed()
	step(t, w, "approved", milder, "rita")
	got, err := decider(w).Answer(t.Context(), PullRequest{Repo: pr.Repo, Number: 8}, []Question{milder})
	if err != nil || len(got.Yes) > 0 || w.kept != 1 {
		t.Errorf("%v, %v, recorded %d", got, err, w.kept)
	}
}
