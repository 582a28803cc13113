package hub

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// openJSON is a repository with these open pull requests and this merge queue.
func openJSON(id int, name, pulls, more, queue string) string {
	return fmt.Sprintf(`{"databaseId":%d,"nameWithOwner":%q,"isArchived":false,"defaultBranchRef":{"name":"main"},
		"pullRequests":{"nodes":[%s],"pageInfo":%s},"mergeQueue":%s}`, id, name, pulls, pageJSON(more), queue)
}

func pageJSON(more string) string {
	return fmt.Sprintf(`{"hasNextPage":%t,"endCursor":%q}`, more != "", more)
}

func openPull(number int, head string) string {
	return fmt.Sprintf(`{"number":%d,"headRefOid":%q,"baseRefName":"main","updatedAt":"2026-11-20T08:30:00Z"}`, number, head)
}

func queueJSON(entries, more string) string {
	return fmt.Sprintf(`{"entries":{"nodes":[%s],"pageInfo":%s}}`, entries, pageJSON(more))
}

func queuedJSON(pull int, head, base string) string {
	return fmt.Sprintf(`{"headCommit":{"oid":%q},"baseCommit":{"oid":%q},"pullRequest":{"number":%d}}`, head, base, pull)
}

// many are n repositories, 100 and on.
func many(n int) (list []Repository) {
	for i := range n {
		list = append(list, Repository{Repo: Repo{ID: int64(100 + i), Owner: "acme", Name: fmt.Sprintf("r%d", i)}})
	}
	return list
}

func parses(t *testing.T, text string) {
	t.Helper()
	if _, err := parser.ParseQuery(&ast.Source{Input: text}); err != nil {
		t.Errorf("the query does not parse: %v\n%s", err, text)
	}
}

func TestOpen(t *testing.T) {
	f := start(t, says(200, `{"data":{
		"r0":`+openJSON(100, "acme/renamed", openPull(4, shaA)+","+openPull(5, shaB), "", queueJSON(queuedJSON(4, shaB, shaA)+`,{"headCommit":null,"baseCommit":null,"pullRequest":{"number":5}}`, ""))+`,
		"r1":`+openJSON(7, "acme/r1", "", "", "null")+`,
		"r2":null,
		"r3":`+openJSON(103, "acme/r3", "", "", "null")+`,
		"r4":{"databaseId":104,"nameWithOwner":"acme/r4","isArchived":true,"defaultBranchRef":null,"pullRequests":{"nodes":[],"pageInfo":{"hasNextPage":false}},"mergeQueue":null}},
		"errors":[{"type":"NOT_FOUND","path":["r2"]},{"type":"FORBIDDEN","path":["r3","mergeQueue"]}]}`))
	repos := append(many(5), Repository{Repo: Repo{9, "acme", `x") { id } #`}})
	got, err := f.client.Open(t.Context(), repos)
	if err != nil {
		t.Fatal(err)
	}
	want := []Open{
		{Repository: Repository{Repo: Repo{100, "acme", "renamed"}, Default: "main"},
			Pulls: []Pull{
				{Number: 4, Open: true, Head: shaA, BaseRef: "main", Updated: friday},
				{Number: 5, Open: true, Head: shaB, BaseRef: "main", Updated: friday},
			},
			Groups: []QueueEntry{{Pull: 4, Head: shaB, Base: shaA}}},
		{Repository: repos[1], Problem: ErrMoved},
		{Repository: repos[2], Problem: ErrNoRepository},
		{Repository: Repository{Repo: repos[3].Repo, Default: "main"}},
		{Repository: Repository{Repo: repos[4].Repo, Archived: true}},
		{Repository: repos[5], Problem: cmpopts.AnyError},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateErrors()); diff != "" {
		t.Error(diff)
	}
	query, vars := f.last(t).graph(t)
	parses(t, query)
	if len(f.seen()) != 1 || strings.Contains(query, "acme") || vars["o4"] != "acme" || vars["n4"] != "r4" || len(vars) != 10 {
		t.Errorf("%v, %v\n%s", f.seen(), vars, query)
	}
}

func TestOpenAsksFiftyAtOnce(t *testing.T) {
	answer := func(from, n int) string {
		var fields []string
		for i := range n {
			fields = append(fields, fmt.Sprintf(`"r%d":%s`, i, openJSON(100+from+i, fmt.Sprintf("acme/r%d", from+i), "", "", "null")))
		}
		return `{"data":{` + strings.Join(fields, ",") + `}}`
	}
	f := start(t, inTurn(says(200, answer(0, 50)), says(200, answer(50, 50)), says(200, answer(100, 1))))
	got, err := f.client.Open(t.Context(), many(101))
	if err != nil || len(got) != 101 || len(f.seen()) != 3 {
		t.Fatalf("%d repositories in %d requests: %v", len(got), len(f.seen()), err)
	}
	for i, o := range got {
		if o.Problem != nil || o.ID != int64(100+i) {
			t.Errorf("%d: %+v", i, o)
		}
	}
}

func TestOpenFurtherPages(t *testing.T) {
	f := start(t, inTurn(
		says(200, `{"data":{"r0":`+openJSON(100, "acme/today", openPull(4, shaA), "c1", queueJSON(queuedJSON(4, shaB, shaA), "q1"))+`}}`),
		says(200, `{"data":{"repository":{"databaseId":100,"pullRequests":{"nodes":[`+openPull(5, shaB)+`],"pageInfo":`+pageJSON("c2")+`}}}}`),
		says(200, `{"data":{"repository":{"databaseId":100,"pullRequests":{"nodes":[`+openPull(6, shaC)+`],"pageInfo":`+pageJSON("")+`}}}}`),
		says(200, `{"data":{"repository":{"databaseId":100,"mergeQueue":`+queueJSON(queuedJSON(5, shaC, shaB), "")+`}}}`),
	))
	got, err := f.client.Open(t.Context(), many(1))
	if err != nil || got[0].Problem != nil {
		t.Fatal(err, got[0].Problem)
	}
	var numbers []int
	for _, p := range got[0].Pulls {
		numbers = append(numbers, p.Number)
	}
	if diff := cmp.Diff([]int{4, 5, 6}, numbers); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]QueueEntry{{4, shaB, shaA}, {5, shaC, shaB}}, got[0].Groups); diff != "" {
		t.Error(diff)
	}
	var after []any
	for _, c := range f.calls[1:] {
		query, vars := c.graph(t)
		parses(t, query)
		after = append(after, vars["name"], vars["after"])
	}
	if diff := cmp.Diff([]any{"today", "c1", "today", "c2", "today", "q1"}, after); diff != "" {
		t.Error(diff)
	}
}

// What an answer leaves out is asked for once more and then told; it is never "nothing open".
func TestOpenGaps(t *testing.T) {
	whole := openJSON(101, "acme/r1", openPull(4, shaA), "", "null")
	tests := []struct{ name, first, errs string }{
		{"no alias", "", ""},
		{"null beside a limit", `"r0":null,`, `{"type":"RESOURCE_LIMITS_EXCEEDED","message":"x"}`},
		{"null beside an error of its own", `"r0":null,`, `{"type":"INTERNAL","path":["r0"]}`},
		{"no id", `"r0":{"nameWithOwner":"acme/r0","isArchived":false},`, ""},
		{"no pull requests", `"r0":{"databaseId":100,"nameWithOwner":"acme/r0","isArchived":false,"defaultBranchRef":{"name":"main"},"pullRequests":null,"mergeQueue":null},`, ""},
		{"no branch beside an error", `"r0":{"databaseId":100,"nameWithOwner":"acme/r0","isArchived":false,"defaultBranchRef":null,"pullRequests":{"nodes":[],"pageInfo":{}},"mergeQueue":null},`, `{"type":"INTERNAL","path":["r0","defaultBranchRef"]}`},
		{"a pull request is null", `"r0":` + openJSON(100, "acme/r0", "null", "", "null") + `,`, ""},
		{"a head is no commit", `"r0":` + openJSON(100, "acme/r0", openPull(4, "main"), "", "null") + `,`, ""},
		{"queue null beside an error", `"r0":` + openJSON(100, "acme/r0", "", "", "null") + `,`, `{"type":"INTERNAL","path":["r0","mergeQueue"]}`},
		{"entries null", `"r0":` + openJSON(100, "acme/r0", "", "", `{"entries":null}`) + `,`, ""},
		{"head of an entry null beside an error", `"r0":` + openJSON(100, "acme/r0", "", "", queueJSON(`{"headCommit":null,"baseCommit":null,"pullRequest":{"number":1}}`, "")) + `,`, `{"type":"INTERNAL","path":["r0","mergeQueue","entries"]}`},
		{"base of an entry null", `"r0":` + openJSON(100, "acme/r0", "", "", queueJSON(`{"headCommit":{"oid":"`+shaA+`"},"baseCommit":null,"pullRequest":{"number":1}}`, "")) + `,`, ""},
		{"another shape", `"r0":{"databaseId":"x"},`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, says(200, `{"data":{`+tt.first+`"r1":`+whole+`},"errors":[`+tt.errs+`]}`))
			got, err := f.client.Open(t.Context(), many(2))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := errors.AsType[*UnavailableError](got[0].Problem); !ok || got[0].Pulls != nil || got[0].Groups != nil {
				t.Errorf("%+v", got[0])
			}
			// A limit on the whole query makes gaps of all its nulls.
			if ok := got[1].Problem == nil && len(got[1].Pulls) == 1; ok == strings.Contains(tt.errs, "LIMITS") {
				t.Errorf("its neighbour: %+v", got[1])
			}
			if n := len(f.seen()); n != 2 {
				t.Errorf("%d requests, want one and one more for the gap", n)
			}
		})
	}
}

func TestOpenGapIsAskedAgain(t *testing.T) {
	f := start(t, inTurn(
		says(200, `{"data":{"r0":null,"r1":`+openJSON(101, "acme/r1", openPull(4, shaA), "", "null")+`},"errors":[{"type":"INTERNAL","path":["r0"]}]}`),
		says(200, `{"data":{"r0":`+openJSON(100, "acme/r0", openPull(9, shaB), "", "null")+`}}`)))
	got, err := f.client.Open(t.Context(), many(2))
	if err != nil || got[0].Problem != nil || len(got[0].Pulls) != 1 || len(got[1].Pulls) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, vars := f.last(t).graph(t); vars["n0"] != "r0" || len(vars) != 2 {
		t.Errorf("asked again for %v", vars)
	}
}

func TestOpenRefusedAsAWhole(t *testing.T) {
	f := start(t, says(200, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`))
	if _, err := f.client.Open(t.Context(), many(1)); !is[*LimitError](err) {
		t.Errorf("limited: %v", err)
	}
	f = start(t, says(502, ""))
	if _, err := f.client.Open(t.Context(), many(1)); !is[*UnavailableError](err) {
		t.Errorf("down: %v", err)
	}
	f = start(t, inTurn(
		says(200, `{"data":{"r0":`+openJSON(100, "acme/r0", "", "c1", "null")+`}}`),
		says(403, `{}`, "Retry-After", "60")))
	if _, err := f.client.Open(t.Context(), many(1)); !is[*LimitError](err) {
		t.Errorf("limited on a further page: %v", err)
	}
}

func is[E error](err error) bool { _, ok := errors.AsType[E](err); return ok }

func TestQueue(t *testing.T) {
	f := start(t, inTurn(
		says(200, `{"data":{"repository":{"databaseId":7,"mergeQueue":`+queueJSON(queuedJSON(4, shaB, shaA), "q1")+`}}}`),
		says(200, `{"data":{"repository":{"databaseId":7,"mergeQueue":`+queueJSON(queuedJSON(5, shaC, shaB), "")+`}}}`)))
	got, err := f.client.Queue(t.Context(), shop, `release") { id } #`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]QueueEntry{{4, shaB, shaA}, {5, shaC, shaB}}, got); diff != "" {
		t.Error(diff)
	}
	query, vars := f.last(t).graph(t)
	parses(t, query)
	want := map[string]any{"owner": "acme", "name": "shop", "branch": `release") { id } #`, "after": "q1"}
	if diff := cmp.Diff(want, vars); diff != "" || strings.Contains(query, "release") {
		t.Error(diff, query)
	}
}

func TestQueueErrors(t *testing.T) {
	tests := []struct {
		name, answer string
		want         error // nil: nothing waits; errGap: an UnavailableError
	}{
		{"no queue", `{"data":{"repository":{"databaseId":7,"mergeQueue":null}}}`, nil},
		{"not for the app", `{"data":{"repository":{"databaseId":7,"mergeQueue":null}},"errors":[{"type":"FORBIDDEN","path":["repository","mergeQueue"]}]}`, nil},
		{"left out", `{"data":{"repository":{"databaseId":7,"mergeQueue":null}},"errors":[{"type":"INTERNAL","path":["repository","mergeQueue"]}]}`, errGap},
		{"no repository", `{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","path":["repository"]}]}`, ErrNoRepository},
		{"repository left out", `{"data":{"repository":null},"errors":[{"message":"x","type":"INTERNAL"}]}`, errGap},
		{"another repository", `{"data":{"repository":{"databaseId":8,"mergeQueue":null}}}`, ErrMoved},
		{"no id", `{"data":{"repository":{"mergeQueue":null}}}`, errGap},
	}
	for _, tt := range tests {
		got, err := start(t, says(200, tt.answer)).client.Queue(t.Context(), shop, "main")
		if got != nil || (tt.want == errGap && !is[*UnavailableError](err)) || (tt.want != errGap && !errors.Is(err, tt.want)) {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
}

var errGap = errors.New("an UnavailableError")
