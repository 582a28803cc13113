package store

import (
	"testing"

	"github.com/checkrein/checkrein/app/webhook"
)

func TestComment(t *testing.T) {
	s, _ := openTest(t)
	is := func(when string, wantID int64, wantBegun bool) {
		t.Helper()
		if id, begun, err := s.Comment(t.Context(), 42, 7); id != wantID || begun != wantBegun || err != nil {
			t.Errorf("%s: %d, %v, %v; want %d, %v", when, id, begun, err, wantID, wantBegun)
		}
	}
	must(t, s.SetComment(t.Context(), 42, 7, 5))
	is("of a pull request that is not known", 0, false)
	tell(t, s, "open", []webhook.Pull{pullAt(7, shaA, true, 1), pullAt(8, shaA, true, 1)})
	is("before any", 0, false)
	must(t, s.SetComment(t.Context(), 42, 7, 0))
	is("about to be written", 0, true)
	must(t, s.SetComment(t.Context(), 42, 8, 6))
	must(t, s.SetComment(t.Context(), 42, 7, 5))
	is("written", 5, false)
	tell(t, s, "pushed", []webhook.Pull{pullAt(7, shaB, true, 2)})
	is("after a push", 5, false)
}
