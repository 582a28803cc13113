package review

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/google/go-cmp/cmp"
)

func TestNothingIsAskedWithoutNeed(t *testing.T) {
	noFile := Question{Rule: loosened}
	for _, tt := range []struct {
		name      string
		world     *world
		questions []Question
		paths     [][]string
		people    []string
	}{
		{"no question", reviewed(), nil, nil, nil},
		{"no question that can be answered", reviewed(), []Question{noFile}, nil, nil},
		{"no voice", newWorld(), []Question{milder}, [][]string{{policy}}, nil},
		{"no voice for this kind", accepted(), []Question{milder}, [][]string{{policy}}, nil},
		{"an accept needs no paths", accepted(), []Question{floats}, [][]string{nil}, []string{"rita"}},
		{"a voice about other files", reviewed(), []Question{{Rule: loosened, Files: []File{{policy, "p9"}}}}, [][]string{{policy}}, nil},
		{"paths of all reviews, once", reviewed(), []Question{
			{Rule: "deletions/unreviewed", Files: []File{{"z", "1"}, {policy, "p2"}}}, milder, floats,
		}, [][]string{{policy, "z"}}, []string{"rita"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := decider(tt.world).Answer(t.Context(), pr, tt.questions); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.paths, tt.world.paths); d != "" {
				t.Errorf("paths (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.people, tt.world.asked); d != "" {
				t.Errorf("people (-want +got):\n%s", d)
			}
		})
	}
}

// crowd lets readers accept before rita does, and returns them with her.
func crowd(w *world, n int) {
	for i := range n {
		p := person(int64(1000+i), fmt.Sprintf("reader%03d", i))
		w.may[p.Login] = hub.Permission{Account: p}
		at := noon.Add(time.Duration(i-n) * time.Second)
		w.voices.Comments = append(w.voices.Comments, comment(int64(1000+i), p, at, "/checkrein accept images/mutable-tag me too"))
	}
}

func TestFiftyPeopleAreAskedAbout(t *testing.T) {
	for _, tt := range []struct {
		before int
		by     string
	}{{49, "rita"}, {50, ""}} {
		w := accepted()
		crowd(w, tt.before)
		got, err := decider(w).Answer(t.Context(), pr, []Question{floats})
		if err != nil {
			t.Fatal(err)
		}
		if by(got, floats) != tt.by || len(w.asked) != 50 {
			t.Errorf("%d before: yes by %q, asked about %d", tt.before, by(got, floats), len(w.asked))
		}
		if len(w.asked) > 0 && w.asked[0] != "reader000" {
			t.Errorf("asked about %s first", w.asked[0])
		}
		note := "@rita accepted images/mutable-tag, but 50 other people were asked about first, and no more are."
		if slices.Contains(got.Notes, note) != (tt.by == "") {
			t.Errorf("notes %q", got.Notes)
		}
	}
}

func TestNotesAreBounded(t *testing.T) {
	w := accepted()
	w.voices.Comments = nil
	w.unknown = []string{head}
	crowd(w, 30)
	got, err := decider(w).Answer(t.Context(), pr, []Question{floats})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := 12; i < 30; i++ { // the newest
		want = append(want, fmt.Sprintf("@reader%03d accepted images/mutable-tag, but has no write access.", i))
	}
	want = append(want, "The pusher of aaaaaaa is not known, so its author and committer do not count.", "And 12 more notes of this kind.")
	if d := cmp.Diff(want, got.Notes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestTwentyNotesAreTold(t *testing.T) {
	w := accepted()
	w.voices.Comments = nil
	crowd(w, 20)
	got, err := decider(w).Answer(t.Context(), pr, []Question{floats})
	if err != nil || len(got.Notes) != 20 || got.Notes[0] != "@reader000 accepted images/mutable-tag, but has no write access." {
		t.Errorf("%v, %q", err, got.Notes)
	}
}

func TestOneNoteForTheSameTwice(t *testing.T) {
	w := accepted()
	w.voices.Comments[0].Edited = true
	again := w.voices.Comments[0]
	again.ID++
	w.voices.Comments = append(w.voices.Comments, again)
	step(t, w, "edited twice", floats, "", "@rita accepted images/mutable-tag, but the comment was edited afterwards.")
}

func TestTheStoreIsReadOnceForEachComment(t *testing.T) {
	w := accepted()
	var questions []Question
	for _, blob := range []string{"1", "2", "3"} {
		questions = append(questions, Question{Rule: mutable, Files: []File{{compose, blob}}})
	}
	if _, err := decider(w).Answer(t.Context(), pr, questions); err != nil || w.reads != 1 {
		t.Errorf("%v, read %d times", err, w.reads)
	}
}

func TestNotesAreShortAndOneForEachVoice(t *testing.T) {
	w := reviewed()
	w.unknown = []string{head, older}
	w.voices.Commits = append(w.voices.Commits, hub.CommitPeople{SHA: older})
	long := strings.Repeat("é", 300)
	w.voices.Reviews[0].Commit = "abc"
	q := Question{Rule: loosened, Files: []File{{long, "1"}}}
	again := Question{Rule: loosened, Files: []File{{long, "2"}}}
	got, err := decider(w).Answer(t.Context(), pr, []Question{q, again, {Rule: long}})
	if err != nil {
		t.Fatal(err)
	}
	cut := strings.Repeat("é", 200) + "…"
	want := []string{
		"@rita approved abc, where " + cut + " was another.",
		"Nobody can say yes to " + cut + " here, because it names no file.",
		"The pushers of aaaaaaa and 1 more are not known, so their authors and committers do not count.",
	}
	if d := cmp.Diff(want, got.Notes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestMoreFilesThanCanBeAskedFor(t *testing.T) {
	files := func(n int) (all []File) {
		for i := range n {
			all = append(all, File{fmt.Sprintf("f%03d", i), "1"})
		}
		return all
	}
	w := reviewed()
	w.voices.Reviews[0] = approval(11, rita, noon, files(101)...)
	small := Question{Rule: loosened, Files: files(1)}
	large := Question{Rule: "deletions/unreviewed", Files: files(101)}
	full := Question{Rule: "deletions/unreviewed", Files: files(100)}
	comments := Question{Rule: mutable, Files: files(200)}
	got, err := decider(w).Answer(t.Context(), pr, []Question{large, small, full, comments})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.paths[0]) != 100 || by(got, small) != "rita" || by(got, full) != "rita" || len(got.Yes) != 2 {
		t.Errorf("asked for %d paths; %v", len(w.paths[0]), got.Yes)
	}
	if d := cmp.Diff([]string{"Nobody can say yes to deletions/unreviewed here, because more than 100 files wait for a review."}, got.Notes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestErrorsAreNoAnswers(t *testing.T) {
	for call, w := range map[string]*world{
		"voices": accepted(), "permission": accepted(), "pushers": accepted(), "yeses": accepted(), "told": accepted(), "keep": accepted(),
	} {
		w.fail = call
		got, err := decider(w).Answer(t.Context(), pr, []Question{floats})
		if !errors.Is(err, errDown) || len(got.Yes) > 0 {
			t.Errorf("%s: %v, %v", call, got, err)
		}
	}
}

func TestMayRecheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		by   hub.Account
		may  hub.Permission
		want bool
		asks int
	}{
		{"person with write access", rita, hub.Permission{Account: rita, Write: true}, true, 1},
		{"the author too", author, hub.Permission{Account: author, Write: true}, true, 1},
		{"reader", rita, hub.Permission{Account: rita}, false, 1},
		{"gone", rita, hub.Permission{}, false, 1},
		{"another account of that name", rita, hub.Permission{Account: person(9, "rita"), Write: true}, false, 1},
		{"bot", hub.Account{ID: 2, Login: "rita"}, hub.Permission{Account: rita, Write: true}, false, 0},
		{"nobody", hub.Account{}, hub.Permission{Write: true}, false, 0},
		{"human without a name", hub.Account{Human: true}, hub.Permission{Account: person(0, ""), Write: true}, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.may = map[string]hub.Permission{tt.by.Login: tt.may}
			got, err := decider(w).MayRecheck(t.Context(), pr.Repo, tt.by)
			if err != nil || got != tt.want || len(w.asked) != tt.asks {
				t.Errorf("%t, %v, asked %v", got, err, w.asked)
			}
		})
	}
	w := newWorld()
	w.fail = "permission"
	if got, err := decider(w).MayRecheck(t.Context(), pr.Repo, rita); got || !errors.Is(err, errDown) {
		t.Errorf("GitHub down: %t, %v", got, err)
	}
}
