package packages_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/packages"
)

const secret = "ghp_secret"

// upstream runs a server that is both the API and the registry.
func upstream(t testing.TB, serve http.HandlerFunc) (*packages.Upstreams, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	up, err := packages.New(server.URL, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return up, server
}

func acme(up *packages.Upstreams, name string) *packages.Package {
	return up.Package(packages.Owner{Kind: "orgs", Name: "acme"}, "Acme", name, "Bearer "+secret)
}

// TestPage: a name with slashes is one segment, and the links tell where to go on.
func TestPage(t *testing.T) {
	for name, c := range map[string]struct {
		link       string
		count      int
		next, last int
	}{
		"middle":            {`<https://x/?page=3>; rel="next", <https://x/?page=9>; rel="last"`, 100, 3, 9},
		"last":              {`<https://x/?page=1>; rel="first"`, 100, 0, 0},
		"full without link": {"", 100, 3, 0},
		"short":             {"", 99, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var path string
			up, _ := upstream(t, func(w http.ResponseWriter, r *http.Request) {
				path = r.RequestURI
				w.Header().Set("Link", c.link)
				if c.link == "" {
					w.Header().Del("Link")
				}
				one := fmt.Sprintf(`{"id":1,"name":%q}`, registry.DigestOf([]byte("one")))
				fmt.Fprintf(w, "[%s]", strings.TrimSuffix(strings.Repeat(one+",", c.count), ","))
			})
			page, err := acme(up, "kas/api").Page(t.Context(), 2, "active")
			if err != nil || page.Next != c.next || page.Last != c.last || len(page.Versions) != c.count {
				t.Errorf("next %d, last %d, %d versions, %v", page.Next, page.Last, len(page.Versions), err)
			}
			if want := "/orgs/acme/packages/container/kas%2Fapi/versions?page=2&per_page=100&state=active"; path != want {
				t.Errorf("asked for %s, want %s", path, want)
			}
		})
	}
}

// TestTokenDance: the registry's challenge is answered on its own host alone.
func TestTokenDance(t *testing.T) {
	manifest := []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[]}`)
	var server *httptest.Server
	realm := ""
	up, server := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			want := "Basic " + base64.StdEncoding.EncodeToString([]byte("token:"+secret))
			if r.Header.Get("Authorization") != want || r.URL.Query().Get("scope") != "repository:acme/app:pull" || r.URL.Query().Get("service") != "here" {
				t.Errorf("asked for a token with %v", r.URL.Query())
			}
			fmt.Fprint(w, `{"token":"short"}`)
		case r.Header.Get("Authorization") == "Bearer short":
			_, _ = w.Write(manifest)
		default:
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm=%q,service="here"`, realm))
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	realm = "http://127.0.0.1:1/token"
	if _, err := acme(up, "app").Content(t.Context(), "prod"); err == nil || !strings.Contains(err.Error(), "another host") || strings.Contains(err.Error(), secret) {
		t.Errorf("a foreign realm: %v", err)
	}
	realm = server.URL + "/token"
	content, err := acme(up, "app").Content(t.Context(), "prod")
	if err != nil || content.Digest != registry.DigestOf(manifest) {
		t.Errorf("%v, %v", content.Digest, err)
	}
}

// TestErrors: a status is kept, bytes that are not those of the digest and bodies without
// end are not read as anything, and no error repeats the credential.
func TestErrors(t *testing.T) {
	digest := registry.DigestOf([]byte("one"))
	for name, c := range map[string]struct {
		serve  http.HandlerFunc
		status int
		unread bool
	}{
		"gone": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, 404, false},
		"busy": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, 429, false},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}, 302, false},
		"other bytes": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "two") }, 0, true},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, registry.MaxManifest+1))
		}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			up, _ := upstream(t, c.serve)
			_, err := acme(up, "app").Manifest(t.Context(), digest)
			if packages.Status(err) != c.status || errors.Is(err, registry.ErrUnread) != c.unread || err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("%v, want status %d, unread %v", err, c.status, c.unread)
			}
		})
	}
}

// FuzzAnswers: whatever the upstream answers, whoever asks gets an answer or an error. The
// first byte chooses who reads.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`0[{"id":1,"name":"sha256:00"}]`), `<https://x/?page=3>; rel="next"`)
	f.Add([]byte(`1{"schemaVersion":2}`), `Bearer realm="http://x/token"`)
	f.Add([]byte(`2{"tags":["a","b"]}`), `</v2/x>; rel="next"`)
	f.Fuzz(func(t *testing.T, data []byte, header string) {
		if len(data) == 0 || strings.ContainsAny(header, "\r\n\x00") {
			return
		}
		asked := 0
		up, _ := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked == 1 {
				w.Header().Set("Link", header)
				w.Header().Set("WWW-Authenticate", header)
			}
			if data[0]%8 > 5 {
				w.WriteHeader(http.StatusUnauthorized)
			}
			_, _ = w.Write(data[1:])
		})
		p := acme(up, "app")
		switch data[0] % 3 {
		case 0:
			page, err := p.Page(t.Context(), 1, "active")
			for _, v := range page.Versions {
				if _, bad := registry.ParseDigest(string(v.Digest)); bad != nil && err == nil {
					t.Errorf("%q is no digest", v.Digest)
				}
			}
		case 1:
			if c, err := p.Content(t.Context(), "prod"); err == nil && !c.Digest.Names(c.Bytes) {
				t.Errorf("%s does not name its bytes", c.Digest)
			}
		default:
			_, _ = p.Tags(t.Context())
		}
	})
}
