package hub

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/checkrein/checkrein/checks/tree"
)

const policyText = "version: 1\n"

// friday is when every pull request of these answers was updated.
var friday = time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)

// policyEntry is the policy as GraphQL tells it.
func policyEntry() string { return textEntry(policyText) }

func textEntry(text string) string {
	id := tree.BlobID([]byte(text))
	return fmt.Sprintf(`{"mode":33188,"type":"blob","oid":%q,"object":{"oid":%q,"byteSize":%d,"isBinary":false,"isTruncated":false,"text":%q}}`, id, id, len(text), text)
}

func tipJSON(commit, file string) string {
	return fmt.Sprintf(`{"target":{"oid":%q,"tree":{"oid":%q},"file":%s}}`, commit, shaC, file)
}

func pullJSON(number int, state, head, base, comments string) string {
	return fmt.Sprintf(`{"number":%d,"state":%q,"headRefOid":%q,"baseRefName":%q,"updatedAt":"2026-11-20T08:30:00Z","reviews":{"totalCount":0},"baseRef":%s,"comments":{"nodes":[%s],"pageInfo":{"hasNextPage":false,"endCursor":null}}}`,
		number, state, head, base, tipJSON(shaB, policyEntry()), comments)
}

func headJSON(pulls ...string) string {
	return fmt.Sprintf(`{"oid":%q,"associatedPullRequests":{"nodes":[%s],"pageInfo":{"hasNextPage":false,"endCursor":null}}}`, shaA, strings.Join(pulls, ","))
}

// stateJSON is an answer with these fields of the repository.
func stateJSON(fields, org, errs string) string {
	if errs != "" {
		errs = `,"errors":[` + errs + `]`
	}
	return fmt.Sprintf(`{"data":{"repository":{"databaseId":7,"nameWithOwner":"acme/shop","isArchived":false,%s},"org":%s}%s}`, fields, org, errs)
}

func TestState(t *testing.T) {
	own := `{"fullDatabaseId":"4294967331","body":"hi <!-- checkrein -->","viewerDidAuthor":true}`
	forged := `{"fullDatabaseId":"4294967300","body":"<!-- checkrein --> all is well","viewerDidAuthor":false}`
	other := `{"fullDatabaseId":"29","body":"from the app, but not the one","viewerDidAuthor":true}`
	answer := stateJSON(strings.Join([]string{
		`"head":` + headJSON(pullJSON(4, "OPEN", shaA, "main", other+","+forged+","+own)),
		`"p0":` + pullJSON(3, "CLOSED", shaA, "old", ""),
		`"p1":` + pullJSON(4, "OPEN", shaA, "main", own),
		`"p2":null`,
		`"b0":` + tipJSON(shaC, "null"),
		`"b1":null`,
	}, ","), `{"defaultBranchRef":`+tipJSON(shaB, policyEntry())+`}`, `{"type":"NOT_FOUND","path":["repository","p2"],"message":"Could not resolve"}`)
	f := start(t, says(200, answer))
	got, err := f.client.State(t.Context(), Ask{
		Repo: shop, Head: shaA, Pulls: []int{4, 3, 9, 4}, Bases: []string{"release", `gone") { id } #`}, Policy: ".github/checkrein.yml",
	})
	if err != nil {
		t.Fatal(err)
	}
	file := &File{Blob: tree.BlobID([]byte(policyText)), Data: []byte(policyText)}
	want := State{
		Repo: shop,
		Pulls: []Pull{
			{Number: 3, Head: shaA, BaseRef: "old", Updated: friday},
			{Number: 4, Open: true, Head: shaA, BaseRef: "main", Updated: friday, Comment: &Comment{ID: 4294967331, Body: "hi <!-- checkrein -->"}},
		},
		Tips: map[string]Tip{
			"main":    {Ref: "main", Commit: shaB, Tree: shaC, Policy: file},
			"release": {Ref: "release", Commit: shaC, Tree: shaC},
		},
		OrgPolicy: file,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"POST /graphql"}, f.seen()); diff != "" {
		t.Error(diff)
	}
	query, vars := f.last(t).graph(t)
	if strings.Contains(query, "release") || strings.Contains(query, "gone") || strings.Contains(query, "acme") {
		t.Errorf("a name from outside is in the text of the query:\n%s", query)
	}
	wantVars := map[string]any{"owner": "acme", "name": "shop", "policy": ".github/checkrein.yml", "head": shaA,
		"p0": 3.0, "p1": 4.0, "p2": 9.0, "b0": "refs/heads/release", "b1": `refs/heads/gone") { id } #`}
	if diff := cmp.Diff(wantVars, vars); diff != "" {
		t.Error(diff)
	}
	if _, err := parser.ParseQuery(&ast.Source{Input: query}); err != nil {
		t.Errorf("the query does not parse: %v", err)
	}
}

// Whatever an answer leaves out must not pass for "there is none".
func TestStateGaps(t *testing.T) {
	const limit = `{"type":"RESOURCE_LIMITS_EXCEEDED","message":"too much"}`
	head, pull, tip := `"head":`+headJSON(), pullJSON(4, "OPEN", shaA, "main", ""), tipJSON(shaB, "null")
	whole := head + `,"p0":` + pull + `,"b0":` + tip
	tests := []struct {
		name, answer string
		is           error // nil: an UnavailableError
	}{
		{"no alias of a pull request", stateJSON(head+`,"b0":`+tip, "null", ""), nil},
		{"null pull request beside a limit", stateJSON(head+`,"p0":null,"b0":`+tip, "null", limit), nil},
		{"forbidden pull request", stateJSON(head+`,"p0":null,"b0":`+tip, "null", `{"type":"FORBIDDEN","path":["repository","p0"]}`), ErrForbidden},
		{"forbidden pull request beside a limit", stateJSON(head+`,"p0":null,"b0":`+tip, "null", limit+`,{"type":"FORBIDDEN","path":["repository","p0"]}`), nil},
		{"error within a pull request", stateJSON(head+`,"p0":null,"b0":`+tip, "null", `{"type":"NOT_FOUND","path":["repository","p0","comments"]}`), nil},
		{"another number", stateJSON(head+`,"p0":`+pullJSON(5, "OPEN", shaA, "main", "")+`,"b0":`+tip, "null", ""), nil},
		{"no alias of a base", stateJSON(head+`,"p0":`+pull, "null", ""), nil},
		{"null base beside a limit", stateJSON(head+`,"p0":`+pull+`,"b0":null`, "null", limit), nil},
		{"null policy beside a limit", stateJSON(whole, "null", limit+`,{"type":"NOT_FOUND","path":["org"]}`), nil},
		{"policy without content", stateJSON(head+`,"p0":`+pull+`,"b0":`+tipJSON(shaB, `{"mode":33188,"type":"blob","oid":"`+shaC+`","object":null}`), "null", ""), nil},
		{"no org", `{"data":{"repository":{"databaseId":7,"nameWithOwner":"acme/shop",` + whole + `}}}`, nil},
		{"null org beside a limit", stateJSON(whole, "null", limit), nil},
		{"null branch of org beside a limit", stateJSON(whole, `{"defaultBranchRef":null}`, limit), nil},
		{"null head beside a limit", stateJSON(`"head":null,"p0":`+pull+`,"b0":`+tip, "null", limit), nil},
		{"head of another kind", stateJSON(`"head":{"oid":"`+shaA+`"},"p0":`+pull+`,"b0":`+tip, "null", ""), nil},
		{"null repository beside a limit", `{"data":{"repository":null,"org":null},"errors":[` + limit + `]}`, nil},
		{"no data", `{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}`, nil},
		{"not JSON", `<html>`, nil},
		{"wrong shape", `{"data":{"repository":[]}}`, nil},
		{"unknown head", stateJSON(`"head":null,"p0":`+pull+`,"b0":`+tip, "null", `{"type":"NOT_FOUND","path":["org"]}`), ErrUnknownCommit},
		{"gone repository", `{"data":{"repository":null,"org":null},"errors":[{"type":"NOT_FOUND","path":["repository"]}]}`, ErrNoRepository},
		{"another repository's name", strings.Replace(stateJSON(whole, "null", ""), `"databaseId":7`, `"databaseId":8`, 1), ErrMoved},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, says(200, tt.answer))
			_, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Pulls: []int{4}, Bases: []string{"main"}, Policy: "p.yml"})
			_, down := errors.AsType[*UnavailableError](err)
			if (tt.is == nil && !down) || (tt.is != nil && !errors.Is(err, tt.is)) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestStateOrganisation(t *testing.T) {
	for name, tt := range map[string]struct{ org, errs string }{
		"no .github":        {"null", `{"type":"NOT_FOUND","path":["org"]}`},
		"not open to us":    {"null", `{"type":"FORBIDDEN","path":["org"]}`},
		"empty repository":  {`{"defaultBranchRef":null}`, ""},
		"no file of policy": {`{"defaultBranchRef":` + tipJSON(shaB, "null") + `}`, ""},
	} {
		f := start(t, says(200, stateJSON(`"head":`+headJSON(), tt.org, tt.errs)))
		got, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Policy: "p.yml"})
		if err != nil || got.OrgPolicy != nil {
			t.Errorf("%s: %+v, %v", name, got.OrgPolicy, err)
		}
	}
}

// The names of today come back when a repository was renamed: GraphQL follows.
func TestStateTellsTheNewName(t *testing.T) {
	answer := strings.Replace(stateJSON(`"head":`+headJSON(), "null", ""), "acme/shop", "acme-inc/store", 1)
	f := start(t, says(200, answer))
	got, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Policy: "p.yml"})
	if err != nil || got.Repo != (Repo{7, "acme-inc", "store"}) {
		t.Errorf("%+v, %v", got.Repo, err)
	}
}

func TestStatePolicyFiles(t *testing.T) {
	text := "version: 1 # \ufffd\n"
	raw := "version: 1 # \xe4\n"
	id := tree.BlobID([]byte(raw))
	entry := func(mode int, kind, object string) string {
		return fmt.Sprintf(`{"mode":%d,"type":%q,"oid":%q,"object":%s}`, mode, kind, id, object)
	}
	object := func(size int, truncated bool, text string) string {
		return fmt.Sprintf(`{"oid":%q,"byteSize":%d,"isBinary":null,"isTruncated":%v,"text":%s}`, id, size, truncated, text)
	}
	blob := `{"encoding":"base64","size":13,"content":"dmVyc2lvbjogMSAj\nIOQK\n"}`
	tests := []struct {
		name, entry, blob string
		want              File
		calls             int
	}{
		{"binary", entry(33188, "blob", object(13, false, "null")), blob, File{Blob: id, Data: []byte(raw)}, 2},
		{"truncated", entry(33188, "blob", object(13, true, `"vers"`)), blob, File{Blob: id, Data: []byte(raw)}, 2},
		{"other encoding", entry(33188, "blob", object(13, false, fmt.Sprintf("%q", text))), blob, File{Blob: id, Data: []byte(raw)}, 2},
		{"false bytes", entry(33188, "blob", object(13, false, `"x"`)), `{"encoding":"base64","content":"eA=="}`, File{Blob: id, Problem: errFalseBlob.Error()}, 2},
		{"too large", entry(33188, "blob", object(5<<20, true, `"x"`)), "", File{Blob: id, Problem: "file is larger than 4 MiB"}, 1},
		{"symlink", entry(40960, "blob", object(5, false, `"x"`)), "", File{Blob: id, Problem: "not a regular file"}, 1},
		{"directory", entry(16384, "tree", "{}"), "", File{Blob: id, Problem: "not a regular file"}, 1},
		{"submodule", entry(57344, "commit", "null"), "", File{Blob: id, Problem: "not a regular file"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := stateJSON(`"head":`+headJSON()+`,"b0":`+tipJSON(shaB, tt.entry)+`,"b1":`+tipJSON(shaC, tt.entry), "null", "")
			f := start(t, inTurn(says(200, answer), says(200, tt.blob)))
			got, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Bases: []string{"main", "next"}, Policy: "p.yml"})
			if err != nil {
				t.Fatal(err)
			}
			for _, branch := range []string{"main", "next"} {
				got := *got.Tips[branch].Policy
				if tt.want.Problem != "" && strings.Contains(got.Problem, tt.want.Problem) {
					got.Problem = tt.want.Problem
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s: %s", branch, diff)
				}
			}
			if len(f.seen()) != tt.calls {
				t.Errorf("requests: %v, want %d", f.seen(), tt.calls)
			}
		})
	}
}

// A limit while a policy is fetched is no property of the policy.
func TestStatePolicyLimited(t *testing.T) {
	entry := fmt.Sprintf(`{"mode":33188,"type":"blob","oid":%q,"object":{"oid":%q,"byteSize":5,"isBinary":true,"isTruncated":false,"text":null}}`, shaC, shaC)
	f := start(t, inTurn(says(200, stateJSON(`"head":`+headJSON()+`,"b0":`+tipJSON(shaB, entry), "null", "")), says(429, "")))
	_, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Bases: []string{"main"}, Policy: "p.yml"})
	if _, ok := errors.AsType[*LimitError](err); !ok {
		t.Errorf("error %v", err)
	}
}

// The own comment of a long conversation is found, or a new one would be written each time.
func TestStateFindsCommentBeyondTheFirstPage(t *testing.T) {
	first := strings.Replace(pullJSON(4, "OPEN", shaA, "main", ""), `"hasNextPage":false,"endCursor":null`, `"hasNextPage":true,"endCursor":"c1"`, 1)
	page := func(nodes, info string) string {
		return `{"data":{"repository":{"pullRequest":{"comments":{"nodes":[` + nodes + `],"pageInfo":{` + info + `}}}}}}`
	}
	f := start(t, inTurn(
		says(200, stateJSON(`"head":`+headJSON()+`,"p0":`+first, "null", "")),
		says(200, page("", `"hasNextPage":true,"endCursor":"c2"`)),
		says(200, page(`{"fullDatabaseId":"77","body":"`+Marker+`","viewerDidAuthor":true}`, `"hasNextPage":true,"endCursor":"c3"`)),
	))
	got, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Pulls: []int{4}, Policy: "p.yml"})
	if err != nil || len(got.Pulls) != 1 || got.Pulls[0].Comment == nil || got.Pulls[0].Comment.ID != 77 {
		t.Fatalf("%+v, %v", got.Pulls, err)
	}
	if _, vars := f.last(t).graph(t); len(f.seen()) != 3 || vars["after"] != "c2" || vars["number"] != 4.0 {
		t.Errorf("%d requests, the last with %v", len(f.seen()), vars)
	}
}

// GitHub associates every pull request that contains the commit; those whose head it is
// may be beyond the first page.
func TestStateAssociatedBeyondTheFirstPage(t *testing.T) {
	head := headJSON(pullJSON(4, "OPEN", shaB, "main", ""))
	i := strings.LastIndex(head, `"hasNextPage":false,"endCursor":null`)
	head = head[:i] + `"hasNextPage":true,"endCursor":"c1"}}}`
	f := start(t, inTurn(
		says(200, stateJSON(`"head":`+head, "null", "")),
		says(200, fmt.Sprintf(`{"data":{"repository":{"object":{"associatedPullRequests":{"nodes":[{"number":8,"headRefOid":%q},{"number":9,"headRefOid":%q}],"pageInfo":{"hasNextPage":false}}}}}}`, shaB, shaA)),
		says(200, stateJSON(`"p0":`+pullJSON(9, "OPEN", shaA, "main", ""), "null", "")),
	))
	got, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Policy: "p.yml"})
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for _, p := range got.Pulls {
		numbers = append(numbers, p.Number)
	}
	if diff := cmp.Diff([]int{4, 9}, numbers); diff != "" || len(f.seen()) != 3 {
		t.Errorf("%s%d requests", diff, len(f.seen()))
	}
}

func TestStateManyPulls(t *testing.T) {
	const count = 120
	part := func(from, to int, more string) string {
		var fields []string
		for n := from; n <= to; n++ {
			fields = append(fields, fmt.Sprintf(`"p%d":%s`, n-from, pullJSON(n, "OPEN", shaA, "main", "")))
		}
		return stateJSON(strings.Join(fields, ",")+more, "null", "")
	}
	f := start(t, inTurn(says(200, part(1, 50, `,"head":`+headJSON())), says(200, part(51, 100, "")), says(200, part(101, count, ""))))
	var pulls []int
	for n := range count {
		pulls = append(pulls, n+1)
	}
	got, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Pulls: pulls, Policy: "p.yml"})
	if err != nil || len(got.Pulls) != count || len(f.seen()) != 3 {
		t.Errorf("%d pull requests with %d requests, %v", len(got.Pulls), len(f.seen()), err)
	}
}
