package review

import (
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
)

// moved is a pull request whose base was changed so long after noon, when rita spoke.
func moved(after time.Duration, more ...func(w *world)) func(w *world) {
	return func(w *world) {
		w.voices.Retargeted = noon.Add(after)
		for _, change := range more {
			change(w)
		}
	}
}

func TestReviewOfAnotherBase(t *testing.T) {
	note := []string{"@rita approved aaaaaaa before the pull request was moved to another base."}
	at := func(after time.Duration) func(w *world) {
		return func(w *world) { w.voices.Reviews[0].At = noon.Add(after) }
	}
	for _, r := range []row{
		{"moved before", moved(-time.Second), "rita", nil},
		{"moved afterwards", moved(time.Second), "", note},
		{"moved in the same second", moved(0), "", note},
		{"in the same second, and which was first cannot be seen", moved(0, at(900*time.Millisecond)), "", note},
		{"in the next second", moved(900*time.Millisecond, at(time.Second)), "rita", nil},
		{"told in another time zone", func(w *world) {
			w.voices.Retargeted = noon.Add(-time.Second).In(time.FixedZone("", 3600))
		}, "rita", nil},
		{"recorded", moved(time.Hour, func(w *world) { w.yeses = []Yes{recorded(11, milder, ByReview)} }), "", note},
		{"recorded, and the commit is gone", moved(time.Hour, func(w *world) {
			w.voices.Reviews[0].Blobs, w.yeses = nil, []Yes{recorded(11, milder, ByReview)}
		}), "", note},
		{"of another file too", moved(time.Hour, func(w *world) { w.voices.Reviews[0].Blobs[policy] = "p1" }), "", note},
		{"by a pusher, who need not try again", moved(time.Hour, func(w *world) { w.pushers = []string{"rita"} }), "",
			[]string{"@rita approved aaaaaaa, but pushed to this pull request."}},
		{"by nobody", moved(time.Hour, reviewBy(hub.Account{})), "", []string{"A deleted account approved aaaaaaa, but nobody knows whose it was."}},
		{"somebody approved since", moved(time.Hour, func(w *world) {
			w.voices.Reviews = append(w.voices.Reviews, approval(12, sam, noon.Add(2*time.Hour), milder.Files...))
		}), "sam", nil},
	} {
		t.Run(r.name, func(t *testing.T) { r.run(t, reviewed(), milder) })
	}
}

func TestAcceptOnAnotherBase(t *testing.T) {
	note := []string{"@rita accepted images/mutable-tag before the pull request was moved to another base."}
	for _, r := range []row{
		{"moved before", moved(-time.Second), "rita", nil},
		{"moved afterwards", moved(time.Second), "", note},
		{"moved in the same second", moved(0), "", note},
		{"recorded", moved(time.Hour, func(w *world) { w.yeses = []Yes{recorded(21, floats, ByComment)} }), "", note},
		{"not for this rule", moved(time.Hour, says("/checkrein accept images/default-tag fine")), "", nil},
		{"accepted again", moved(time.Hour, func(w *world) {
			w.voices.Comments = append(w.voices.Comments, comment(22, rita, noon.Add(2*time.Hour), "/checkrein accept images/mutable-tag here too"))
		}), "rita", nil},
	} {
		t.Run(r.name, func(t *testing.T) { r.run(t, accepted(), floats) })
	}
}

// What does not count whoever said it costs no request.
func TestMovedAsksNobody(t *testing.T) {
	w := reviewed()
	moved(time.Hour)(w)
	step(t, w, "moved", milder, "", "@rita approved aaaaaaa before the pull request was moved to another base.")
	if len(w.asked) > 0 {
		t.Errorf("asked what %v may", w.asked)
	}
}
