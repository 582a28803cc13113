package guard

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/registry/packages"
)

// action is what a request asks for, as far as the guard tells actions apart.
type action int

const (
	reject         action = iota // not understood
	pass                         // nothing is deleted by it
	listVersions                 // passes; versions may be left out
	deleteVersion                // decided
	deletePackage                // refused whatever is in it
	putManifest                  // decided where it takes a tag away
	deleteManifest               // decided
)

// route is a request as the guard understands it. Only paths that are exactly of a known
// form are understood: what the upstream might read in another way is never forwarded.
type route struct {
	action   action
	registry bool   // the upstream is the registry
	prefix   string // what stood before the path and the upstream does not get
	path     string // as it came, without prefix and query
	query    string
	owner    packages.Owner
	name     string // of the package, with slashes; of the repository
	id       int64
	ref      string // tag or digest
	why      string // of reject
}

// The forms of paths. Names of packages are those of images (OCI distribution-spec,
// "Pulling manifests"), with %2F for slashes as GitHub's clients send them.
const (
	component = `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
	owner     = `[A-Za-z0-9][A-Za-z0-9_-]{0,99}`
	tagForm   = `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`
	digestRef = `sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}`
)

var (
	packagePath = regexp.MustCompile(`^/(?:(orgs|users)/(` + owner + `)|(user))/packages/([a-z]+)/((?:` + component + `)(?:%2[Ff]` + component + `)*)(/.*)?$`)
	versionPath = regexp.MustCompile(`^/versions/([1-9][0-9]{0,17})(/restore)?$`)
	imagePath   = regexp.MustCompile(`^/v2/(` + component + `(?:/` + component + `)*)/(manifests|blobs)/(.+)$`)
	reference   = regexp.MustCompile(`^(?:` + tagForm + `|` + digestRef + `)$`)
	uploadPath  = regexp.MustCompile(`^uploads?(?:/|/[A-Za-z0-9_=.~+-]{1,512})?$`)
)

// overrides are headers that some servers take another method from.
var overrides = []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override"}

// parse reads a request by its raw target. r.URL is not looked at: it is decoded already.
func (g *Guard) parse(r *http.Request) route {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") {
		return route{why: "the target is no path"}
	}
	for _, name := range overrides {
		if r.Header.Get(name) != "" {
			return route{why: "the header " + name + " asks for another method"}
		}
	}
	if r.Header.Get("Upgrade") != "" {
		return route{why: "the header Upgrade asks for another protocol"}
	}
	path, query, _ := strings.Cut(target, "?")
	if hasMethodParameter(query) {
		return route{why: "the query asks for another method"}
	}
	rt := g.strip(path)
	rt.query = query
	if rt.registry {
		rt.parseRegistry(r.Method)
	} else {
		rt.parseAPI(r.Method)
	}
	if rt.action == reject && rt.why == "" {
		rt.why = "this method and path are none that the guard knows"
	}
	return rt
}

func hasMethodParameter(query string) bool {
	query = strings.ToLower(query)
	return strings.Contains(query, "_method=") || strings.Contains(query, "%5fmethod=")
}

// strip takes off the guard's own prefix, and the one of Enterprise Server's API.
func (g *Guard) strip(path string) route {
	rt := route{path: path}
	if rest, ok := strings.CutPrefix(path, g.prefix); ok && g.prefix != "" && strings.HasPrefix(rest, "/") {
		rt.path, rt.prefix = rest, g.prefix
	}
	if rt.path == "/v2" || strings.HasPrefix(rt.path, "/v2/") {
		rt.registry = true
		return rt
	}
	const enterprise = "/api/v3"
	if rest, ok := strings.CutPrefix(rt.path, enterprise); ok && strings.HasPrefix(rest, "/") {
		rt.path, rt.prefix = rest, rt.prefix+enterprise
	}
	return rt
}

func (rt *route) parseAPI(method string) {
	m := packagePath.FindStringSubmatch(rt.path)
	container := m != nil && m[4] == "container"
	if m != nil {
		rt.owner = packages.Owner{Kind: m[1] + m[3], Name: m[2]}
		rt.name = strings.NewReplacer("%2F", "/", "%2f", "/").Replace(m[5])
	}
	v := versionOf(m)
	switch {
	case method == http.MethodGet || method == http.MethodHead:
		rt.action = pass
		if container && m[6] == "/versions" {
			rt.action = listVersions
		}
	case m == nil:
	case method == http.MethodDelete && m[6] == "":
		rt.action = deletePackage
	case !container:
		rt.why = "the guard knows container packages only"
	case method == http.MethodDelete && v != nil && v[2] == "":
		rt.setVersion(deleteVersion, v[1])
	case method == http.MethodPost && v != nil && v[2] != "":
		rt.setVersion(pass, v[1])
	}
}

// versionOf reads what follows the package; nil when it is no version.
func versionOf(m []string) []string {
	if m == nil {
		return nil
	}
	return versionPath.FindStringSubmatch(m[6])
}

func (rt *route) setVersion(a action, digits string) {
	if id, err := strconv.ParseInt(digits, 10, 64); err == nil {
		rt.action, rt.id, rt.query = a, id, "" // what a query asks for is not known
	}
}

func (rt *route) parseRegistry(method string) {
	if method == http.MethodGet || method == http.MethodHead {
		rt.action = pass
		return
	}
	m := imagePath.FindStringSubmatch(rt.path)
	if m == nil {
		return
	}
	rt.name = m[1]
	switch upload := m[2] == "blobs" && uploadPath.MatchString(m[3]); {
	case upload && (method == http.MethodPost || method == http.MethodPatch || method == http.MethodPut || method == http.MethodDelete):
		rt.action = pass
	case m[2] != "manifests" || !reference.MatchString(m[3]):
	case method == http.MethodPut:
		rt.action, rt.ref, rt.query = putManifest, m[3], ""
	case method == http.MethodDelete:
		rt.action, rt.ref, rt.query = deleteManifest, m[3], ""
	}
}
