package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// access is an event about an installation itself.
func access(id string, installation int64, to webhook.Access) webhook.Intake {
	return webhook.Intake{Installation: &webhook.Installation{ID: installation, Owner: "acme", Access: to},
		Delivery: webhook.Delivery{ID: id, Event: "installation", Installation: installation, Received: noon, Payload: []byte("{}")}}
}

// busy has work of every kind due: two heads of repository 42, one of them parked, and
// one of repository 44 of another installation.
func busy(t *testing.T, s *Store) {
	t.Helper()
	tell(t, s, "open", []webhook.Pull{pullAt(7, shaA, true, 1), pullAt(8, shaB, true, 1)})
	accept(t, s, delivery("parked", shaB))
	must(t, s.Park(t.Context(), claim(t, s), "gave up"))
	accept(t, s, delivery("due", shaA))
	other := delivery("other")
	other.Repo = webhook.Repo{ID: 44, Installation: 10, Owner: "zeta", Name: "app"}
	other.Delivery.Installation, other.Delivery.Repository = 10, 44
	other.Due = []work.Due{{Key: work.HeadKey(44, shaA)}}
	accept(t, s, other)
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.BaseKey(42, "main")}, {Key: work.VoiceKey(42, 7)},
		{Key: work.EnforceKey(42)}, {Key: work.SweepKey(9)}, {Key: work.SweepKey(10)}, {Key: work.KindPurge}}))
}

const (
	others = "head:44@" + shaA + ",purge,sweep:10"
	all    = "base:42@main,enforce:42,head:42@" + shaA + ",head:42@" + shaB + "," + "head:44@" + shaA + ",purge,sweep:10,sweep:9,voice:42@7"
)

// TestEndOfWork: nothing is tried where nothing can be read or written any more.
func TestEndOfWork(t *testing.T) {
	listed := func(list ...webhook.Installation) func(*testing.T, *Store, time.Time) {
		return func(t *testing.T, s *Store, now time.Time) { must(t, s.SetInstallations(t.Context(), list, now)) }
	}
	zeta := webhook.Installation{ID: 10, Owner: "zeta", Access: webhook.Active}
	told := func(in webhook.Intake) func(*testing.T, *Store, time.Time) {
		return func(t *testing.T, s *Store, _ time.Time) { accept(t, s, in) }
	}
	removed := func(installation int64) func(*testing.T, *Store, time.Time) {
		return told(webhook.Intake{Removed: []int64{42, 77}, Delivery: webhook.Delivery{ID: "removed", Event: "installation_repositories", Installation: installation}})
	}
	for name, tt := range map[string]struct {
		change func(*testing.T, *Store, time.Time)
		want   string
		open   bool
	}{
		"nothing":                        {func(*testing.T, *Store, time.Time) {}, all, true},
		"uninstalled":                    {told(access("x", 9, webhook.Removed)), others, false},
		"suspended":                      {told(access("x", 9, webhook.Suspended)), others, false},
		"repository removed":             {removed(9), others + ",sweep:9", false},
		"removed from a former owner":    {removed(10), all, true},
		"missing in the list":            {listed(zeta), others, false},
		"suspended in the list":          {listed(zeta, webhook.Installation{ID: 9, Owner: "acme", Access: webhook.Suspended}), others, false},
		"active in the list":             {listed(zeta, webhook.Installation{ID: 9, Owner: "acme", Access: webhook.Active}), all, true},
		"active under another name":      {listed(zeta, webhook.Installation{ID: 9, Owner: "acme-labs", Access: webhook.Active}), all, true},
		"missing in a list that is late": {func(t *testing.T, s *Store, _ time.Time) { must(t, s.SetInstallations(t.Context(), nil, noon)) }, all, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, clock := openTest(t)
			busy(t, s)
			clock.advance(time.Minute)
			tt.change(t, s, clock.now())
			if got := unfinished(t, s); got != tt.want {
				t.Errorf("unfinished %s, want %s", got, tt.want)
			}
			if h := head(t, s, shaA); (len(h.Pulls) > 0) != tt.open {
				t.Errorf("open pull requests %v, want any: %v", h.Pulls, tt.open)
			}
			if n := one[int](t, s, `SELECT count(*) FROM deliveries d WHERE payload IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM delivery_work w WHERE w.delivery = d.id)`); n != 0 {
				t.Errorf("%d payloads wait for work that has ended", n)
			}
		})
	}
}

// TestEndOfWorkLeavesHolders: who holds a lease finishes, who was away too long is lost.
func TestEndOfWorkLeavesHolders(t *testing.T) {
	s, clock := openTest(t)
	accept(t, s, delivery("slow", shaA))
	slow, err := s.Claim(t.Context(), time.Second)
	must(t, err)
	accept(t, s, delivery("held", shaB))
	held := claim(t, s)
	clock.advance(time.Second)
	accept(t, s, access("gone", 9, webhook.Removed))
	must(t, s.Done(t.Context(), held))
	if err := s.Done(t.Context(), slow); !errors.Is(err, work.ErrLost) {
		t.Errorf("error %v of a lease that was over before the work ended, want ErrLost", err)
	}
	if got := unfinished(t, s); got != "" {
		t.Errorf("unfinished: %s", got)
	}
}

// TestRemoved: a delivery of an installation that was removed asks for nothing.
func TestRemoved(t *testing.T) {
	s, _ := openTest(t)
	tell(t, s, "open", []webhook.Pull{pullAt(7, shaA, true, 1)})
	accept(t, s, access("off", 9, webhook.Removed))
	late := delivery("late", shaA)
	late.Repo.Name = "other"
	late.Voices = []webhook.Voice{{Repo: infra, Pull: 7, Comment: 1, Command: "accept"}}
	if outcome := accept(t, s, late); outcome != webhook.Stored {
		t.Errorf("outcome %v, want Stored", outcome)
	}
	if outcome := accept(t, s, late); outcome != webhook.Repeated {
		t.Errorf("again: %v, want Repeated", outcome)
	}
	nothingDue(t, s)
	if n := one[int](t, s, `SELECT count(*) FROM deliveries WHERE done = 0 OR payload IS NOT NULL`); n != 0 {
		t.Errorf("%d deliveries are not done", n)
	}
	if name := one[string](t, s, `SELECT name FROM repositories`); name != "infra" {
		t.Errorf("the repository became %q", name)
	}
}

// TestUnheardUnsuspend: GitHub delivers nothing of a suspended installation, so a delivery
// proves that it is active again.
func TestUnheardUnsuspend(t *testing.T) {
	s, _ := openTest(t)
	tell(t, s, "open", []webhook.Pull{pullAt(7, shaA, true, 1)})
	accept(t, s, access("off", 9, webhook.Suspended))
	nothingDue(t, s)
	accept(t, s, delivery("after", shaA))
	if got := column(t, s, `SELECT access FROM installations`); got != "active" {
		t.Errorf("the installation is %s", got)
	}
	if due := column(t, s, `SELECT key FROM work WHERE want > done`); due != work.HeadKey(42, shaA) {
		t.Errorf("due %q, want the head", due)
	}
}

func TestSetInstallations(t *testing.T) {
	s, clock := openTest(t)
	accept(t, s, delivery("9 is there", shaA))
	known := func() []webhook.Installation {
		t.Helper()
		list, err := installations(t.Context(), s.read)
		must(t, err)
		return list
	}
	nine := webhook.Installation{ID: 9, Owner: "acme", Access: webhook.Active}
	ten := webhook.Installation{ID: 10, Owner: "zeta", Access: webhook.Suspended}
	if diff := cmp.Diff([]webhook.Installation{nine}, known()); diff != "" {
		t.Errorf("after a delivery (-want +got):\n%s", diff)
	}
	clock.advance(time.Minute)
	asked := clock.now()
	accept(t, s, access("11", 11, webhook.Active)) // told while GitHub was being asked
	must(t, s.SetInstallations(t.Context(), []webhook.Installation{nine, ten}, asked))
	eleven := webhook.Installation{ID: 11, Owner: "acme", Access: webhook.Active}
	if diff := cmp.Diff([]webhook.Installation{nine, ten, eleven}, known()); diff != "" {
		t.Errorf("after the list (-want +got):\n%s", diff)
	}
	clock.advance(time.Minute)
	must(t, s.SetInstallations(t.Context(), []webhook.Installation{{ID: 9, Owner: "acme-labs", Access: webhook.Active}}, clock.now()))
	nine.Owner, ten.Access, eleven.Access = "acme-labs", webhook.Removed, webhook.Removed
	if diff := cmp.Diff([]webhook.Installation{nine, ten, eleven}, known()); diff != "" {
		t.Errorf("after the second list (-want +got):\n%s", diff)
	}
	// Since when it is removed stays, or it would never be purged.
	since := one[int64](t, s, `SELECT changed FROM installations WHERE id = 10`)
	clock.advance(time.Hour)
	must(t, s.SetInstallations(t.Context(), []webhook.Installation{nine}, clock.now()))
	if again := one[int64](t, s, `SELECT changed FROM installations WHERE id = 10`); again != since {
		t.Errorf("changed at %d, then %d", since, again)
	}
}
