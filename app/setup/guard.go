package setup

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
)

// maxForm bounds what a form may bring, in bytes.
const maxForm = 64 << 10

// guarded lets only the browser of this machine through that was sent to this address: a
// foreign name that was made to lead here (DNS rebinding) is told off by the Host header,
// a foreign page's form by the headers that browsers add.
func (s *Setup) guarded(next http.Handler) http.Handler {
	crossing := http.NewCrossOriginProtection()
	crossing.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.tell(w, problem{Status: http.StatusForbidden, Title: "This came from another page",
			Do: "Open the address that the terminal shows, and go on from there."})
	}))
	next = crossing.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header(), "")
		if r.Host != s.address {
			s.tell(w, problem{Status: http.StatusMisdirectedRequest, Title: "This is not the address of this page",
				Do: "Open the address that the terminal shows, with the same host and port."})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// protect sets what every answer has. The forms of a page lead here, and to github where
// that is named; nothing is fetched, framed, run or kept.
func protect(h http.Header, github string) {
	forms := "'self'"
	if github != "" {
		forms = github
	}
	sum := sha256.Sum256([]byte(style))
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; form-action %s; base-uri 'none'; frame-ancestors 'none'",
		base64.StdEncoding.EncodeToString(sum[:]), forms))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "strict-origin") // the path holds the key
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}
