package hub

import (
	"strings"
	"testing"
)

// Whether anybody spoke is told by the same request; each way on its own.
func TestStateSpoken(t *testing.T) {
	said := func(body string) string {
		return `{"fullDatabaseId":"3","body":"` + body + `","viewerDidAuthor":false}`
	}
	pull := func(comments string) string { return pullJSON(4, "OPEN", shaA, "main", comments) }
	tests := []struct {
		name, pull string
		want       bool
	}{
		{"nothing", pull(""), false},
		{"another comment", pull(said("see /checkrein accept")), false},
		{"a command", pull(said(`\n /checkrein recheck`)), true},
		{"an approval", strings.Replace(pull(""), `"totalCount":0`, `"totalCount":2`, 1), true},
	}
	for _, tt := range tests {
		f := start(t, says(200, stateJSON(`"head":`+headJSON()+`,"p0":`+tt.pull, "null", "")))
		got, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Pulls: []int{4}, Policy: "p.yml"})
		if err != nil || got.Pulls[0].Spoken != tt.want || len(f.seen()) != 1 {
			t.Errorf("%s: %+v, %v after %d requests", tt.name, got.Pulls, err, len(f.seen()))
		}
	}
}

// A command on a further page of comments is heard while the app's own is looked for.
func TestStateSpokenFurtherOn(t *testing.T) {
	first := strings.Replace(pullJSON(4, "OPEN", shaA, "main", ""), `"hasNextPage":false,"endCursor":null`, `"hasNextPage":true,"endCursor":"c1"`, 1)
	f := start(t, inTurn(
		says(200, stateJSON(`"head":`+headJSON()+`,"p0":`+first, "null", "")),
		says(200, `{"data":{"repository":{"pullRequest":{"comments":{"nodes":[{"fullDatabaseId":"3","body":"/checkrein recheck"}],"pageInfo":{"hasNextPage":true,"endCursor":"c2"}}}}}}`),
		says(200, `{"data":{"repository":{"pullRequest":{"comments":{"nodes":[],"pageInfo":{}}}}}}`)))
	got, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Pulls: []int{4}, Policy: "p.yml"})
	if err != nil || !got.Pulls[0].Spoken || got.Pulls[0].Comment != nil {
		t.Errorf("%+v, %v", got.Pulls, err)
	}
}

func TestStateSpokenLeftOut(t *testing.T) {
	whole := pullJSON(4, "OPEN", shaA, "main", "")
	for _, pull := range []string{
		strings.Replace(whole, `{"totalCount":0}`, `null`, 1),
		strings.Replace(whole, `"2026-11-20T08:30:00Z"`, `null`, 1),
	} {
		f := start(t, says(200, stateJSON(`"head":`+headJSON()+`,"p0":`+pull, "null", "")))
		if _, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA, Pulls: []int{4}, Policy: "p.yml"}); !is[*UnavailableError](err) {
			t.Errorf("%s: %v", pull, err)
		}
	}
}
