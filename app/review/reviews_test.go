package review

import (
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/google/go-cmp/cmp"
)

// row is one way in which a voice counts or does not: the login whose yes it is, empty
// for none, and all notes.
type row struct {
	name   string
	change func(w *world)
	by     string
	notes  []string
}

func (r row) run(t *testing.T, w *world, q Question) {
	t.Helper()
	r.change(w)
	got, err := decider(w).Answer(t.Context(), pr, []Question{q})
	if err != nil {
		t.Fatal(err)
	}
	if said := by(got, q); said != r.by {
		t.Errorf("yes by %q, want %q", said, r.by)
	}
	if r.by == "" && (len(got.Yes) > 0 || w.kept > 0) {
		t.Errorf("answered %v, kept %d", got.Yes, w.kept)
	}
	if d := cmp.Diff(r.notes, got.Notes); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}
}

func reviewBy(a hub.Account) func(w *world) {
	return func(w *world) { w.voices.Reviews[0].By = a; w.permit(a) }
}

func recorded(id int64, q Question, kind Kind) Yes {
	return Yes{Repository: 42, Pull: 7, Kind: kind, ID: id, Rule: q.Rule, Key: q.Key(), Files: q.Files, By: "rita", ByID: 2, At: noon}
}

func TestWhoseReviewCounts(t *testing.T) {
	for _, r := range []row{
		{"a colleague with write access", func(w *world) {}, "rita", nil},
		{"second account of the pusher: only as strong as accounts are", reviewBy(person(9, "author-too")), "author-too", nil},
		{"nobody", func(w *world) { w.voices.Reviews = nil }, "", nil},
		{"asks for changes, withdrawn or dismissed", func(w *world) { w.voices.Reviews[0].Approved = false }, "", nil},
		{"bot", func(w *world) {
			w.voices.Reviews[0].By = hub.Account{ID: 5, Login: "renovate"}
		}, "", []string{"@renovate approved aaaaaaa, but is not a human account."}},
		{"bot by GitHub's second answer only", func(w *world) {
			w.may["rita"] = hub.Permission{Account: hub.Account{ID: 2, Login: "rita"}, Write: true}
		}, "", []string{"@rita approved aaaaaaa, but is not a human account."}},
		{"this app", reviewBy(hub.Account{ID: 6, Login: "checkrein"}), "", nil},
		{"deleted account", reviewBy(hub.Account{}), "", []string{"A deleted account approved aaaaaaa, but nobody knows whose it was."}},
		{"human without a name", reviewBy(hub.Account{Human: true}), "", []string{"A deleted account approved aaaaaaa, but nobody knows whose it was."}},
		{"the author", reviewBy(author), "", []string{"@author approved aaaaaaa, but opened this pull request."}},
		{"the author in capitals", reviewBy(person(0, "AUTHOR")), "", []string{"@AUTHOR approved aaaaaaa, but opened this pull request."}},
		{"the author under a new name", reviewBy(person(1, "renamed")), "", []string{"@renamed approved aaaaaaa, but opened this pull request."}},
		{"the author's old name in other hands", func(w *world) {
			reviewBy(person(8, "author"))(w)
			w.pushers = nil
		}, "author", nil},
		{"pusher", func(w *world) { w.pushers = []string{"author", "rita"} }, "", []string{"@rita approved aaaaaaa, but pushed to this pull request."}},
		{"pusher renamed", func(w *world) { w.renamed = []hub.Account{{ID: rita.ID, Login: "rita-before"}} }, "", []string{"@rita approved aaaaaaa, but pushed to this pull request."}},
		{"pusher in capitals", func(w *world) { w.pushers = []string{"RITA"} }, "", []string{"@rita approved aaaaaaa, but pushed to this pull request."}},
		{"commit author", func(w *world) { w.voices.Commits[0].Authors = []hub.Account{rita} }, "", []string{"@rita approved aaaaaaa, but is an author of commit aaaaaaa."}},
		{"co-author", func(w *world) { w.voices.Commits[0].Authors = []hub.Account{author, rita} }, "", []string{"@rita approved aaaaaaa, but is an author of commit aaaaaaa."}},
		{"co-author of an older commit, known by name only", func(w *world) {
			w.voices.Commits = append([]hub.CommitPeople{{SHA: older, Authors: []hub.Account{author, person(0, "Rita")}}}, w.voices.Commits...)
		}, "", []string{"@rita approved aaaaaaa, but is an author of commit bbbbbbb."}},
		{"committer of what somebody else pushed", func(w *world) { w.voices.Commits[0].Committer = rita }, "rita", nil},
		{"committer of what nobody is known to have pushed", func(w *world) {
			w.voices.Commits[0].Committer = rita
			w.unknown = []string{head}
		}, "", []string{
			"@rita approved aaaaaaa, but is the committer of aaaaaaa, whose pusher is not known.",
			"The pusher of aaaaaaa is not known, so its author and committer do not count.",
		}},
		{"author of what nobody is known to have pushed", func(w *world) {
			w.voices.Commits[0].Authors = []hub.Account{rita}
			w.unknown = []string{head}
		}, "", []string{
			"@rita approved aaaaaaa, but is an author of commit aaaaaaa.",
			"The pusher of aaaaaaa is not known, so its author and committer do not count.",
		}},
		{"neither author nor committer of what nobody is known to have pushed", func(w *world) {
			w.unknown = []string{head}
		}, "rita", []string{"The pusher of aaaaaaa is not known, so its author and committer do not count."}},
		{"commits and committers without accounts", func(w *world) {
			w.voices.Author = hub.Account{}
			w.voices.Commits = []hub.CommitPeople{{SHA: head}}
			w.pushers = []string{""}
		}, "rita", nil},
		{"reads only", func(w *world) { w.may["rita"] = hub.Permission{Account: rita} }, "", []string{"@rita approved aaaaaaa, but has no write access."}},
		{"account that is gone", func(w *world) { delete(w.may, "rita") }, "", []string{"@rita approved aaaaaaa, but has no write access."}},
		{"name that belongs to somebody else now", func(w *world) {
			w.may["rita"] = hub.Permission{Account: person(99, "rita"), Write: true}
		}, "", []string{"@rita approved aaaaaaa, but the name belongs to another account now."}},
		{"everything could not be read", func(w *world) { w.voices.Problem = "more than 1000 commits" }, "", []string{"No yes counts, because not everything that was said could be read: more than 1000 commits."}},
	} {
		t.Run(r.name, func(t *testing.T) { r.run(t, reviewed(), milder) })
	}
}

func TestWhatAReviewIsAbout(t *testing.T) {
	two := Question{Rule: "deletions/unreviewed", Files: []File{{"clean.sh", ""}, {policy, "p2"}}}
	for _, tt := range []struct {
		row
		q Question
	}{
		{row{"another commit with the same file", func(w *world) { w.voices.Reviews[0].Commit = older }, "rita", nil}, milder},
		{row{"another commit with another file", func(w *world) {
			w.voices.Reviews[0].Commit, w.voices.Reviews[0].Blobs = older, map[string]string{policy: "p1"}
		}, "", []string{"@rita approved bbbbbbb, where .github/checkrein.yml was another."}}, milder},
		{row{"a commit without the file", func(w *world) {
			w.voices.Reviews[0].Blobs = map[string]string{}
		}, "", []string{"@rita approved aaaaaaa, where .github/checkrein.yml was another."}}, milder},
		{row{"a file that is absent in both", func(w *world) {}, "rita", nil}, two},
		{row{"a file that was there and is gone", func(w *world) { w.voices.Reviews[0].Blobs["clean.sh"] = "s1" }, "",
			[]string{"@rita approved aaaaaaa, where clean.sh was another."}}, two},
		{row{"several that were others", func(w *world) { w.voices.Reviews[0].Blobs = map[string]string{"clean.sh": "s1"} }, "",
			[]string{"@rita approved aaaaaaa, where .github/checkrein.yml and 1 more were others."}}, two},
		{row{"a commit that is gone", func(w *world) { w.voices.Reviews[0].Blobs = nil }, "",
			[]string{"@rita approved aaaaaaa, but that commit is gone, so which files it had cannot be seen."}}, milder},
		{row{"a commit that is gone, recorded", func(w *world) {
			w.voices.Reviews[0].Blobs, w.yeses = nil, []Yes{recorded(11, milder, ByReview)}
		}, "rita", nil}, milder},
		{row{"a commit that is gone, recorded about other files", func(w *world) {
			w.voices.Reviews[0].Blobs, w.yeses = nil, []Yes{recorded(11, floats, ByReview)}
		}, "", []string{"@rita approved aaaaaaa, but that commit is gone, so which files it had cannot be seen."}}, milder},
		{row{"a commit that is gone, another review recorded", func(w *world) {
			w.voices.Reviews[0].Blobs, w.yeses = nil, []Yes{recorded(12, milder, ByReview)}
		}, "", []string{"@rita approved aaaaaaa, but that commit is gone, so which files it had cannot be seen."}}, milder},
		{row{"a commit that is gone, a comment of that number recorded", func(w *world) {
			w.voices.Reviews[0].Blobs, w.yeses = nil, []Yes{recorded(11, milder, ByComment)}
		}, "", []string{"@rita approved aaaaaaa, but that commit is gone, so which files it had cannot be seen."}}, milder},
		{row{"recorded in another pull request", func(w *world) {
			y := recorded(11, milder, ByReview)
			y.Pull = 8
			w.voices.Reviews[0].Blobs, w.yeses = nil, []Yes{y}
		}, "", []string{"@rita approved aaaaaaa, but that commit is gone, so which files it had cannot be seen."}}, milder},
		{row{"recorded, and the review is gone", func(w *world) {
			w.voices.Reviews, w.yeses = nil, []Yes{recorded(11, milder, ByReview)}
		}, "", nil}, milder},
		{row{"recorded, and write access is lost", func(w *world) {
			w.may["rita"], w.yeses = hub.Permission{Account: rita}, []Yes{recorded(11, milder, ByReview)}
		}, "", []string{"@rita approved aaaaaaa, but has no write access."}}, milder},
		{row{"recorded, and a pusher since", func(w *world) {
			w.pushers, w.yeses = []string{"rita"}, []Yes{recorded(11, milder, ByReview)}
		}, "", []string{"@rita approved aaaaaaa, but pushed to this pull request."}}, milder},
		{row{"about no file", func(w *world) {}, "", []string{"Nobody can say yes to policy/loosened here, because it names no file."}}, Question{Rule: loosened}},
		{row{"a rule that a comment accepts", func(w *world) {}, "", nil}, floats},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := reviewed()
			tt.change(w)
			kept := len(w.yeses)
			tt.row.change = func(*world) {}
			tt.run(t, w, tt.q)
			if tt.by != "" && kept > 0 && w.kept > 0 {
				t.Error("what is recorded was recorded again")
			}
		})
	}
}

func TestTheEarliestThatCounts(t *testing.T) {
	for _, r := range []row{
		{"of two", func(w *world) {
			w.voices.Reviews = append(w.voices.Reviews, approval(12, sam, noon.Add(-time.Minute), milder.Files...))
		}, "sam", nil},
		{"the earlier does not", func(w *world) {
			w.voices.Reviews = append(w.voices.Reviews, approval(12, sam, noon.Add(-time.Minute)))
		}, "rita", nil},
		{"at the same second, the lower id", func(w *world) {
			w.voices.Reviews = append(w.voices.Reviews, approval(10, sam, noon, milder.Files...))
		}, "sam", nil},
	} {
		t.Run(r.name, func(t *testing.T) { r.run(t, reviewed(), milder) })
	}
}
