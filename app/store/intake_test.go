package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

func TestAcceptOnce(t *testing.T) {
	s, _ := openTest(t)
	in := delivery("one", shaA)
	if outcome := accept(t, s, in); outcome != webhook.Stored {
		t.Errorf("first: %v, want Stored", outcome)
	}
	if outcome := accept(t, s, in); outcome != webhook.Repeated {
		t.Errorf("second: %v, want Repeated", outcome)
	}
	c := claim(t, s)
	if outcome := accept(t, s, in); outcome != webhook.Repeated {
		t.Errorf("while it runs: %v, want Repeated", outcome)
	}
	must(t, s.Done(t.Context(), c))
	if outcome := accept(t, s, in); outcome != webhook.Repeated {
		t.Errorf("when it is done: %v, want Repeated", outcome)
	}
	nothingDue(t, s)
}

// TestRedeliveryRevives: a delivery whose work failed is worth sending again.
func TestRedeliveryRevives(t *testing.T) {
	for name, fail := range map[string]func(*testing.T, *Store, *work.Claim){
		"parked": func(t *testing.T, s *Store, c *work.Claim) { must(t, s.Park(t.Context(), c, "gave up")) },
		"in back-off": func(t *testing.T, s *Store, c *work.Claim) {
			must(t, s.Retry(t.Context(), c, noon.Add(time.Hour), "503"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTest(t)
			accept(t, s, delivery("one", shaA))
			fail(t, s, claim(t, s))
			nothingDue(t, s)
			if outcome := accept(t, s, delivery("one", shaA)); outcome != webhook.Stored {
				t.Errorf("outcome %v, want Stored", outcome)
			}
			c := claim(t, s)
			if c.Tries != 0 || !c.Resumed || c.Want != 1 {
				t.Errorf("claim %+v; want no tries, resumed, level 1", c)
			}
			// Another delivery of the same head did the work: nothing is left to revive.
			must(t, s.Done(t.Context(), c))
			if outcome := accept(t, s, delivery("one", shaA)); outcome != webhook.Repeated {
				t.Errorf("outcome %v after success, want Repeated", outcome)
			}
		})
	}
}

func TestPayloadUntilDone(t *testing.T) {
	s, _ := openTest(t)
	payloads := func() int { return one[int](t, s, `SELECT count(payload) FROM deliveries`) }
	accept(t, s, delivery("A", shaA))
	accept(t, s, delivery("A and B", shaA, shaB))
	accept(t, s, delivery("nothing to do"))
	if n := payloads(); n != 2 {
		t.Errorf("%d payloads, want those of two deliveries with work", n)
	}
	a := claim(t, s)
	accept(t, s, delivery("A late", shaA)) // wanted after the claim: not covered by it
	must(t, s.Done(t.Context(), a))
	if n := payloads(); n != 2 {
		t.Errorf("%d payloads, want those of the one that waits for B and the late one", n)
	}
	must(t, s.Done(t.Context(), claim(t, s)))
	must(t, s.Done(t.Context(), claim(t, s)))
	if n := payloads(); n != 0 {
		t.Errorf("%d payloads, want none", n)
	}
	if n := one[int](t, s, `SELECT count(*) FROM deliveries WHERE done > 0`); n != 4 {
		t.Errorf("%d of 4 deliveries done", n)
	}
	if n := one[int](t, s, `SELECT count(*) FROM delivery_work`); n != 0 {
		t.Errorf("%d rows still wait", n)
	}
}

// TestOldPayloadDoesNotOverwrite: deliveries come in any order.
func TestOldPayloadDoesNotOverwrite(t *testing.T) {
	pull := func(sha string, open bool, minute int) webhook.Pull {
		return webhook.Pull{Repo: infra, Number: 7, Head: sha, BaseRef: "main", Open: open, Updated: noon.Add(time.Duration(minute) * time.Minute)}
	}
	for name, tt := range map[string]struct {
		come []webhook.Pull
		want webhook.Pull // the stored one
	}{
		"in order":                {[]webhook.Pull{pull(shaA, true, 1), pull(shaB, true, 2)}, pull(shaB, true, 2)},
		"out of order":            {[]webhook.Pull{pull(shaB, true, 2), pull(shaA, true, 1)}, pull(shaB, true, 2)},
		"same time, later counts": {[]webhook.Pull{pull(shaA, true, 1), pull(shaB, true, 1)}, pull(shaB, true, 1)},
		"closed, then old open":   {[]webhook.Pull{pull(shaA, false, 2), pull(shaA, true, 1)}, pull(shaA, false, 2)},
		"closed and reopened":     {[]webhook.Pull{pull(shaA, false, 2), pull(shaA, true, 3)}, pull(shaA, true, 3)},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTest(t)
			for i, p := range tt.come {
				in := delivery(string(rune('a'+i)), p.Head)
				in.Pulls = []webhook.Pull{p}
				accept(t, s, in)
			}
			var want []webhook.Pull
			if tt.want.Open {
				want = []webhook.Pull{tt.want}
			}
			head, err := s.Head(t.Context(), 42, tt.want.Head)
			must(t, err)
			if diff := cmp.Diff(want, head.Pulls); diff != "" {
				t.Errorf("open pull requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenamedRepository(t *testing.T) {
	s, _ := openTest(t)
	accept(t, s, delivery("one", shaA))
	in := delivery("two", shaA)
	in.Repo = webhook.Repo{ID: 42, Installation: 10, Owner: "acme-labs", Name: "platform"}
	accept(t, s, in)
	head, err := s.Head(t.Context(), 42, shaA)
	must(t, err)
	if diff := cmp.Diff(in.Repo, head.Repo); diff != "" {
		t.Errorf("repository (-want +got):\n%s", diff)
	}
}
