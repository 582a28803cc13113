package hub

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func conversion(pem string) string {
	answer, err := json.Marshal(map[string]any{"id": 12, "slug": "mine", "name": "Mine", "html_url": "https://github.com/apps/mine",
		"owner": map[string]any{"login": "acme"}, "pem": pem, "webhook_secret": "hush", "client_id": "c", "client_secret": "s"})
	if err != nil {
		panic(err)
	}
	return string(answer)
}

func TestRedeem(t *testing.T) {
	f := start(t, says(201, conversion(string(keyPEM()))))
	got, err := Redeem(t.Context(), Config{APIURL: f.URL}, "abc123")
	if err != nil {
		t.Fatal(err)
	}
	want := Registered{ID: 12, Slug: "mine", Name: "Mine", Owner: "acme", HTMLURL: "https://github.com/apps/mine", PEM: string(keyPEM()), WebhookSecret: "hush"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c := f.last(t); c.Method != "POST" || c.Path != "/app-manifests/abc123/conversions" || c.Auth != "" || len(c.Body) > 0 {
		t.Errorf("asked %+v", c)
	}
}

func TestRedeemRefused(t *testing.T) {
	var down *UnavailableError
	for _, tt := range []struct {
		code int
		text string
		want string
		is   func(error) bool
	}{
		{404, `{"message":"Not Found"}`, "an hour old", func(err error) bool { return errors.Is(err, ErrBadCode) }},
		{422, `{"message":"Validation Failed"}`, "Validation Failed", nil},
		{502, ``, "not available", func(err error) bool { return errors.As(err, &down) && down.Sent }},
		{429, `{"message":"secondary rate limit"}`, "", func(err error) bool { return errors.As(err, new(*LimitError)) }},
		{302, `{}`, "redirect, which is not followed", nil},
		{201, `{`, "", nil},
		{201, `{}`, "which App", nil},
		{201, conversion(""), "private key", nil},
		{201, conversion("hush hush"), "private key", nil},
	} {
		f := start(t, says(tt.code, tt.text, "Location", "https://elsewhere.example.com/", "Retry-After", "60"))
		got, err := Redeem(t.Context(), Config{APIURL: f.URL}, "abc123")
		if err == nil || got != (Registered{}) || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !tt.is(err) {
			t.Errorf("%d %s: %+v, %v", tt.code, tt.text, got, err)
			continue
		}
		if strings.Contains(err.Error(), "abc123") || strings.Contains(err.Error(), "hush") || len(f.seen()) != 1 {
			t.Errorf("%d: %v after %d requests", tt.code, err, len(f.seen()))
		}
	}
	for _, code := range []string{"", "a/b", "..", "a?b", strings.Repeat("a", 201)} {
		f := start(t, nil)
		if _, err := Redeem(t.Context(), Config{APIURL: f.URL}, code); !errors.Is(err, ErrBadCode) || len(f.seen()) > 0 {
			t.Errorf("%q: %v, %d requests", code, err, len(f.seen()))
		}
	}
}
