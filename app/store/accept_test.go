package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
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
	at := func(sha string, open bool, minute int) webhook.Pull {
		return webhook.Pull{Repo: infra, Number: 7, Head: sha, BaseRef: "main", Open: open, Updated: noon.Add(time.Duration(minute) * time.Minute)}
	}
	for name, tt := range map[string]struct {
		come []webhook.Pull
		want webhook.Pull // the stored one
	}{
		"in order":                {[]webhook.Pull{at(shaA, true, 1), at(shaB, true, 2)}, at(shaB, true, 2)},
		"out of order":            {[]webhook.Pull{at(shaB, true, 2), at(shaA, true, 1)}, at(shaB, true, 2)},
		"same time, later counts": {[]webhook.Pull{at(shaA, true, 1), at(shaB, true, 1)}, at(shaB, true, 1)},
		"closed, then old open":   {[]webhook.Pull{at(shaA, false, 2), at(shaA, true, 1)}, at(shaA, false, 2)},
		"closed and reopened":     {[]webhook.Pull{at(shaA, false, 2), at(shaA, true, 3)}, at(shaA, true, 3)},
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

// consequence is an intake about repository infra without work of its own.
func consequence(id string, change func(*webhook.Intake)) webhook.Intake {
	in := delivery(id)
	change(&in)
	return in
}

// unfinished are the keys that are due or parked.
func unfinished(t *testing.T, s *Store) string {
	t.Helper()
	return column(t, s, `SELECT key FROM work WHERE want > done ORDER BY key`)
}

// judged has heads concluded, each with what stands in the published verdict.
func judged(t *testing.T, s *Store, p pull.Published) {
	t.Helper()
	p.Repository, p.Conclusion = 42, "success"
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(42, p.SHA)}}))
	c, err := s.Claim(t.Context(), time.Minute, work.KindBase, work.KindVoice, work.KindSweep)
	must(t, err)
	must(t, s.SetVerdict(t.Context(), c, p))
	must(t, s.Done(t.Context(), c))
}

// TestConsequences: what a delivery tells decides what becomes due, not what it asks for only.
func TestConsequences(t *testing.T) {
	org := webhook.Repo{ID: 43, Installation: 9, Owner: "acme", Name: ".github"}
	push := func(repo webhook.Repo, ref, after string, isDefault bool) func(*webhook.Intake) {
		return func(in *webhook.Intake) {
			in.Repo = repo
			in.Pushes = []webhook.Push{{Repo: repo, Ref: ref, After: after, Sender: "bob", Commits: []string{after}, Default: isDefault}}
		}
	}
	for name, tt := range map[string]struct {
		change func(*webhook.Intake)
		want   string
	}{
		"nothing":                          {func(*webhook.Intake) {}, ""},
		"push to a base of a pull request": {push(infra, "main", shaC, true), "base:42@main"},
		"push to a base of a closed one":   {push(infra, "old", shaC, false), ""},
		"push to a branch that is kept":    {push(infra, "kept", shaC, false), "base:42@kept"},
		"push to any other branch":         {push(infra, "feature", shaC, false), ""},
		"default branch without pulls":     {push(infra, "trunk", shaC, true), ""},
		"base deleted":                     {push(infra, "main", "", true), ""},
		"organisation's defaults":          {push(org, "main", shaC, true), "base:43@main"},
		"branch beside those defaults":     {push(org, "draft", shaC, false), ""},
		"comment": {func(in *webhook.Intake) {
			in.Voices = []webhook.Voice{{Repo: infra, Pull: 7, Comment: 5, Command: "accept"}}
		}, "voice:42@7"},
		"review of what is not known": {func(in *webhook.Intake) { in.Voices = []webhook.Voice{{Repo: infra, Pull: 8}} }, ""},
		"deployment":                  {func(in *webhook.Intake) { in.Deployed = true }, work.HeadKey(42, shaA)},
		"deployment elsewhere":        {func(in *webhook.Intake) { in.Repo = org; in.Deployed = true }, ""},
		"asked for twice":             {func(in *webhook.Intake) { in.Due = []work.Due{{Key: "head:42@x"}, {Key: "head:42@x"}} }, "head:42@x"},
		"installed": {func(in *webhook.Intake) {
			in.Installation = &webhook.Installation{ID: 9, Owner: "acme", Access: webhook.Active}
		}, "sweep:9"},
		"installed, and the sweep asked for": {func(in *webhook.Intake) {
			in.Installation = &webhook.Installation{ID: 9, Owner: "acme", Access: webhook.Active}
			in.Due = []work.Due{{Key: "sweep:9"}}
		}, "sweep:9"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTest(t)
			closed := pullAt(6, shaB, false, 1)
			closed.BaseRef = "old"
			tell(t, s, "before", []webhook.Pull{pullAt(7, shaA, true, 1), pullAt(8, shaB, true, 1), closed, pullAt(5, shaC, false, 1)})
			judged(t, s, pull.Published{SHA: shaA, Deployed: true})
			judged(t, s, pull.Published{SHA: shaB})
			judged(t, s, pull.Published{SHA: shaC, Deployed: true}) // of a closed pull request
			must(t, s.PutTree(t.Context(), 42, pull.BaseTree{Ref: "kept", Commit: shaC, Tree: "t"}))

			accept(t, s, consequence("one", tt.change))
			if got := unfinished(t, s); got != tt.want {
				t.Errorf("due %q, want %q", got, tt.want)
			}
			wants, payloads := 0, one[int](t, s, `SELECT count(payload) FROM deliveries`)
			if tt.want != "" {
				wants = 1
			}
			if payloads != wants {
				t.Errorf("%d payloads kept, want %d", payloads, wants)
			}
			if n := one[int](t, s, `SELECT count(*) FROM delivery_work w JOIN deliveries d ON d.id = w.delivery AND d.done = 0`); n != wants {
				t.Errorf("the delivery waits for %d rows, want %d", n, wants)
			}
			for range wants {
				must(t, s.Done(t.Context(), claim(t, s)))
			}
			nothingDue(t, s) // each key once
			if n := one[int](t, s, `SELECT count(*) FROM deliveries WHERE done = 0 OR payload IS NOT NULL`); n != 0 {
				t.Errorf("%d deliveries are not done", n)
			}
		})
	}
}

// TestDeploymentDuringJudging: what is being judged may have looked before it.
func TestDeploymentDuringJudging(t *testing.T) {
	s, _ := openTest(t)
	tell(t, s, "open", []webhook.Pull{pullAt(7, shaA, true, 1), pullAt(8, shaB, true, 1)})
	accept(t, s, delivery("one", shaA))
	c := claim(t, s)
	accept(t, s, consequence("deployed", func(in *webhook.Intake) { in.Deployed = true }))
	must(t, s.Done(t.Context(), c))
	if got := unfinished(t, s); got != work.HeadKey(42, shaA) {
		t.Errorf("due %q, want the head that was being judged", got)
	}
}

func TestEachOnce(t *testing.T) {
	early, late := noon, noon.Add(time.Hour)
	got := eachOnce([]work.Due{{Key: "a", At: late}, {Key: "b"}, {Key: "a", At: early, Rerun: true}, {Key: "b", At: late}, {Key: "a", At: late}})
	want := []work.Due{{Key: "a", At: early, Rerun: true}, {Key: "b"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
