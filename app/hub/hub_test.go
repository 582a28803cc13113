package hub

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-cmp/cmp"
)

func TestNewRefuses(t *testing.T) {
	good := keyPEM()
	half := good[:len(good)/2]
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"no id", Config{PrivateKeyPEM: good}, "App id 0"},
		{"no key", Config{AppID: 1}, "private key is empty"},
		{"blank key", Config{AppID: 1, PrivateKeyPEM: []byte(" \n")}, "private key is empty"},
		{"half a key", Config{AppID: 1, PrivateKeyPEM: half}, "private key cannot be read"},
		{"no URL", Config{AppID: 1, PrivateKeyPEM: good, APIURL: "api.github.com"}, "want https://api.github.com"},
		{"file URL", Config{AppID: 1, PrivateKeyPEM: good, APIURL: "file:///etc"}, "want https://api.github.com"},
		{"credentials", Config{AppID: 1, PrivateKeyPEM: good, APIURL: "https://me:hush@ghe.acme.test/api/v3"}, "neither credentials"},
		{"bad URL", Config{AppID: 1, PrivateKeyPEM: good, APIURL: "https://me:hush@%zz"}, "want https://api.github.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), string(half[40:80])) {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestURLs(t *testing.T) {
	tests := []struct{ api, rest, graphql, upload string }{
		{"", "https://api.github.com/", "https://api.github.com/graphql", "https://uploads.github.com/"},
		{"https://api.github.com/", "https://api.github.com/", "https://api.github.com/graphql", "https://uploads.github.com/"},
		{"https://ghe.acme.test/api/v3", "https://ghe.acme.test/api/v3/", "https://ghe.acme.test/api/graphql", "https://ghe.acme.test/api/uploads/"},
		{"https://ghe.acme.test/api/v3/", "https://ghe.acme.test/api/v3/", "https://ghe.acme.test/api/graphql", "https://ghe.acme.test/api/uploads/"},
		{"http://127.0.0.1:8080/sim", "http://127.0.0.1:8080/sim/", "http://127.0.0.1:8080/sim/graphql", "https://uploads.github.com/"},
	}
	for _, tt := range tests {
		h, err := New(Config{AppID: 1, PrivateKeyPEM: keyPEM(), APIURL: tt.api})
		if err != nil {
			t.Fatal(err)
		}
		c := h.Installation(1)
		got := []string{c.api.BaseURL.String(), h.graphql, c.api.UploadURL.String()}
		if diff := cmp.Diff([]string{tt.rest, tt.graphql, tt.upload}, got); diff != "" {
			t.Errorf("%q: %s", tt.api, diff)
		}
	}
}

// On Enterprise Server, tokens, REST and GraphQL all go to its host and paths.
func TestEnterpriseServer(t *testing.T) {
	f := start(t, says(200, `{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","path":["repository"],"message":"no"}]}`))
	h, err := New(Config{AppID: 99, PrivateKeyPEM: keyPEM(), APIURL: f.URL + "/api/v3"})
	if err != nil {
		t.Fatal(err)
	}
	c := h.Installation(12)
	if _, err := c.State(t.Context(), Ask{Repo: shop, Head: shaA}); !errors.Is(err, ErrNoRepository) {
		t.Errorf("State: %v", err)
	}
	if _, err := c.Runs(t.Context(), shop, shaA); err != nil {
		t.Errorf("Runs: %v", err)
	}
	want := []string{"POST /api/graphql", "GET /api/v3/repos/acme/shop/commits/" + shaA + "/check-runs?app_id=99&filter=all&per_page=100"}
	if diff := cmp.Diff(want, f.seen()); diff != "" {
		t.Error(diff)
	}
	if got := f.mints[0].Path; got != "/api/v3/app/installations/12/access_tokens" {
		t.Errorf("token made at %s", got)
	}
}

func TestTokenMadeOnceAndSigned(t *testing.T) {
	f := start(t, says(200, `{"total_count":0,"check_runs":[]}`))
	for range 5 {
		if _, err := f.hub.Installation(5).Runs(t.Context(), shop, shaA); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.mints) != 1 || len(f.calls) != 5 {
		t.Fatalf("%d tokens for %d calls, want 1 for 5", len(f.mints), len(f.calls))
	}
	if f.calls[4].Auth != "token ghs_1" {
		t.Errorf("authorization %q", f.calls[4].Auth)
	}
	var claims jwt.RegisteredClaims
	signed, _ := strings.CutPrefix(f.mints[0].Auth, "Bearer ")
	if _, err := jwt.ParseWithClaims(signed, &claims, func(token *jwt.Token) (any, error) {
		if token.Method.Alg() != "RS256" {
			return nil, errors.New(token.Method.Alg())
		}
		return &testKey().PublicKey, nil
	}); err != nil {
		t.Errorf("JWT: %v", err)
	}
	if claims.Issuer != "99" {
		t.Errorf("issuer %q", claims.Issuer)
	}
}

func TestTokensAreNotShared(t *testing.T) {
	f := start(t, says(200, `{"check_runs":[]}`))
	for _, id := range []int64{1, 2, 1} {
		if _, err := f.hub.Installation(id).Runs(t.Context(), shop, shaA); err != nil {
			t.Fatal(err)
		}
	}
	var auth []string
	for _, c := range f.calls {
		auth = append(auth, c.Auth)
	}
	if diff := cmp.Diff([]string{"token ghs_1", "token ghs_2", "token ghs_1"}, auth); diff != "" {
		t.Error(diff)
	}
}

// A token that GitHub refuses is not used for the rest of its hour.
func TestRefusedTokenIsForgotten(t *testing.T) {
	f := start(t, inTurn(says(401, `{"message":"Bad credentials"}`), says(200, `{"check_runs":[]}`)))
	if _, err := f.hub.Installation(5).Runs(t.Context(), shop, shaA); err == nil {
		t.Fatal("want an error")
	}
	if _, err := f.hub.Installation(5).Runs(t.Context(), shop, shaA); err != nil {
		t.Fatal(err)
	}
	if f.calls[1].Auth != "token ghs_2" {
		t.Errorf("authorization %q, want a new token", f.calls[1].Auth)
	}
}

// A renewed token has the permissions of today; the limits that were met still hold.
func TestRenew(t *testing.T) {
	f := start(t, says(200, `{"check_runs":[]}`))
	for range 2 {
		if _, err := f.hub.Installation(5).Runs(t.Context(), shop, shaA); err != nil {
			t.Fatal(err)
		}
		f.hub.Renew(5)
	}
	if f.calls[0].Auth == f.calls[1].Auth {
		t.Errorf("authorization %q twice, want a new token", f.calls[1].Auth)
	}
	f.hub.Installation(5).gate.block(REST, time.Minute, false)
	f.hub.Renew(5)
	if _, err := f.hub.Installation(5).Runs(t.Context(), shop, shaA); !isLimit(err) {
		t.Errorf("error %v after a limit was met, want it to hold", err)
	}
}

func isLimit(err error) bool {
	_, ok := errors.AsType[*LimitError](err)
	return ok
}

func TestInstallationsAreBounded(t *testing.T) {
	f := start(t, says(200, `{}`))
	f.hub.clients = newLRU(2)
	one := f.hub.Installation(1)
	f.hub.Installation(2)
	if f.hub.Installation(1) != one {
		t.Error("a client was made anew")
	}
	f.hub.Installation(3)
	if n := len(f.hub.clients.all()); n != 2 {
		t.Errorf("%d clients are kept, want 2", n)
	}
	if f.hub.Installation(1) != one {
		t.Error("the one used last was dropped")
	}
}

func TestNoToken(t *testing.T) {
	tests := []struct {
		code int
		text string
		is   error
		want string
	}{
		{404, `{"message":"Not Found"}`, ErrNoInstallation, "installation 5"},
		{403, `{"message":"This installation has been suspended"}`, ErrNoInstallation, "installation 5"},
		{401, `{"message":"A JSON web token could not be decoded"}`, nil, "private key"},
		{422, `{"message":"odd"}`, nil, "status 422"},
	}
	for _, tt := range tests {
		f := start(t, nil)
		f.Config.Handler = says(tt.code, tt.text)
		_, err := f.client.Runs(t.Context(), shop, shaA)
		if err == nil || !strings.Contains(err.Error(), tt.want) || (tt.is != nil && !errors.Is(err, tt.is)) {
			t.Errorf("%d: %v, want %q", tt.code, err, tt.want)
		}
	}
}

// Names and ids are put into URLs: whatever could lead elsewhere is never sent.
func TestNamesAreChecked(t *testing.T) {
	f := start(t, says(200, `{}`))
	for _, repo := range []Repo{{Owner: "acme", Name: "../x"}, {Owner: "..", Name: "x"}, {Owner: "a/b", Name: "c"}, {Owner: "", Name: "c"}, {Owner: "a", Name: "b?c"}} {
		if _, err := f.client.Runs(t.Context(), repo, shaA); err == nil {
			t.Errorf("%v was sent", repo)
		}
	}
	for _, id := range []string{"", "main", "../../user", strings.ToUpper(shaA), shaA + "?"} {
		calls := map[string]error{
			"Runs":    second(f.client.Runs(t.Context(), shop, id)),
			"Compare": second(f.client.Compare(t.Context(), shop, shaA, id, 0)),
			"State":   second(f.client.State(t.Context(), Ask{Repo: shop, Head: id})),
			"Archive": f.client.Archive(t.Context(), shop, id, nil),
			"Create":  second(f.client.CreateRun(t.Context(), shop, Run{Name: "x", Title: "x", Summary: "x", Head: id})),
		}
		for name, err := range calls {
			if err == nil {
				t.Errorf("%s sent id %q", name, id)
			}
		}
	}
	if got := f.seen(); len(got) != 0 {
		t.Errorf("requests: %v", got)
	}
}

func second[T any](_ T, err error) error { return err }

func TestConcurrentUse(t *testing.T) {
	f := start(t, func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"check_runs": []any{}})
	})
	done := make(chan error)
	for i := range 8 {
		go func() {
			done <- second(f.hub.Installation(int64(i%3+1)).Runs(context.WithoutCancel(t.Context()), shop, shaA))
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if len(f.mints) != 3 {
		t.Errorf("%d tokens for 3 installations", len(f.mints))
	}
}
