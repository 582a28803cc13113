package guard_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/registry/guard"
)

// raw sends a request whose first line is exactly what is given.
func (w *world) raw(method, target string, header ...string) answer {
	w.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.server.URL, "http://"))
	w.must(err)
	defer conn.Close()
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: guard\r\nAuthorization: Bearer %s\r\nContent-Length: 0\r\nConnection: close\r\n", method, target, w.admin.Token)
	for i := 0; i+1 < len(header); i += 2 {
		fmt.Fprintf(conn, "%s: %s\r\n", header[i], header[i+1])
	}
	fmt.Fprint(conn, "\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	w.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	w.must(err)
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// TestPathTricks: whatever is not exactly one of the known forms is refused, and nothing
// that would delete reaches the upstream.
func TestPathTricks(t *testing.T) {
	w := newWorld(t, "kas/api")
	amd := w.image("amd")
	w.index("ix", digests(amd), "prod")
	w.start()
	whole := w.path(amd)
	id := whole[strings.LastIndex(whole, "/")+1:]
	const pack = "/orgs/acme/packages/container/kas%2Fapi"
	cases := []struct {
		name, method, target string
		header               []string
		want                 guard.Code
	}{
		{"as it is", "DELETE", whole, nil, guard.Referenced},
		{"%2f in small letters", "DELETE", strings.Replace(whole, "%2F", "%2f", 1), nil, guard.Referenced},
		{"owner in capitals", "DELETE", strings.Replace(whole, "acme", "ACME", 1), nil, guard.Referenced},
		{"/api/v3", "DELETE", "/api/v3" + whole, nil, guard.Referenced},
		{"query", "DELETE", whole + "?force=true&package_type=npm", nil, guard.Referenced},
		{"empty query", "DELETE", whole + "?", nil, guard.Referenced},
		{"trailing slash", "DELETE", whole + "/", nil, guard.NotUnderstood},
		{"double slash at the start", "DELETE", "/" + whole, nil, guard.NotUnderstood},
		{"double slash inside", "DELETE", strings.Replace(whole, "/versions", "//versions", 1), nil, guard.NotUnderstood},
		{"dot segment", "DELETE", strings.Replace(whole, "/versions", "/./versions", 1), nil, guard.NotUnderstood},
		{"dots up", "DELETE", "/repos/x/y/../../../" + whole[1:], nil, guard.NotUnderstood},
		{"encoded dots", "DELETE", "/repos/%2e%2e" + whole, nil, guard.NotUnderstood},
		{"raw slash in the name", "DELETE", strings.Replace(whole, "%2F", "/", 1), nil, guard.NotUnderstood},
		{"double encoding", "DELETE", strings.Replace(whole, "%2F", "%252F", 1), nil, guard.NotUnderstood},
		{"encoded letter", "DELETE", strings.Replace(whole, "acme", "%61cme", 1), nil, guard.NotUnderstood},
		{"encoded word", "DELETE", strings.Replace(whole, "versions", "version%73", 1), nil, guard.NotUnderstood},
		{"capitals in the path", "DELETE", strings.Replace(whole, "/orgs", "/Orgs", 1), nil, guard.NotUnderstood},
		{"capitals in the name", "DELETE", strings.Replace(whole, "api/", "API/", 1), nil, guard.NotUnderstood},
		{"backslash", "DELETE", strings.Replace(whole, "/versions", `\versions`, 1), nil, guard.NotUnderstood},
		{"semicolon", "DELETE", whole + ";x", nil, guard.NotUnderstood},
		{"fragment", "DELETE", whole + "#x", nil, guard.NotUnderstood},
		{"plus sign", "DELETE", strings.Replace(whole, id, "+"+id, 1), nil, guard.NotUnderstood},
		{"leading zero", "DELETE", strings.Replace(whole, id, "0"+id, 1), nil, guard.NotUnderstood},
		{"id beyond all bounds", "DELETE", strings.Replace(whole, id, "99999999999999999999", 1), nil, guard.NotUnderstood},
		{"/api/v3 twice", "DELETE", "/api/v3/api/v3" + whole, nil, guard.NotUnderstood},
		{"numeric organisation", "DELETE", strings.Replace(whole, "/orgs/acme", "/organizations/9001", 1), nil, guard.NotUnderstood},
		{"absolute address", "DELETE", "http://guard" + whole, nil, guard.NotUnderstood},
		{"absolute address elsewhere", "DELETE", "http://api.github.com" + whole, nil, guard.NotUnderstood},
		{"GraphQL", "POST", "/graphql", nil, guard.NotUnderstood},
		{"GraphQL of Enterprise Server", "POST", "/api/graphql", nil, guard.NotUnderstood},
		{"small method", "delete", whole, nil, guard.NotUnderstood},
		{"other method", "PURGE", whole, nil, guard.NotUnderstood},
		{"PATCH", "PATCH", whole, nil, guard.NotUnderstood},
		{"POST with an override", "POST", whole, []string{"X-HTTP-Method-Override", "DELETE"}, guard.NotUnderstood},
		{"GET with an override", "GET", whole, []string{"X-HTTP-Method-Override", "DELETE"}, guard.NotUnderstood},
		{"GET with another override", "GET", whole, []string{"X-Method-Override", "DELETE"}, guard.NotUnderstood},
		{"GET with a third override", "GET", whole, []string{"X-HTTP-Method", "DELETE"}, guard.NotUnderstood},
		{"override in the query", "POST", whole + "/restore?_method=DELETE", nil, guard.NotUnderstood},
		{"upgrade", "GET", whole, []string{"Upgrade", "h2c"}, guard.NotUnderstood},
		{"whole package", "DELETE", pack, nil, guard.WholePackage},
		{"whole package of another type", "DELETE", "/orgs/acme/packages/npm/app", nil, guard.WholePackage},
		{"whole package with a slash", "DELETE", pack + "/", nil, guard.NotUnderstood},
		{"restore of a whole package", "POST", pack + "/restore", nil, guard.NotUnderstood},
		{"all versions", "DELETE", pack + "/versions", nil, guard.NotUnderstood},
		{"version of another type", "DELETE", "/orgs/acme/packages/npm/app/versions/1", nil, guard.NotUnderstood},
		{"repository", "DELETE", "/repos/acme/app", nil, guard.NotUnderstood},
		{"blob", "DELETE", "/v2/acme/app/blobs/" + string(amd), nil, guard.NotUnderstood},
		{"manifest by a digest in capitals", "DELETE", "/v2/acme/app/manifests/" + strings.ToUpper(string(amd)), nil, guard.NotUnderstood},
		{"manifest with dots", "DELETE", "/v2/acme/../acme/app/manifests/x", nil, guard.NotUnderstood},
		{"manifest with an encoded slash", "DELETE", "/v2/acme%2Fapp/manifests/x", nil, guard.NotUnderstood},
		{"manifest with a trailing slash", "DELETE", "/v2/acme/app/manifests/x/", nil, guard.NotUnderstood},
		{"registry in capitals", "DELETE", "/V2/acme/app/manifests/x", nil, guard.NotUnderstood},
		{"/api/v3 before the registry", "DELETE", "/api/v3/v2/acme/app/manifests/x", nil, guard.NotUnderstood},
		{"upload that is a blob", "PUT", "/v2/acme/app/blobs/" + string(amd), nil, guard.NotUnderstood},
		{"upload with a way out", "PUT", "/v2/acme/app/blobs/uploads/../../manifests/x", nil, guard.NotUnderstood},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w.github.ResetRequests()
			a := w.raw(c.method, c.target, c.header...)
			// What is no HTTP at all is refused before the guard sees it.
			if a.status != http.StatusForbidden && a.status != http.StatusBadRequest {
				t.Fatalf("answered %d %s, want 403", a.status, a.body)
			}
			if a.status == http.StatusForbidden && a.code() != string(c.want) {
				t.Errorf("code %q, want %q: %s", a.code(), c.want, a.body)
			}
			if a.header.Get("X-Checkrein-Decision") != "refuse" && a.status == http.StatusForbidden {
				t.Error("the refusal is not marked")
			}
			for _, r := range w.github.Requests() {
				if r.Method != http.MethodGet && r.Method != http.MethodHead || c.want == guard.NotUnderstood {
					t.Errorf("%s %s went upstream", r.Method, r.Path)
				}
			}
		})
	}
	if !w.there(amd) {
		t.Error("the child is gone")
	}
	w.whole()
}

// TestPrefix: with a prefix the guard is below it, and the API's own prefix works too.
func TestPrefix(t *testing.T) {
	w := newWorld(t, "kas/api")
	amd := w.image("amd")
	w.index("ix", digests(amd), "prod")
	w.config.Prefix = "/guard"
	w.start()
	for _, prefix := range []string{"/guard", "/guard/api/v3", "/api/v3", ""} {
		if a := w.raw("DELETE", prefix+w.path(amd)); a.code() != string(guard.Referenced) {
			t.Errorf("with %q before it: %d %s", prefix, a.status, a.body)
		}
	}
	if a := w.raw("DELETE", "/guard/guard"+w.path(amd)); a.code() != string(guard.NotUnderstood) {
		t.Errorf("twice: %d %s", a.status, a.body)
	}
	if a := w.raw("GET", "/guard/v2/"); a.status != http.StatusUnauthorized {
		t.Errorf("registry: %d", a.status)
	}
}

// FuzzRoute: a request that is let through as harmless never has the form of a deletion,
// in any reading of its path.
func FuzzRoute(f *testing.F) {
	for _, seed := range []string{
		"DELETE /orgs/acme/packages/container/kas%2Fapi/versions/1", "POST /orgs/acme/packages/container/app/versions/1/restore",
		"PUT /v2/acme/app/manifests/v1", "PATCH /v2/acme/app/blobs/uploads/abc", "GET /user", "DELETE /api/v3/user/packages/container/a/versions/2?x=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		method, target, _ := strings.Cut(line, " ")
		got := guard.Route(method, target)
		if got.Passes && method != http.MethodGet && method != http.MethodHead {
			upload := strings.HasPrefix(target, "/v2/") && strings.Contains(target, "/blobs/upload")
			restore := method == http.MethodPost && strings.HasSuffix(got.Path, "/restore")
			if !upload && !restore {
				t.Fatalf("%q passes", line)
			}
		}
		if got.Passes || got.Decided {
			for _, odd := range []string{"..", "//", "\\", "%25", "\x00", " "} {
				if method != http.MethodGet && method != http.MethodHead && strings.Contains(got.Path, odd) {
					t.Fatalf("%q is let through with %q", line, odd)
				}
			}
		}
	})
}
