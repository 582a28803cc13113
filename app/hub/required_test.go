package hub

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// branchRules answers as GitHub does for a branch, its classic protection and its rules.
func branchRules(branch, rules http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/rules/branches/") {
			rules(w, r)
			return
		}
		branch(w, r)
	}
}

const unprotected = `{"name":"main","protected":false,"protection":{"enabled":false,"required_status_checks":{"enforcement_level":"off","contexts":[],"checks":[]}}}`

func TestRequired(t *testing.T) {
	f := start(t, branchRules(
		says(200, `{"name":"main","protected":true,"protection":{"enabled":true,"required_status_checks":{"enforcement_level":"everyone",
			"contexts":["old","bound","anybody"],"checks":[{"context":"bound","app_id":99},{"context":"anybody","app_id":-1}]}}}`),
		inTurn(
			says(200, `[{"type":"merge_queue","parameters":{"max_entries":{"odd":true}}},{"type":"of_tomorrow","parameters":[1]},
				{"type":"required_status_checks","ruleset_id":12,"ruleset_source_type":"Repository","ruleset_source":"acme/shop","parameters":{
					"strict_required_status_checks_policy":true,"required_status_checks":[{"context":"checkrein","integration_id":99},{"context":"lint"}]}}]`,
				"Link", next("page=2")),
			says(200, `[{"type":"required_status_checks","ruleset_id":13,"ruleset_source":"acme","parameters":{"required_status_checks":[{"context":"checkrein","integration_id":null}]}}]`),
		)))
	got, err := f.client.Required(t.Context(), shop, "main")
	if err != nil {
		t.Fatal(err)
	}
	want := []Required{
		{Context: "checkrein", App: 99, Source: "ruleset 12 of acme/shop"},
		{Context: "lint", Source: "ruleset 12 of acme/shop"},
		{Context: "checkrein", Source: "ruleset 13 of acme"},
		{Context: "bound", App: 99, Source: "branch protection"},
		{Context: "anybody", Source: "branch protection"},
		{Context: "old", Source: "branch protection"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	asked := []string{"GET /repos/acme/shop/branches/main",
		"GET /repos/acme/shop/rules/branches/main?per_page=100&page=1", "GET /repos/acme/shop/rules/branches/main?per_page=100&page=2"}
	if diff := cmp.Diff(asked, f.seen()); diff != "" {
		t.Error(diff)
	}
}

func TestNothingRequired(t *testing.T) {
	for _, branch := range []string{
		unprotected,
		`{"name":"main","protected":true,"protection":{"enabled":true}}`,
		`{"name":"main","protected":true,"protection":{"enabled":true,"required_status_checks":{"enforcement_level":"off","contexts":["x"],"checks":[{"context":"x","app_id":1}]}}}`,
	} {
		f := start(t, branchRules(says(200, branch), says(200, `[]`)))
		if got, err := f.client.Required(t.Context(), shop, "main"); err != nil || len(got) != 0 {
			t.Errorf("%s: %v, %v", branch, got, err)
		}
	}
}

// What cannot be read must never pass for "nothing is required".
func TestRequiredUnread(t *testing.T) {
	status := func(parameters string) string {
		return `[{"type":"required_status_checks","ruleset_id":1,"parameters":` + parameters + `}]`
	}
	branch := func(checks string) string {
		return `{"name":"main","protection":{"required_status_checks":` + checks + `}}`
	}
	tests := []struct{ name, branch, rules string }{
		{"rules are null", unprotected, `null`},
		{"rules are no list", unprotected, `{}`},
		{"a rule without a type", unprotected, `[{}]`},
		{"a rule that is null", unprotected, `[null]`},
		{"no parameters", unprotected, `[{"type":"required_status_checks"}]`},
		{"other parameters", unprotected, status(`{"checks":[]}`)},
		{"parameters of another shape", unprotected, status(`{"required_status_checks":{"x":1}}`)},
		{"an app id of another shape", unprotected, status(`{"required_status_checks":[{"context":"x","integration_id":"99"}]}`)},
		{"a check without a name", unprotected, status(`{"required_status_checks":[{"integration_id":99}]}`)},
		{"no protection", `{"name":"main","protected":true}`, `[]`},
		{"another branch", `{"name":"other","protection":{}}`, `[]`},
		{"nothing of a branch", `{}`, `[]`},
		{"no list of checks", branch(`{"enforcement_level":"everyone"}`), `[]`},
		{"a classic check without a name", branch(`{"checks":[{"app_id":1}]}`), `[]`},
		{"cut", `{"name":"main","prot`, `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, branchRules(says(200, tt.branch), says(200, tt.rules)))
			got, err := f.client.Required(t.Context(), shop, "main")
			if _, ok := errors.AsType[*UnavailableError](err); !ok || got != nil {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

func TestRequiredErrors(t *testing.T) {
	tests := []struct {
		name          string
		branch, rules http.HandlerFunc
		want          error
	}{
		{"no branch", says(404, `{"message":"Branch not found"}`), says(200, `[]`), ErrGone},
		{"no rules for the app", says(200, unprotected), says(403, `{"message":"Upgrade"}`), ErrForbidden},
		{"renamed", says(301, `{"message":"Moved Permanently"}`), says(200, `[]`), ErrMoved},
	}
	for _, tt := range tests {
		f := start(t, branchRules(tt.branch, tt.rules))
		if _, err := f.client.Required(t.Context(), shop, "main"); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestBranchNames(t *testing.T) {
	odd := "feature/\u202e#1 %2e" // right to left, and what an address gives a meaning
	odd = strings.ReplaceAll(odd, " ", "&")
	long := strings.Repeat("é", 150)
	for _, name := range []string{odd, long, "release/1.x", "a.b"} {
		f := start(t, func(w http.ResponseWriter, r *http.Request) {
			before, sent, _ := strings.Cut(r.URL.Path, "/branches/")
			if sent != name || (before != "/repos/acme/shop" && before != "/repos/acme/shop/rules") {
				t.Errorf("asked for %q", r.URL.Path)
			}
			w.WriteHeader(404)
		})
		if _, err := f.client.Required(t.Context(), shop, name); !errors.Is(err, ErrGone) {
			t.Errorf("%q: %v", name, err)
		}
	}
	f := start(t, says(200, `{}`))
	for _, name := range []string{"", ".", "..", "../../../user", "a/../b", ".hidden", "a/.b", "a b", "a?b", "a\x00b", "a\nb", `a\b`, "a\xff", strings.Repeat("x", 1025)} {
		if _, err := f.client.Required(t.Context(), shop, name); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
	if got := f.seen(); len(got) > 0 {
		t.Errorf("sent: %v", got)
	}
}
