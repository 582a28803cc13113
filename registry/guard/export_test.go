package guard

import "net/http"

// Routed is what a request line is taken for.
type Routed struct {
	Passes, Decided bool
	Path            string
}

// Route takes a request line apart as a guard without prefix does.
func Route(method, target string) Routed {
	rt := (&Guard{}).parse(&http.Request{Method: method, RequestURI: target, Header: http.Header{}})
	return Routed{rt.action == pass || rt.action == listVersions, rt.action == deleteVersion || rt.action == putManifest || rt.action == deleteManifest, rt.path}
}
