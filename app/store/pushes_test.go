package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
)

// pushed is a delivery of a push to a branch of infra.
func pushed(ref, sender string, commits ...string) webhook.Intake {
	in := delivery("push of " + sender + " to " + ref + " " + strings.Join(commits[:min(len(commits), 3)], " "))
	in.Pushes = []webhook.Push{{Repo: infra, Ref: ref, After: commits[len(commits)-1], Sender: sender, Commits: commits}}
	return in
}

func TestPushers(t *testing.T) {
	s, _ := openTest(t)
	accept(t, s, pushed("feature", "mallory", "c1", shaA))
	accept(t, s, pushed("feature", "bob", "c2", shaB))
	accept(t, s, pushed("feature", "bob", "c2", shaB)) // the same twice
	accept(t, s, pushed("copy", "carol", "c2"))        // the same commit by another person
	accept(t, s, pushed("elsewhere", "eve", "c9"))
	accept(t, s, pushed("unnamed", "", "c4"))
	fork := delivery("fork")
	fork.Pushers = []webhook.Pusher{{SHA: "c3", Sender: "dave"}}
	accept(t, s, fork)
	other := pushed("feature", "zoe", "c5", shaA)
	other.Repo.ID, other.Pushes[0].Repo.ID = 43, 43
	accept(t, s, other)
	// Pull request 7 had head A and now has B; A's pusher stays one of its pushers.
	tell(t, s, "A", []webhook.Pull{pullAt(7, shaA, true, 1)})
	tell(t, s, "B", []webhook.Pull{pullAt(7, shaB, true, 2), pullAt(8, "c9", true, 1)})

	for name, tt := range map[string]struct {
		pull            int
		commits         []string
		logins, unknown []string
	}{
		"heads only":               {7, nil, []string{"bob", "mallory"}, nil},
		"commits too":              {7, []string{"c2", "c3", shaB}, []string{"bob", "carol", "dave", "mallory"}, nil},
		"nobody told":              {7, []string{"c2", "c4", "c7"}, []string{"bob", "carol", "mallory"}, []string{"c4", "c7"}},
		"of another repository":    {7, []string{"c5"}, []string{"bob", "mallory"}, []string{"c5"}},
		"another pull request":     {8, nil, []string{"eve"}, nil},
		"a pull request not known": {99, []string{"c1"}, []string{"mallory"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			pushers, unknown, err := s.Pushers(t.Context(), 42, tt.pull, tt.commits)
			must(t, err)
			if diff := cmp.Diff(tt.logins, logins(pushers)); diff != "" {
				t.Errorf("logins (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.unknown, unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRenamedPusher: the account behind a login stays known when the login is another.
func TestRenamedPusher(t *testing.T) {
	s, _ := openTest(t)
	for sender, id := range map[string]int64{"mallory": 9, "mallory-new": 9} {
		in := pushed("feature", sender, "c1", shaA)
		in.Pushes[0].SenderID = id
		accept(t, s, in)
	}
	pushers, _, err := s.Pushers(t.Context(), 42, 7, []string{"c1"})
	must(t, err)
	want := []hub.Account{{ID: 9, Login: "mallory"}, {ID: 9, Login: "mallory-new"}}
	if diff := cmp.Diff(want, pushers); diff != "" {
		t.Errorf("pushers (-want +got):\n%s", diff)
	}
}

func logins(pushers []hub.Account) []string {
	var all []string
	for _, p := range pushers {
		all = append(all, p.Login)
	}
	return all
}

// TestLargePush needs several statements, both to write and to read.
func TestLargePush(t *testing.T) {
	s, _ := openTest(t)
	var commits []string
	for i := range 2048 {
		commits = append(commits, fmt.Sprintf("%040x", i))
	}
	accept(t, s, pushed("feature", "bob", commits...))
	pushers, unknown, err := s.Pushers(t.Context(), 42, 7, append(commits, "unknown"))
	must(t, err)
	if diff := cmp.Diff([]string{"bob"}, logins(pushers)); diff != "" {
		t.Errorf("logins (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"unknown"}, unknown); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
}
