package webhook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/checkrein/checkrein/app/work"
)

const zero = "0000000000000000000000000000000000000000"

// installedPayload puts around the given fields what events about the installation have.
func installedPayload(fields string) string {
	return `{` + fields + `,"installation":{"id":9,"account":{"login":"Acme"},"suspended_at":null},"sender":{"login":"ann","type":"User"}}`
}

func pushFields(ref, before, after string, commits ...string) string {
	var list []string
	for _, id := range commits {
		list = append(list, `{"id":"`+id+`","author":{"username":"bob"}}`)
	}
	return `"ref":"` + ref + `","before":"` + before + `","after":"` + after + `","pusher":{"name":"carol"},"commits":[` + strings.Join(list, ",") + `]`
}

func commentFields(body string) string {
	return `"action":"created","issue":{"number":7,"pull_request":{"url":"x"}},` +
		`"comment":{"id":5,"body":"` + body + `","user":{"login":"ann"}}`
}

// decoded is what an event changes, without the delivery and the repository.
func decoded(t *testing.T, app App, event, payload string) (got Intake, ours bool) {
	t.Helper()
	in, ours, err := app.Decode(event, "id", []byte(payload), noon)
	if err != nil {
		t.Fatal(err)
	}
	in.Delivery, in.Repo = Delivery{}, Repo{}
	return in, ours
}

// check compares; want nil is not ours.
func check(t *testing.T, want *Intake, got Intake, ours bool) {
	t.Helper()
	if ours != (want != nil) {
		t.Fatalf("ours %v, want %v", ours, want != nil)
	}
	if want == nil {
		want = &Intake{}
	}
	if diff := cmp.Diff(*want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("intake (-want +got):\n%s", diff)
	}
}

func TestDecodePush(t *testing.T) {
	withDefault := func(p string) string {
		return strings.Replace(p, `"name":"infra"`, `"name":"infra","default_branch":"main"`, 1)
	}
	ownerByName := func(p string) string { return strings.Replace(p, `"owner":{"login"`, `"owner":{"name"`, 1) }
	same := func(p string) string { return p }
	known := func(p string) string { return strings.ReplaceAll(p, `"author":{"username":"bob"}`, `"distinct":false`) }
	for name, tt := range map[string]struct {
		fields string
		change func(string) string
		want   *Push // nil: not ours
	}{
		"to the default branch": {pushFields("refs/heads/main", headB, headA, headA), withDefault,
			&Push{Ref: "main", Before: headB, After: headA, Commits: []string{headA}, Default: true}},
		"to another branch": {pushFields("refs/heads/next/main", headB, headA, headA), withDefault,
			&Push{Ref: "next/main", Before: headB, After: headA, Commits: []string{headA}}},
		"default not told":      {pushFields("refs/heads/main", headB, headA, headA), same, &Push{Ref: "main", Before: headB, After: headA, Commits: []string{headA}}},
		"owner by name":         {pushFields("refs/heads/main", headB, headA, headA), ownerByName, &Push{Ref: "main", Before: headB, After: headA, Commits: []string{headA}}},
		"two commits":           {pushFields("refs/heads/x", headB, headA, headB, headA), same, &Push{Ref: "x", Before: headB, After: headA, Commits: []string{headB, headA}}},
		"back to an old commit": {pushFields("refs/heads/x", headB, headA), same, &Push{Ref: "x", Before: headB, After: headA}},
		"a copy of a branch":    {pushFields("refs/heads/x", zero, headA, headB, headA), known, &Push{Ref: "x", After: headA}},
		"a new last commit":     {pushFields("refs/heads/x", headB, headA) + `,"head_commit":{"id":"` + headA + `","distinct":true}`, same, &Push{Ref: "x", Before: headB, After: headA, Commits: []string{headA}}},
		"an old last commit":    {pushFields("refs/heads/x", headB, headA) + `,"head_commit":{"id":"` + headA + `","distinct":false}`, same, &Push{Ref: "x", Before: headB, After: headA}},
		"of a merge group":      {pushFields("refs/heads/gh-readonly-queue/main/pr-7-"+headB, zero, headA, headA), same, nil},
		"new branch":            {pushFields("refs/heads/x", zero, headA, headA), same, &Push{Ref: "x", After: headA, Commits: []string{headA}}},
		"branch gone":           {pushFields("refs/heads/x", headB, zero), same, &Push{Ref: "x", Before: headB}},
	} {
		t.Run(name, func(t *testing.T) {
			got, ours := decoded(t, acme, "push", tt.change(payload(tt.fields)))
			var want *Intake
			if tt.want != nil {
				tt.want.Repo, tt.want.Sender = infra, "ann"
				want = &Intake{Pushes: []Push{*tt.want}}
			}
			check(t, want, got, ours)
		})
	}
}

// A tag may be what runs next; it is no push to a branch, whatever it is called.
func TestDecodeTag(t *testing.T) {
	for _, ref := range []string{"refs/tags/main", "refs/tags/refs/heads/main", "refs/tags/v1.0.0"} {
		got, ours := decoded(t, acme, "push", payload(pushFields(ref, zero, headA)))
		check(t, &Intake{Deployed: true}, got, ours)
	}
}

// TestDecodePushIsBounded: however many commits are listed, so many are kept, and the
// one that the branch points to is among them.
func TestDecodePushIsBounded(t *testing.T) {
	var ids []string
	for i := range 3000 {
		ids = append(ids, fmt.Sprintf("%040x", i+1))
	}
	for name, after := range map[string]string{"after not listed": headA, "after listed last": ids[2999], "after listed first": ids[0]} {
		t.Run(name, func(t *testing.T) {
			got, _ := decoded(t, acme, "push", payload(pushFields("refs/heads/x", headB, after, ids...)+`,"head_commit":{"id":"`+after+`"}`))
			commits := got.Pushes[0].Commits
			if len(commits) != 2048 || !strings.Contains(strings.Join(commits, " "), after) {
				t.Errorf("%d commits, the last %s; want 2048, %s among them", len(commits), commits[len(commits)-1], after)
			}
		})
	}
}

func TestDecodeInstallation(t *testing.T) {
	sweep := []work.Due{{Key: "sweep:9"}}
	access := func(a Access) *Installation { return &Installation{ID: 9, Owner: "Acme", Access: a} }
	for name, tt := range map[string]struct {
		event, fields string
		want          *Intake
	}{
		"created":              {"installation", `"action":"created","repositories":[{"id":42}]`, &Intake{Installation: access(Active), Due: sweep}},
		"deleted":              {"installation", `"action":"deleted"`, &Intake{Installation: access(Removed)}},
		"suspended":            {"installation", `"action":"suspend"`, &Intake{Installation: access(Suspended)}},
		"not suspended":        {"installation", `"action":"unsuspend"`, &Intake{Installation: access(Active), Due: sweep}},
		"permissions accepted": {"installation", `"action":"new_permissions_accepted"`, &Intake{Installation: access(Active), Due: sweep}},
		"other action":         {"installation", `"action":"transferred"`, nil},
		"added":                {"installation_repositories", `"action":"added","repositories_added":[{"id":43}],"repositories_removed":[]`, &Intake{Due: sweep}},
		"removed":              {"installation_repositories", `"action":"removed","repositories_removed":[{"id":42},{"id":43}]`, &Intake{Removed: []int64{42, 43}}},
		"repositories, other":  {"installation_repositories", `"action":"renamed"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, ours := decoded(t, acme, tt.event, installedPayload(tt.fields))
			check(t, tt.want, got, ours)
		})
	}
	t.Run("permissions accepted while suspended", func(t *testing.T) {
		p := strings.Replace(installedPayload(`"action":"new_permissions_accepted"`), `"suspended_at":null`, `"suspended_at":"2026-10-01T10:00:00Z"`, 1)
		got, ours := decoded(t, acme, "installation", p)
		check(t, &Intake{Installation: access(Suspended)}, got, ours)
	})
	t.Run("deleted with its account", func(t *testing.T) {
		p := strings.Replace(installedPayload(`"action":"deleted"`), `{"login":"Acme"}`, `null`, 1)
		got, ours := decoded(t, acme, "installation", p)
		check(t, &Intake{Installation: &Installation{ID: 9, Access: Removed}}, got, ours)
	})
}

// TestDecodeInstallationWhose: these events have no repository, so the account decides.
func TestDecodeInstallationWhose(t *testing.T) {
	p := installedPayload(`"action":"created"`)
	for name, tt := range map[string]struct {
		owners   []string
		from, to string
		want     bool
	}{
		"served":              {owners: []string{"aCME"}, want: true},
		"not served":          {owners: []string{"other"}},
		"repository's owner":  {owners: []string{"other"}, from: `"action"`, to: `"repository":{"id":1,"name":"x","owner":{"login":"other"}},"action"`},
		"no id":               {from: `"id":9`, to: `"id":0`},
		"by the app itself":   {from: `"login":"ann","type":"User"`, to: `"login":"checkrein[bot]","type":"Bot"`},
		"everybody is served": {want: true},
	} {
		t.Run(name, func(t *testing.T) {
			app := App{ID: 77, Slug: "checkrein", Owners: tt.owners}
			in, ours, err := app.Decode("installation", "id", []byte(strings.Replace(p, tt.from, tt.to, 1)), noon)
			if err != nil || ours != tt.want {
				t.Fatalf("ours %v, error %v; want ours %v", ours, err, tt.want)
			}
			if (in.Repo != Repo{}) || ours && in.Delivery.Installation != 9 {
				t.Errorf("repository %+v, installation %d; want none and 9", in.Repo, in.Delivery.Installation)
			}
		})
	}
}

func TestDecodeReview(t *testing.T) {
	voice := &Intake{Voices: []Voice{{Repo: infra, Pull: 7}}}
	for name, tt := range map[string]struct {
		action, state string
		want          *Intake
	}{
		"approved":          {"submitted", "approved", voice},
		"changes requested": {"submitted", "changes_requested", voice},
		"dismissed":         {"dismissed", "dismissed", voice},
		"commented":         {"submitted", "commented", nil},
		"edited":            {"edited", "approved", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, ours := decoded(t, acme, "pull_request_review", payload(`"action":"`+tt.action+`","review":{"id":1,"state":"`+tt.state+`"},"pull_request":{"number":7}`))
			check(t, tt.want, got, ours)
		})
	}
}

func TestDecodeComment(t *testing.T) {
	voice := func(command string) *Intake {
		return &Intake{Voices: []Voice{{Repo: infra, Pull: 7, Comment: 5, Command: command}}}
	}
	for name, tt := range map[string]struct {
		body     string
		from, to string // a change of the payload
		want     *Intake
	}{
		"accept":               {body: "/checkrein accept images/mutable-tag local only", want: voice("accept")},
		"recheck":              {body: "/checkrein recheck", want: voice("recheck")},
		"after white space":    {body: `\r\n \t/checkrein   recheck\r\nplease`, want: voice("recheck")},
		"not a whole word":     {body: "/checkrein rechecks"},
		"name not whole":       {body: "/checkreins recheck"},
		"unknown command":      {body: "/checkrein approve"},
		"command a line later": {body: `/checkrein\nrecheck`},
		"other case":           {body: "/Checkrein recheck"},
		"in the middle":        {body: "please /checkrein recheck"},
		"quoted":               {body: "> /checkrein recheck"},
		"empty":                {body: ""},
		"edited":               {body: "/checkrein recheck", from: `"created"`, to: `"edited"`},
		"on an issue":          {body: "/checkrein recheck", from: `"pull_request":{"url":"x"}`, to: `"pull_request":null`},
		"sent by another":      {body: "/checkrein recheck", from: `"user":{"login":"ann"}`, to: `"user":{"login":"bob"}`},
		"author gone":          {body: "/checkrein recheck", from: `"user":{"login":"ann"}`, to: `"user":null`},
		"another app's":        {body: "/checkrein recheck", from: `"type":"User"`, to: `"type":"Bot"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, ours := decoded(t, acme, "issue_comment", strings.Replace(payload(commentFields(tt.body)), tt.from, tt.to, 1))
			check(t, tt.want, got, ours)
		})
	}
	t.Run("the app's own", func(t *testing.T) {
		p := strings.ReplaceAll(payload(commentFields("/checkrein accept images/mutable-tag x")), `"login":"ann"`, `"login":"checkrein[bot]"`)
		for _, app := range []App{acme, {ID: 77}} { // also where its name is not known
			got, ours := decoded(t, app, "issue_comment", strings.Replace(p, `"type":"User"`, `"type":"Bot"`, 1))
			check(t, nil, got, ours)
		}
	})
}

func TestDecodeDeployment(t *testing.T) {
	for state, want := range map[string]*Intake{
		"success": {Deployed: true}, "in_progress": nil, "failure": nil, "inactive": nil, "": nil,
	} {
		t.Run(state, func(t *testing.T) {
			got, ours := decoded(t, acme, "deployment_status", payload(`"action":"created","deployment_status":{"state":"`+state+`"}`))
			check(t, want, got, ours)
		})
	}
}

// TestDecodePushers: only where the payload tells who pushed, not who opened.
func TestDecodePushers(t *testing.T) {
	ann := []Pusher{{SHA: headA, Sender: "ann"}}
	for name, tt := range map[string]struct {
		action, repo string
		want         []Pusher
	}{
		"pushed":              {"synchronize", `{"id":42}`, ann},
		"pushed to a fork":    {"synchronize", `{"id":43}`, ann},
		"pushed, fork gone":   {"synchronize", `null`, ann},
		"opened":              {"opened", `{"id":42}`, nil},
		"opened from a fork":  {"opened", `{"id":43}`, ann},
		"opened, fork gone":   {"opened", `null`, nil},
		"reopened":            {"reopened", `{"id":43}`, nil},
		"closed":              {"closed", `{"id":43}`, nil},
		"ready, from a fork":  {"ready_for_review", `{"id":43}`, nil},
		"opened, none spoken": {"opened", `{}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			fields := strings.Replace(pullFields("open", headA, "main"), `"head":{`, `"head":{"repo":`+tt.repo+`,`, 1)
			got, ours := decoded(t, acme, "pull_request", payload(`"action":"`+tt.action+`",`+fields))
			if diff := cmp.Diff(tt.want, got.Pushers); !ours || diff != "" {
				t.Errorf("ours %v, pushers (-want +got):\n%s", ours, diff)
			}
		})
	}
	t.Run("sender gone", func(t *testing.T) {
		p := strings.Replace(payload(`"action":"synchronize",`+pullFields("open", headA, "main")), `"ann"`, `""`, 1)
		if got, ours := decoded(t, acme, "pull_request", p); !ours || got.Pushers != nil {
			t.Errorf("ours %v, pushers %v; want none", ours, got.Pushers)
		}
	})
}
