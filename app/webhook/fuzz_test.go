package webhook

import (
	"testing"

	"github.com/checkrein/checkrein/app/work"
)

// FuzzDecode looks for a panic, and for an intake that the store could not trust.
func FuzzDecode(f *testing.F) {
	seeds := []struct{ event, payload string }{ // the order is that of the corpus
		{"pull_request", payload(`"action":"synchronize","before":"` + headB + `",` + pullFields("open", headA, "main"))},
		{"merge_group", payload(`"action":"destroyed","merge_group":{"head_sha":"` + headA + `","base_sha":"` + headB + `","base_ref":"refs/heads/main"}`)},
		{"check_run", payload(`"action":"rerequested","check_run":{"head_sha":"` + headA + `","app":{"id":77}}`)},
		{"check_suite", payload(`"action":"rerequested","check_suite":{"head_sha":"` + headA + `","app":{"id":77}}`)},
		{"ping", payload(`"zen":"x"`)},
		{"push", payload(pushFields("refs/heads/main", headB, headA, headB, headA))},
		{"installation", installedPayload(`"action":"created"`)},
		{"installation_repositories", installedPayload(`"action":"removed","repositories_removed":[{"id":42}]`)},
		{"pull_request_review", payload(`"action":"submitted","review":{"state":"approved"},"pull_request":{"number":7}`)},
		{"issue_comment", payload(commentFields(`\n/checkrein accept images/mutable-tag why`))},
		{"deployment_status", payload(`"deployment_status":{"state":"success"}`)},
	}
	for i, s := range seeds {
		f.Add(append([]byte{byte(i)}, s.payload...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		event := seeds[int(data[0])%len(seeds)].event
		in, ours, err := acme.Decode(event, "id", data[1:], noon)
		if err != nil && ours {
			t.Fatalf("ours and an error: %v", err)
		}
		if ours {
			trustworthy(t, in)
		}
	})
}

// trustworthy: whose it is, and every id in it, was read and looks like one.
func trustworthy(t *testing.T, in Intake) {
	t.Helper()
	repository := in.Repo.ID > 0 && in.Repo.Owner != "" && in.Repo.Name != "" && in.Repo.Installation == in.Delivery.Installation
	if in.Delivery.Installation == 0 || !repository && in.Repo != (Repo{}) {
		t.Fatalf("incomplete intake: %+v", in)
	}
	for _, d := range in.Due {
		if d.Key == work.SweepKey(in.Delivery.Installation) {
			continue
		}
		id, sha, err := work.ParseHeadKey(d.Key)
		if err != nil || !objectID.MatchString(sha) || id != in.Repo.ID {
			t.Fatalf("due %+v", d)
		}
	}
	for _, p := range in.Pushes {
		if !repository || p.Ref == "" || len(p.Commits) > 2048 || p.Before == "" && p.After == "" {
			t.Fatalf("push %+v", p)
		}
		for _, sha := range append(p.Commits, p.Before, p.After) {
			if sha != "" && !objectID.MatchString(sha) {
				t.Fatalf("push %+v", p)
			}
		}
	}
	for _, v := range in.Voices {
		if !repository || v.Pull <= 0 || (v.Comment > 0) != (v.Command == "accept" || v.Command == "recheck") {
			t.Fatalf("voice %+v", v)
		}
	}
	for _, p := range in.Pushers {
		if !objectID.MatchString(p.SHA) || p.Sender == "" {
			t.Fatalf("pusher %+v", p)
		}
	}
	for _, id := range in.Removed {
		if id <= 0 {
			t.Fatalf("removed %d", id)
		}
	}
}
