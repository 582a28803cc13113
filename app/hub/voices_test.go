package hub

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	mona = `{"__typename":"User","login":"mona","databaseId":21}`
	bot  = `{"__typename":"Bot","login":"renovate","databaseId":22}`
)

// listJSON is a page of a connection.
func listJSON(nodes, more string) string {
	return fmt.Sprintf(`{"nodes":[%s],"pageInfo":%s}`, nodes, pageJSON(more))
}

func commitsJSON(total int, nodes, more string) string {
	return fmt.Sprintf(`{"totalCount":%d,"nodes":[%s],"pageInfo":%s}`, total, nodes, pageJSON(more))
}

func commitJSON(sha, authors, more, committer string) string {
	return fmt.Sprintf(`{"commit":{"oid":%q,"authors":%s,"committer":%s}}`, sha, listJSON(authors, more), committer)
}

func reviewJSON(id int, author, state, commit string) string {
	return fmt.Sprintf(`{"fullDatabaseId":"%d","author":%s,"state":%q,"submittedAt":"2026-11-20T08:30:00Z","commit":%s}`, id, author, state, commit)
}

func saidJSON(id int, author, body, edited string) string {
	return fmt.Sprintf(`{"fullDatabaseId":"%d","author":%s,"body":%q,"createdAt":"2026-11-20T08:30:00Z","lastEditedAt":%s}`, id, author, body, edited)
}

// unmoved is what an answer has where the base was never changed.
const unmoved = `"timelineItems":{"nodes":[]}`

// voicesJSON is an answer about pull request 31 with these fields; its base was never
// changed.
func voicesJSON(errs string, fields ...string) string {
	return fmt.Sprintf(`{"data":{"repository":{"databaseId":7,"pullRequest":{"number":31,"author":%s,%s,%s}}},"errors":[%s]}`, mona, unmoved, strings.Join(fields, ","), errs)
}

// movedJSON is an answer whose timeline is so.
func movedJSON(answer, timeline string) string { return strings.Replace(answer, unmoved, timeline, 1) }

func TestVoices(t *testing.T) {
	user := func(id int, login string) string {
		return fmt.Sprintf(`{"user":{"login":%q,"databaseId":%d}}`, login, id)
	}
	f := start(t, says(200, voicesJSON("",
		`"commits":`+commitsJSON(2,
			commitJSON(shaA, user(21, "mona")+`,{"user":null},`+user(23, "dependabot[bot]"), "", user(24, "web-flow"))+","+
				commitJSON(shaB, "", "", `{"user":null}`), ""),
		`"reviews":`+listJSON(
			reviewJSON(4294967331, `{"__typename":"User","login":"hubot","databaseId":30}`, "APPROVED", `{"oid":"`+shaA+`","f0":{"oid":"`+shaC+`"},"f1":null}`)+","+
				reviewJSON(2, bot, "CHANGES_REQUESTED", "null")+","+
				reviewJSON(3, "null", "DISMISSED", `{"oid":"`+shaB+`","f0":null,"f1":null}`), ""),
		`"comments":`+listJSON(
			saidJSON(10, mona, "hello /checkrein recheck", "null")+","+
				saidJSON(4294967340, mona, " \n/checkrein accept x y", `"2026-11-20T09:00:00Z"`)+","+
				saidJSON(12, "null", "/checkrein recheck", "null"), ""))))
	got, err := f.client.Voices(t.Context(), shop, 31, []string{".github/checkrein.yml", `odd") { id } #`})
	if err != nil {
		t.Fatal(err)
	}
	author := Account{21, "mona", true}
	want := Voices{
		Author: author,
		Reviews: []Review{
			{ID: 4294967331, By: Account{30, "hubot", true}, Approved: true, Commit: shaA, At: friday, Blobs: map[string]string{".github/checkrein.yml": shaC}},
			{ID: 2, By: Account{22, "renovate", false}, At: friday},
			{ID: 3, Commit: shaB, At: friday, Blobs: map[string]string{}},
		},
		Comments: []Said{
			{ID: 4294967340, By: author, Body: " \n/checkrein accept x y", At: friday, Edited: true, Pull: 31},
			{ID: 12, Body: "/checkrein recheck", At: friday, Pull: 31},
		},
		Commits: []CommitPeople{
			{SHA: shaA, Authors: []Account{author, {23, "dependabot[bot]", false}}, Committer: Account{24, "web-flow", true}},
			{SHA: shaB},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	query, vars := f.last(t).graph(t)
	parses(t, query)
	wantVars := map[string]any{"owner": "acme", "name": "shop", "number": 31.0, "commits": nil, "reviews": nil, "comments": nil,
		"f0": ".github/checkrein.yml", "f1": `odd") { id } #`}
	if diff := cmp.Diff(wantVars, vars); diff != "" || len(f.seen()) != 1 || strings.Contains(query, "odd") {
		t.Errorf("%s %v\n%s", diff, f.seen(), query)
	}
}

func TestVoicesFurtherPages(t *testing.T) {
	commit := func(sha string) string { return commitJSON(sha, "", "", "null") }
	f := start(t, inTurn(
		says(200, voicesJSON("", `"commits":`+commitsJSON(3, commit(shaA), "c1"), `"reviews":`+listJSON("", ""), `"comments":`+listJSON("", "m1"))),
		says(200, voicesJSON("", `"commits":`+commitsJSON(3, commit(shaB), "c2"), `"comments":`+listJSON(saidJSON(1, mona, "/checkrein recheck", "null"), ""))),
		says(200, voicesJSON("", `"commits":`+commitsJSON(3, commit(shaC), "")))))
	got, err := f.client.Voices(t.Context(), shop, 31, nil)
	if err != nil || got.Problem != "" || len(got.Commits) != 3 || len(got.Comments) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	base := func(more map[string]any) map[string]any {
		more["owner"], more["name"], more["number"] = "acme", "shop", 31.0
		return more
	}
	want := []map[string]any{
		base(map[string]any{"commits": nil, "reviews": nil, "comments": nil}),
		base(map[string]any{"commits": "c1", "comments": "m1"}),
		base(map[string]any{"commits": "c2"}),
	}
	for i, c := range f.calls {
		query, vars := c.graph(t)
		parses(t, query)
		if diff := cmp.Diff(want[i], vars); diff != "" {
			t.Errorf("request %d: %s", i+1, diff)
		}
		if strings.Contains(query, "file(") {
			t.Errorf("files are asked for although none was named:\n%s", query)
		}
	}
}

// What is not everything says so, and nothing can be concluded from it.
func TestVoicesProblems(t *testing.T) {
	none := []string{`"reviews":` + listJSON("", ""), `"comments":` + listJSON("", "")}
	answer := func(commits string) string { return voicesJSON("", append(none, `"commits":`+commits)...) }
	tests := []struct {
		name, answer string
		paths        []string
		want         string
		requests     int
	}{
		{"too many files", "", make([]string, 101), "100 files at most", 0},
		{"not UTF-8", "", []string{"a\xff"}, "cannot be asked about the file", 0},
		{"a folder up", "", []string{"../x"}, "cannot be asked about the file", 0},
		{"eleven authors", answer(commitsJSON(1, commitJSON(shaA, "", "more", "null"), "")), nil, "more than 10 authors", 1},
		{"endless", answer(commitsJSON(5000, "", "again")), nil, "more than 1000", 10},
		{"GitHub stops listing", answer(commitsJSON(251, commitJSON(shaA, "", "", "null"), "")), nil, "1 of the pull request's 251 commits", 1},
		{"not for the app", voicesJSON(`{"type":"FORBIDDEN","path":["repository","pullRequest","comments"]}`, append(none, `"commits":`+commitsJSON(0, "", ""))...), nil, "does not show", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, says(200, tt.answer))
			got, err := f.client.Voices(t.Context(), shop, 31, tt.paths)
			if err != nil || !strings.Contains(got.Problem, tt.want) || len(f.seen()) != tt.requests {
				t.Errorf("%q, %v after %d requests", got.Problem, err, len(f.seen()))
			}
		})
	}
}

func TestVoicesGaps(t *testing.T) {
	c, r, m := `"commits":`+commitsJSON(0, "", ""), `"reviews":`+listJSON("", ""), `"comments":`+listJSON("", "")
	review := func(commit string) string {
		return `"reviews":` + listJSON(reviewJSON(1, mona, "APPROVED", commit), "")
	}
	commits := func(node string) string { return `"commits":` + commitsJSON(1, node, "") }
	const limit = `{"type":"RESOURCE_LIMITS_EXCEEDED","message":"x"}`
	tests := []struct{ name, answer string }{
		{"an error without a place", voicesJSON(limit, c, r, m)},
		{"an error within", voicesJSON(`{"type":"INTERNAL","path":["repository","pullRequest","reviews","nodes",0,"commit","f0"]}`, c, r, m)},
		{"no commits", voicesJSON("", r, m)},
		{"no reviews", voicesJSON("", c, m)},
		{"no comments", voicesJSON("", c, r)},
		{"reviews null", voicesJSON("", c, `"reviews":null`, m)},
		{"a review is null", voicesJSON("", c, `"reviews":`+listJSON("null", ""), m)},
		{"a file left out", voicesJSON("", c, review(`{"oid":"`+shaA+`"}`), m)},
		{"a file without an id", voicesJSON("", c, review(`{"oid":"`+shaA+`","f0":{}}`), m)},
		{"a reviewed commit without an id", voicesJSON("", c, review(`{"f0":null}`), m)},
		{"a comment is null", voicesJSON("", c, r, `"comments":`+listJSON("null", ""))},
		{"a comment without an id", voicesJSON("", c, r, `"comments":`+listJSON(`{"body":"/checkrein x","createdAt":"2026-11-20T08:30:00Z"}`, ""))},
		{"a writer without a number", voicesJSON("", c, r, `"comments":`+listJSON(saidJSON(1, `{"__typename":"User","login":"x"}`, "/checkrein", "null"), ""))},
		{"a commit is null", voicesJSON("", commits("null"), r, m)},
		{"authors null", voicesJSON("", commits(`{"commit":{"oid":"`+shaA+`","authors":null}}`), r, m)},
		{"an author without a number", voicesJSON("", commits(commitJSON(shaA, `{"user":{"login":"x"}}`, "", "null")), r, m)},
		{"no base changes", movedJSON(voicesJSON("", c, r, m), `"x":null`)},
		{"base changes null", movedJSON(voicesJSON("", c, r, m), `"timelineItems":null`)},
		{"base changes without a list", movedJSON(voicesJSON("", c, r, m), `"timelineItems":{"nodes":null}`)},
		{"a base change is null", movedJSON(voicesJSON("", c, r, m), `"timelineItems":{"nodes":[null]}`)},
		{"a base change without a time", movedJSON(voicesJSON("", c, r, m), `"timelineItems":{"nodes":[{}]}`)},
		{"another pull request", `{"data":{"repository":{"databaseId":7,"pullRequest":{"number":32,` + unmoved + `,` + c + `,` + r + `,` + m + `}}}}`},
		{"pull request left out", `{"data":{"repository":{"databaseId":7}}}`},
		{"pull request null beside an error", `{"data":{"repository":{"databaseId":7,"pullRequest":null}},"errors":[` + limit + `]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := start(t, says(200, tt.answer)).client.Voices(t.Context(), shop, 31, []string{"a"})
			if !is[*UnavailableError](err) {
				t.Errorf("%+v, %v", got, err)
			}
			if diff := cmp.Diff(Voices{}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A base that is changed while the pages are read is told as the last of them has it.
func TestVoicesRetargeted(t *testing.T) {
	at := func(minute int) string {
		return fmt.Sprintf(`"timelineItems":{"nodes":[{"createdAt":"2026-11-20T08:%02d:00Z"}]}`, minute)
	}
	r, m := `"reviews":`+listJSON("", ""), `"comments":`+listJSON("", "")
	first := voicesJSON("", `"commits":`+commitsJSON(2, commitJSON(shaA, "", "", "null"), "c1"), r, m)
	second := voicesJSON("", `"commits":`+commitsJSON(2, commitJSON(shaB, "", "", "null"), ""))
	f := start(t, inTurn(says(200, movedJSON(first, at(10))), says(200, movedJSON(second, at(30)))))
	got, err := f.client.Voices(t.Context(), shop, 31, nil)
	if err != nil || !got.Retargeted.Equal(friday) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, c := range f.calls {
		query, _ := c.graph(t)
		parses(t, query)
		// GitHub has two kinds: by a person, and by itself when the base was merged and deleted.
		if !strings.Contains(query, "BASE_REF_CHANGED_EVENT") || !strings.Contains(query, "AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT") {
			t.Errorf("not asked for:\n%s", query)
		}
	}
}

func TestVoicesOfNothing(t *testing.T) {
	f := start(t, says(200, `{"data":{"repository":{"databaseId":7,"pullRequest":null}},"errors":[{"type":"NOT_FOUND","path":["repository","pullRequest"]}]}`))
	if _, err := f.client.Voices(t.Context(), shop, 31, nil); !errors.Is(err, ErrGone) {
		t.Errorf("no pull request: %v", err)
	}
	f = start(t, says(200, `{"data":{"repository":{"databaseId":8,"pullRequest":null}}}`))
	if _, err := f.client.Voices(t.Context(), shop, 31, nil); !errors.Is(err, ErrMoved) {
		t.Errorf("another repository: %v", err)
	}
}
