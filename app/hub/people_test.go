package hub

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPermission(t *testing.T) {
	person := func(kind string) string { return fmt.Sprintf(`{"id":21,"login":"Mona_acme","type":%q}`, kind) }
	tests := []struct {
		answer string
		want   Permission
	}{
		{`{"permission":"admin","user":` + person("User") + `}`, Permission{Account{21, "Mona_acme", true}, true}},
		{`{"permission":"write","role_name":"maintain","user":` + person("User") + `}`, Permission{Account{21, "Mona_acme", true}, true}},
		{`{"permission":"read","role_name":"admin","user":` + person("User") + `}`, Permission{Account{21, "Mona_acme", true}, false}},
		{`{"permission":"none","user":` + person("User") + `}`, Permission{Account{21, "Mona_acme", true}, false}},
		{`{"permission":"write","user":` + person("Bot") + `}`, Permission{Account{21, "Mona_acme", false}, true}},
	}
	for _, tt := range tests {
		f := start(t, says(200, tt.answer))
		got, err := f.client.Permission(t.Context(), shop, "mona_acme")
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v", tt.answer, got, err)
		}
		if p := f.last(t).Path; p != "/repos/acme/shop/collaborators/mona_acme/permission" {
			t.Errorf("asked %s", p)
		}
	}
}

func TestPermissionUnread(t *testing.T) {
	for _, answer := range []string{
		`{"permission":"admin","user":null}`,
		`{"permission":"admin","user":{"id":21,"login":"eve","type":"User"}}`,
		`{"permission":"admin","user":{"login":"mona","type":"User"}}`,
		`{"user":{"id":21,"login":"mona","type":"User"}}`,
		`{}`,
	} {
		got, err := start(t, says(200, answer)).client.Permission(t.Context(), shop, "mona")
		if _, ok := errors.AsType[*UnavailableError](err); !ok || got != (Permission{}) {
			t.Errorf("%s: %+v, %v", answer, got, err)
		}
	}
	got, err := start(t, says(404, `{"message":"mona is not a user"}`)).client.Permission(t.Context(), shop, "mona")
	if err != nil || got != (Permission{}) {
		t.Errorf("nobody: %+v, %v", got, err)
	}
}

func TestLoginsAreChecked(t *testing.T) {
	f := start(t, says(404, `{}`))
	for _, login := range []string{"", ".", "..", "a/b", "a?b", "a b", "a%2fb", "a[bot]/..", "[bot]", "é", strings.Repeat("a", 40), "a\n"} {
		if _, err := f.client.Permission(t.Context(), shop, login); err == nil {
			t.Errorf("%q was taken", login)
		}
	}
	if got := f.seen(); len(got) > 0 {
		t.Errorf("sent: %v", got)
	}
	if _, err := f.client.Permission(t.Context(), shop, "dependabot[bot]"); err != nil {
		t.Error(err)
	}
}

func TestComment(t *testing.T) {
	f := start(t, says(200, `{"id":4294967331,"body":"/checkrein recheck","user":{"id":21,"login":"mona","type":"User"},
		"created_at":"2026-11-20T08:30:00Z","updated_at":"2026-11-20T08:30:01Z","issue_url":"https://api.github.test/repos/acme/shop/issues/31"}`))
	got, err := f.client.Comment(t.Context(), shop, 4294967331)
	want := Said{ID: 4294967331, By: Account{21, "mona", true}, Body: "/checkrein recheck", At: friday, Edited: true, Pull: 31}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p := f.last(t).Path; p != "/repos/acme/shop/issues/comments/4294967331" {
		t.Errorf("asked %s", p)
	}
}

func TestCommentOdd(t *testing.T) {
	row := func(id int, user, updated, issue string) string {
		return fmt.Sprintf(`{"id":%d,"body":"x","user":%s,"created_at":"2026-11-20T08:30:00Z","updated_at":%q,"issue_url":%q}`, id, user, updated, issue)
	}
	const same, issue = "2026-11-20T08:30:00Z", "https://api.github.test/repos/acme/shop/issues/31"
	got, err := start(t, says(200, row(3, "null", same, issue))).client.Comment(t.Context(), shop, 3)
	if want := (Said{ID: 3, Body: "x", At: time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC), Pull: 31}); err != nil || got != want {
		t.Errorf("of a deleted account: %+v, %v", got, err)
	}
	got, err = start(t, says(200, row(3, `{"id":1,"login":"x[bot]","type":"Bot"}`, same, issue))).client.Comment(t.Context(), shop, 3)
	if err != nil || got.By.Human || got.Edited {
		t.Errorf("of a bot: %+v, %v", got, err)
	}
	for _, answer := range []string{row(4, "null", same, issue), row(3, "null", same, "x"), row(3, "null", same, issue+"/../7"), `{"id":3}`} {
		_, err := start(t, says(200, answer)).client.Comment(t.Context(), shop, 3)
		if _, ok := errors.AsType[*UnavailableError](err); !ok {
			t.Errorf("%s: %v", answer, err)
		}
	}
	if _, err := start(t, says(404, `{}`)).client.Comment(t.Context(), shop, 3); !errors.Is(err, ErrGone) {
		t.Errorf("404: %v", err)
	}
}
