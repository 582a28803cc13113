package webhook

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/work"
)

var (
	acme    = App{ID: 77, Slug: "checkrein"}
	infra   = Repo{ID: 42, Installation: 9, Owner: "Acme", Name: "infra"}
	october = time.Date(2026, 10, 1, 10, 0, 0, 0, time.UTC)
)

// payload puts the fields that every event has around the given ones.
func payload(fields string) string {
	return `{` + fields + `,"repository":{"id":42,"name":"infra","owner":{"login":"Acme"}},` +
		`"installation":{"id":9},"sender":{"login":"ann","type":"User"}}`
}

func pullFields(state, sha, base string) string {
	return `"pull_request":{"number":7,"state":"` + state + `","updated_at":"2026-10-01T10:00:00Z","head":{"sha":"` + sha + `"},"base":{"ref":"` + base + `"}}`
}

func TestDecode(t *testing.T) {
	const group = `"merge_group":{"head_sha":"` + headA + `","head_ref":"refs/heads/gh-readonly-queue/main/pr-1","base_sha":"` + headB + `","base_ref":"refs/heads/release/1.0"}`
	ownRun := `"check_run":{"id":1,"head_sha":"` + headA + `","app":{"id":77}}`
	otherRun := `"check_run":{"id":1,"head_sha":"` + headA + `","app":{"id":78}}`
	ownSuite := `"check_suite":{"id":1,"head_sha":"` + headA + `","app":{"id":77}}`
	pull := func(open bool, sha, base string) []Pull {
		return []Pull{{Repo: infra, Number: 7, Head: sha, BaseRef: base, Open: open, Updated: october}}
	}
	groupOf := func(open bool) []Group {
		return []Group{{Repo: infra, Head: headA, Base: headB, BaseRef: "release/1.0", Open: open}}
	}
	due := func(sha ...string) (d []work.Due) {
		for _, s := range sha {
			d = append(d, work.Due{Key: work.HeadKey(42, s)})
		}
		return d
	}
	rerun := []work.Due{{Key: work.HeadKey(42, headA), Rerun: true}}
	long := headA + headA[:24]

	for name, tt := range map[string]struct {
		event, fields string
		pulls         []Pull
		groups        []Group
		due           []work.Due // none: not ours
	}{
		"opened":                 {"pull_request", `"action":"opened",` + pullFields("open", headA, "main"), pull(true, headA, "main"), nil, due(headA)},
		"reopened":               {"pull_request", `"action":"reopened",` + pullFields("open", headA, "main"), pull(true, headA, "main"), nil, due(headA)},
		"ready for review":       {"pull_request", `"action":"ready_for_review",` + pullFields("open", headA, "main"), pull(true, headA, "main"), nil, due(headA)},
		"closed":                 {"pull_request", `"action":"closed",` + pullFields("closed", headA, "main"), pull(false, headA, "main"), nil, due(headA)},
		"pushed":                 {"pull_request", `"action":"synchronize","before":"` + headB + `","after":"` + headA + `",` + pullFields("open", headA, "main"), pull(true, headA, "main"), nil, due(headA, headB)},
		"pushed, before unknown": {"pull_request", `"action":"synchronize",` + pullFields("open", headA, "main"), pull(true, headA, "main"), nil, due(headA)},
		"pushed, before zero":    {"pull_request", `"action":"synchronize","before":"` + strings.Repeat("0", 40) + `",` + pullFields("open", headA, "main"), pull(true, headA, "main"), nil, due(headA)},
		"base changed":           {"pull_request", `"action":"edited","changes":{"base":{"ref":{"from":"main"},"sha":{"from":"` + headB + `"}}},` + pullFields("open", headA, "next"), pull(true, headA, "next"), nil, due(headA)},
		"title changed":          {"pull_request", `"action":"edited","changes":{"title":{"from":"x"}},` + pullFields("open", headA, "main"), nil, nil, nil},
		"converted to draft":     {"pull_request", `"action":"converted_to_draft",` + pullFields("open", headA, "main"), nil, nil, nil},
		"labelled":               {"pull_request", `"action":"labeled",` + pullFields("open", headA, "main"), nil, nil, nil},
		"SHA-256 repository":     {"pull_request", `"action":"opened",` + pullFields("open", long, "main"), pull(true, long, "main"), nil, due(long)},
		"checks requested":       {"merge_group", `"action":"checks_requested",` + group, nil, groupOf(true), due(headA)},
		"group destroyed":        {"merge_group", `"action":"destroyed","reason":"merged",` + group, nil, groupOf(false), due(headA)},
		"group, other action":    {"merge_group", `"action":"paused",` + group, nil, nil, nil},
		"own run again":          {"check_run", `"action":"rerequested",` + ownRun, nil, nil, rerun},
		"own run's button":       {"check_run", `"action":"requested_action","requested_action":{"identifier":"rerun"},` + ownRun, nil, nil, rerun},
		"own run created":        {"check_run", `"action":"created",` + ownRun, nil, nil, nil},
		"own run completed":      {"check_run", `"action":"completed",` + ownRun, nil, nil, nil},
		"another app's run":      {"check_run", `"action":"rerequested",` + otherRun, nil, nil, nil},
		"own suite again":        {"check_suite", `"action":"rerequested",` + ownSuite, nil, nil, rerun},
		"own suite requested":    {"check_suite", `"action":"requested",` + ownSuite, nil, nil, nil},
		"a family not heard":     {"star", `"action":"created","pull_request":"a string"`, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in, ours, err := acme.Decode(tt.event, "id", []byte(payload(tt.fields)), noon)
			if err != nil || ours != (tt.due != nil) {
				t.Fatalf("ours %v, error %v; want ours %v", ours, err, tt.due != nil)
			}
			got := Intake{Repo: in.Repo, Pulls: in.Pulls, Groups: in.Groups, Due: in.Due}
			want := Intake{Pulls: tt.pulls, Groups: tt.groups, Due: tt.due}
			if ours {
				want.Repo = infra
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("intake (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeWhose(t *testing.T) {
	opened := payload(`"action":"opened",` + pullFields("open", headA, "main"))
	for name, tt := range map[string]struct {
		app      App
		from, to string // a change of the payload
		want     bool
	}{
		"all owners":                 {app: App{ID: 77, Slug: "checkrein"}, want: true},
		"slug not known":             {app: App{ID: 77}, want: true},
		"owner in other case":        {app: App{ID: 77, Slug: "checkrein", Owners: []string{"other", "aCME"}}, want: true},
		"owner not served":           {app: App{ID: 77, Slug: "checkrein", Owners: []string{"other"}}},
		"own bot":                    {app: acme, from: `"login":"ann","type":"User"`, to: `"login":"Checkrein[bot]","type":"Bot"`},
		"a user with the bot's name": {app: acme, from: `"login":"ann"`, to: `"login":"checkrein[bot]"`, want: true},
		"another bot":                {app: acme, from: `"login":"ann","type":"User"`, to: `"login":"renovate[bot]","type":"Bot"`, want: true},
		"not through the app":        {app: acme, from: `"installation":{"id":9},`},
	} {
		t.Run(name, func(t *testing.T) {
			_, ours, err := tt.app.Decode("pull_request", "id", []byte(strings.Replace(opened, tt.from, tt.to, 1)), noon)
			if err != nil || ours != tt.want {
				t.Errorf("ours %v, error %v; want ours %v", ours, err, tt.want)
			}
		})
	}
}

func TestDecodeSaysWhatIsMissing(t *testing.T) {
	pushed := payload(`"action":"synchronize","before":"` + headB + `",` + pullFields("open", headA, "main"))
	group := payload(`"action":"destroyed","merge_group":{"head_sha":"` + headA + `","base_sha":"` + headB + `","base_ref":"refs/heads/main"}`)
	run := payload(`"action":"rerequested","check_run":{"head_sha":"` + headA + `","app":{"id":77}}`)
	suite := payload(`"action":"rerequested","check_suite":{"head_sha":"` + headA + `","app":{"id":77}}`)
	branch := payload(pushFields("refs/heads/main", headB, headA, headA))
	review := payload(`"action":"dismissed","review":{"state":"dismissed"},"pull_request":{"number":7}`)
	comment := payload(commentFields("/checkrein recheck"))
	for name, tt := range map[string]struct{ event, payload, from, to, says string }{
		"repository id":    {"pull_request", pushed, `"id":42`, `"id":-1`, "repository.id"},
		"repository name":  {"pull_request", pushed, `"infra"`, `""`, "repository.name"},
		"owner":            {"pull_request", pushed, `"Acme"`, `""`, "repository.owner.login"},
		"number":           {"pull_request", pushed, `"number":7`, `"number":0`, "pull_request.number"},
		"updated":          {"pull_request", pushed, `"updated_at"`, `"was_updated_at"`, "pull_request.updated_at"},
		"state":            {"pull_request", pushed, `"open"`, `"ajar"`, "pull_request.state"},
		"base":             {"pull_request", pushed, `"main"`, `""`, "pull_request.base.ref"},
		"head":             {"pull_request", pushed, headA, "HEAD", "pull_request.head.sha"},
		"before":           {"pull_request", pushed, headB, "../etc", "before"},
		"number as text":   {"pull_request", pushed, `"number":7`, `"number":"7"`, "number"},
		"group head":       {"merge_group", group, headA, headA[:39], "merge_group.head_sha"},
		"group base":       {"merge_group", group, headB, "", "merge_group.base_sha"},
		"group base ref":   {"merge_group", group, `"refs/heads/main"`, `""`, "merge_group.base_ref"},
		"check run head":   {"check_run", run, headA, "", "check_run.head_sha"},
		"check suite head": {"check_suite", suite, headA, strings.ToUpper(headA), "check_suite.head_sha"},
		"pushed before":    {"push", branch, headB, "HEAD", "before"},
		"pushed after":     {"push", branch, `"after":"` + headA, `"after":"` + headA[1:], "after"},
		"pushed nothing":   {"push", strings.ReplaceAll(branch, headA, zero), headB, zero, "before or after"},
		"pushed commit":    {"push", branch, `"id":"` + headA, `"id":"../` + headA, "commits"},
		"pushed ref":       {"push", branch, "refs/heads/main", "refs/heads/", "ref"},
		"pushed where":     {"push", branch, `"infra"`, `""`, "repository.name"},
		"review number":    {"pull_request_review", review, `"number":7`, `"number":-7`, "pull_request.number"},
		"comment number":   {"issue_comment", comment, `"number":7`, `"number":0`, "issue.number"},
		"comment id":       {"issue_comment", comment, `"id":5`, `"id":0`, "comment.id"},
		"nobody's comment": {"issue_comment", strings.ReplaceAll(comment, `"login":"ann"`, `"login":""`), "", "", "sender.login"},
		"account":          {"installation", installedPayload(`"action":"created"`), `"login":"Acme"`, `"slug":"acme"`, "installation.account.login"},
		"removed id":       {"installation_repositories", installedPayload(`"action":"removed","repositories_removed":[{"id":42},{"name":"x"}]`), "", "", "repositories_removed"},
		"nested too deep":  {"pull_request", strings.Repeat(`[`, 100_000), "", "", "pull_request"},
	} {
		t.Run(name, func(t *testing.T) {
			in, ours, err := acme.Decode(tt.event, "id", []byte(strings.Replace(tt.payload, tt.from, tt.to, 1)), noon)
			if err == nil || ours || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("ours %v, error %v; want an error about %s", ours, err, tt.says)
			}
			if diff := cmp.Diff(Intake{}, in); diff != "" {
				t.Errorf("an intake beside the error:\n%s", diff)
			}
		})
	}
}
