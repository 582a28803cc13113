package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// next links to a further page of a list, at an address of no importance.
func next(query string) string { return `<https://elsewhere.test/list?` + query + `>; rel="next"` }

func TestApp(t *testing.T) {
	f := start(t, says(200, `{"id":99,"slug":"checkrein","name":"Checkrein","owner":{"login":"acme"},"html_url":"https://github.test/apps/checkrein",
		"permissions":{"checks":"write","brand_new":"read"},"events":["push"]}`))
	got, err := f.hub.App(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := App{ID: 99, Slug: "checkrein", Name: "Checkrein", Owner: "acme", URL: "https://github.test/apps/checkrein",
		Permissions: map[string]string{"checks": "write", "brand_new": "read"}, Events: []string{"push"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(f.last(t).Auth, "Bearer ") || f.last(t).Path != "/app" {
		t.Errorf("asked as %+v", f.last(t))
	}
	other := start(t, says(200, `{"id":98}`))
	if _, err := other.hub.App(t.Context()); err == nil || !strings.Contains(err.Error(), "app 98") {
		t.Errorf("another app's answer: %v", err)
	}
}

func TestInstallations(t *testing.T) {
	f := start(t, inTurn(
		says(200, `[{"id":5,"account":{"login":"acme"},"permissions":{"checks":"write"},"events":["push"],"suspended_at":null},
			{"id":6,"account":{"slug":"big-enterprise"},"suspended_at":"2026-01-01T00:00:00Z"}]`, "Link", next("page=2")),
		says(200, `[{"id":6},{"id":7,"account":null}]`)))
	got, err := f.hub.Installations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Installation{
		{ID: 5, Owner: "acme", Permissions: map[string]string{"checks": "write"}, Events: []string{"push"}},
		{ID: 6, Owner: "big-enterprise", Suspended: true},
		{ID: 7},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	asked := []string{"GET /app/installations?per_page=100&page=1", "GET /app/installations?per_page=100&page=2"}
	if diff := cmp.Diff(asked, f.seen()); diff != "" {
		t.Error(diff)
	}
}

func TestRepositories(t *testing.T) {
	f := start(t, inTurn(
		says(200, `{"total_count":3,"repositories":[{"id":7,"name":"shop","owner":{"login":"acme"},"default_branch":"main"},
			{"id":8,"name":"old","owner":{"login":"acme"},"archived":true,"default_branch":"master"}]}`, "Link", next("page=2")),
		says(200, `{"total_count":3,"repositories":[{"id":8,"name":"old","owner":{"login":"acme"}},{"id":9,"name":"new","owner":{"login":"acme"},"default_branch":"trunk"}]}`)))
	got, err := f.client.Repositories(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Repository{
		{Repo: shop, Default: "main"},
		{Repo: Repo{8, "acme", "old"}, Archived: true, Default: "master"},
		{Repo: Repo{9, "acme", "new"}, Default: "trunk"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	asked := []string{"GET /installation/repositories?per_page=100&page=1", "GET /installation/repositories?per_page=100&page=2"}
	if diff := cmp.Diff(asked, f.seen()); diff != "" {
		t.Error(diff)
	}
}

// A list that lacks a row must not pass: what is not in it counts as gone.
func TestListsThatAreNotWhole(t *testing.T) {
	installations := func(f *fake) error { return second(f.hub.Installations(t.Context())) }
	repositories := func(f *fake) error { return second(f.client.Repositories(t.Context())) }
	const one = `{"id":7,"name":"shop","owner":{"login":"acme"}}`
	tests := []struct {
		name, answer string
		ask          func(*fake) error
	}{
		{"null", `null`, installations},
		{"no list", `{}`, installations},
		{"no id", `[{"account":{"login":"acme"}}]`, installations},
		{"cut", `[{"id":5}`, installations},
		{"no repositories", `{"total_count":0}`, repositories},
		{"no count", `{"repositories":[]}`, repositories},
		{"one is missing", `{"total_count":2,"repositories":[` + one + `]}`, repositories},
		{"one twice instead of two", `{"total_count":2,"repositories":[` + one + `,` + one + `]}`, repositories},
		{"no owner", `{"total_count":1,"repositories":[{"id":7,"name":"shop"}]}`, repositories},
		{"hostile name", `{"total_count":1,"repositories":[{"id":7,"name":"../x","owner":{"login":"acme"}}]}`, repositories},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.ask(start(t, says(200, tt.answer)))
			if _, ok := errors.AsType[*UnavailableError](err); !ok {
				t.Errorf("error %v", err)
			}
		})
	}
	empty := start(t, says(200, `[]`))
	if list, err := empty.hub.Installations(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("an app that is installed nowhere: %v, %v", list, err)
	}
}

func TestEndlessPages(t *testing.T) {
	f := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", next("page=2"))
		fmt.Fprint(w, `[]`)
	})
	_, err := f.hub.Installations(t.Context())
	if err == nil || !strings.Contains(err.Error(), "more than 100 pages") || len(f.seen()) != 100 {
		t.Errorf("%v after %d requests", err, len(f.seen()))
	}
}
