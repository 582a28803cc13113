package hub

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newPerson(t *testing.T, f *fake) *Person {
	t.Helper()
	p, err := NewPerson(Config{APIURL: f.URL}, "ghp_hush")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCreateRuleset(t *testing.T) {
	f := start(t, says(201, `{"id":12,"name":"checkrein"}`))
	id, err := newPerson(t, f).CreateRuleset(t.Context(), shop, map[string]any{"name": "checkrein"})
	if id != 12 || err != nil {
		t.Fatalf("%d, %v", id, err)
	}
	c := f.last(t)
	got := []string{c.Method, c.Path, c.Auth, strings.TrimSpace(string(c.Body))}
	if diff := cmp.Diff([]string{"POST", "/repos/acme/shop/rulesets", "Bearer ghp_hush", `{"name":"checkrein"}`}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCreateRulesetRefused(t *testing.T) {
	tests := []struct {
		code int
		text string
		is   error
		want string
	}{
		{401, `{"message":"Bad credentials"}`, nil, "wrong or has expired"},
		{403, `{"message":"Must have admin rights"}`, ErrForbidden, "administrator"},
		{404, `{"message":"Not Found"}`, ErrNoRepository, "administrator"},
		{422, `{"message":"Validation Failed","errors":[{"resource":"Ruleset","field":"name","code":"custom","message":"Name must be unique"}]}`, nil, "Name must be unique"},
		{301, `{"message":"Moved"}`, ErrMoved, ""},
		{502, ``, nil, "not available"},
		{201, `{}`, nil, "names no ruleset"},
	}
	for _, tt := range tests {
		f := start(t, says(tt.code, tt.text))
		id, err := newPerson(t, f).CreateRuleset(t.Context(), shop, struct{}{})
		if err == nil || id != 0 || !strings.Contains(err.Error(), tt.want) || (tt.is != nil && !errors.Is(err, tt.is)) {
			t.Errorf("%d: %d, %v", tt.code, id, err)
		}
		if strings.Contains(err.Error(), "hush") || len(f.seen()) != 1 {
			t.Errorf("%d: %v after %d requests", tt.code, err, len(f.seen()))
		}
	}
	if _, err := newPerson(t, start(t, nil)).CreateRuleset(t.Context(), Repo{Owner: "..", Name: "x"}, nil); err == nil {
		t.Error("a hostile name was sent")
	}
}

func TestNewPersonRefuses(t *testing.T) {
	for _, token := range []string{"", " ", "ghp_hush\n", "ghp_hush\r\nX: y", "ghp_hüsh"} {
		if _, err := NewPerson(Config{}, token); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", token, err)
		}
	}
	if _, err := NewPerson(Config{APIURL: "file:///x"}, "ghp_hush"); err == nil {
		t.Error("a bad address was taken")
	}
}
