package review

import (
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/google/go-cmp/cmp"
)

func says(body string) func(w *world) {
	return func(w *world) { w.voices.Comments[0].Body = body }
}

func saidBy(a hub.Account) func(w *world) {
	return func(w *world) { w.voices.Comments[0].By = a; w.permit(a) }
}

func TestWhoseAcceptCounts(t *testing.T) {
	const late = "@rita accepted images/mutable-tag, but before this finding was told, or about other files."
	for _, r := range []row{
		{"a colleague with write access", func(w *world) {}, "rita", nil},
		{"edited", func(w *world) { w.voices.Comments[0].Edited = true }, "", []string{"@rita accepted images/mutable-tag, but the comment was edited afterwards."}},
		{"edited, though recorded before", func(w *world) {
			w.voices.Comments[0].Edited, w.yeses = true, []Yes{recorded(21, floats, ByComment)}
		}, "", []string{"@rita accepted images/mutable-tag, but the comment was edited afterwards."}},
		{"before the finding was told", func(w *world) { w.told[0].at = noon.Add(time.Second) }, "", []string{late}},
		{"when it was told about other files", func(w *world) { w.told[0].keys = []string{milder.Key()} }, "", []string{late}},
		{"told in another pull request", func(w *world) { w.told[0].pull = 8 }, "", []string{late}},
		{"told under another rule", func(w *world) { w.told[0].rule = "images/default-tag" }, "", []string{late}},
		{"told about others since, but recorded", func(w *world) {
			w.told, w.yeses = nil, []Yes{recorded(21, floats, ByComment)}
		}, "rita", nil},
		{"another comment recorded", func(w *world) {
			w.told, w.yeses = nil, []Yes{recorded(22, floats, ByComment)}
		}, "", []string{late}},
		{"a review of that number recorded", func(w *world) {
			w.told, w.yeses = nil, []Yes{recorded(21, floats, ByReview)}
		}, "", []string{late}},
		{"recorded, and the comment is gone", func(w *world) {
			w.voices.Comments, w.yeses = nil, []Yes{recorded(21, floats, ByComment)}
		}, "", nil},
		{"written on another pull request", func(w *world) { w.voices.Comments[0].Pull = 8 }, "", nil},
		{"another rule", says("/checkrein accept images/default-tag fine"), "", nil},
		{"unknown rule", says("/checkrein accept images/mutabel-tag fine"), "", []string{"@rita wrote /checkrein accept, but there is no rule images/mutabel-tag."}},
		{"no rule", says("/checkrein accept"), "", []string{"@rita wrote /checkrein accept, but it names no rule."}},
		{"no reason", says("/checkrein accept images/mutable-tag"), "", []string{"@rita accepted images/mutable-tag, but it gives no reason."}},
		{"a recheck", says("/checkrein recheck"), "", nil},
		{"no command", says("/checkreinaccept images/mutable-tag fine"), "", nil},
		{"bot", saidBy(hub.Account{ID: 5, Login: "renovate"}), "", []string{"@renovate accepted images/mutable-tag, but is not a human account."}},
		{"this app", saidBy(hub.Account{ID: 6, Login: "checkrein"}), "", nil},
		{"this app by its long name", saidBy(hub.Account{ID: 6, Login: "Checkrein[bot]"}), "", nil},
		{"a person with the app's name", saidBy(person(6, "checkrein")), "checkrein", nil},
		{"deleted account", saidBy(hub.Account{}), "", []string{"A deleted account accepted images/mutable-tag, but nobody knows whose it was."}},
		{"the author", saidBy(author), "", []string{"@author accepted images/mutable-tag, but opened this pull request."}},
		{"pusher", func(w *world) { w.pushers = []string{"Rita"} }, "", []string{"@rita accepted images/mutable-tag, but pushed to this pull request."}},
		{"second account of the pusher: only as strong as accounts are", saidBy(person(9, "author-too")), "author-too", nil},
		{"reads only", func(w *world) { w.may["rita"] = hub.Permission{Account: rita} }, "", []string{"@rita accepted images/mutable-tag, but has no write access."}},
		{"the first does not, the second does", func(w *world) {
			w.voices.Comments = append(w.voices.Comments, comment(22, sam, noon.Add(time.Hour), "/checkrein accept images/mutable-tag yes"))
			w.may["rita"] = hub.Permission{Account: rita}
		}, "sam", nil},
	} {
		t.Run(r.name, func(t *testing.T) { r.run(t, accepted(), floats) })
	}
}

func TestAcceptIsNoReview(t *testing.T) {
	r := row{"", says("/checkrein accept policy/loosened fine"), "", []string{"@rita accepted policy/loosened, but policy/loosened takes no accept: it needs an approving review."}}
	r.run(t, accepted(), milder)
}

func TestOneAcceptForAllOfARule(t *testing.T) {
	other := Question{Rule: mutable, Files: []File{{"other.yml", "o1"}}}
	untold := Question{Rule: mutable, Files: []File{{"third.yml", "t1"}}}
	w := accepted()
	w.told[0].keys = append(w.told[0].keys, other.Key())
	got, err := decider(w).Answer(t.Context(), pr, []Question{floats, other, untold, floats})
	if err != nil {
		t.Fatal(err)
	}
	row := Yes{Repository: 42, Pull: 7, Kind: ByComment, ID: 21, Rule: mutable, Key: floats.Key(), Files: floats.Files, By: "rita", ByID: 2, Reason: "only for local use", At: noon}
	second := row
	second.Key, second.Files = other.Key(), other.Files
	want := Answers{
		Yes:   map[string][]Yes{floats.Key(): {row}, other.Key(): {second}},
		Notes: []string{"@rita accepted images/mutable-tag, but before this finding was told, or about other files."},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Yes{row, second}, w.yeses); d != "" {
		t.Errorf("recorded (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"rita"}, w.asked); d != "" {
		t.Errorf("asked for permission (-want +got):\n%s", d)
	}
}
