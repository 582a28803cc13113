package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/packages"
)

// ServeHTTP implements http.Handler.
func (g *Guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rt := g.parse(r)
	if rt.action != pass && rt.action != reject && len(r.Header.Values("Authorization")) > 1 {
		rt.action, rt.why = reject, "more than one credential"
	}
	switch rt.action {
	case pass:
		g.pass(w, r, rt)
	case listVersions:
		g.list(w, r, rt)
	case deleteVersion:
		g.deleteVersion(w, r, rt)
	case deletePackage:
		g.deny(w, rt, refuse(WholePackage, rt.name, "a whole package is never deleted through the guard: delete its versions, which are decided one by one"))
	case putManifest:
		g.putManifest(w, r, rt)
	case deleteManifest:
		g.deleteManifest(w, r, rt)
	default:
		g.deny(w, rt, refuse(NotUnderstood, r.Method, "%s; only package versions are deleted and restored through the guard, and images pushed", rt.why))
	}
}

// deleteVersion decides about a version of a container package.
func (g *Guard) deleteVersion(w http.ResponseWriter, r *http.Request, rt route) {
	src, c, err := g.github(r, rt)
	if err != nil {
		g.answerUpstream(w, rt, err)
		return
	}
	d := &deletion{g: g, caller: c, src: src, api: true, did: "delete version " + strconv.FormatInt(rt.id, 10)}
	g.decide(w, r, rt, d, nil)
}

// github is the package of a path under /orgs, /users or /user.
func (g *Guard) github(r *http.Request, rt route) (*github, caller, error) {
	credential := r.Header.Get("Authorization")
	login := rt.owner.Name
	if rt.owner.Kind == "user" {
		var err error
		if login, err = g.up.Login(r.Context(), credential); err != nil {
			return nil, caller{}, fmt.Errorf("whose package it is: %w", err)
		}
	}
	p := g.up.Package(rt.owner, login, rt.name, credential)
	return &github{p, rt.id}, g.caller(credential, p.Name()), nil
}

// deleteManifest decides about a manifest or a tag of a registry.
func (g *Guard) deleteManifest(w http.ResponseWriter, r *http.Request, rt route) {
	d := g.registryDeletion(r, rt)
	d.did = "delete " + rt.ref
	g.decide(w, r, rt, d, nil)
}

func (g *Guard) registryDeletion(r *http.Request, rt route) *deletion {
	credential := r.Header.Get("Authorization")
	d := &deletion{g: g, caller: g.caller(credential, rt.name), src: &oci{Repository: g.up.Repository(rt.name, credential), reference: rt.ref}}
	if _, err := registry.ParseDigest(rt.ref); err != nil {
		d.tag = rt.ref
	}
	return d
}

// decide runs a deletion and answers. body is what is forwarded with it.
func (g *Guard) decide(w http.ResponseWriter, r *http.Request, rt route, d *deletion, body []byte) {
	var answer *http.Response
	d.forward = func(ctx context.Context) (int, error) {
		var err error
		if answer, err = g.send(ctx, r, rt, body); err != nil {
			return 0, err
		}
		// Read whole while the context lives; such answers are short.
		data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
		answer.Body.Close()
		answer.Body = io.NopCloser(strings.NewReader(string(data)))
		if err != nil {
			return 0, err
		}
		return answer.StatusCode, nil
	}
	why, err := d.run(r.Context())
	switch {
	case err != nil:
		g.answerUpstream(w, rt, err)
	case why != nil:
		g.deny(w, rt, why)
	case answer == nil:
		http.Error(w, "checkrein: the upstream did not answer: whether it deleted is not known", http.StatusBadGateway)
	default:
		w.Header().Set(decisionHeader, "allow")
		g.answer(w, r, rt, answer)
	}
}

// maxAnswer bounds the answer to a deletion.
const maxAnswer = 1 << 20

// bodyTime bounds how long a manifest may take to arrive.
const bodyTime = 30 * time.Second

// putManifest lets pushes pass. A manifest without content that is put over a tag, or one
// that cannot be read, takes the tag away: that is a deletion.
func (g *Guard) putManifest(w http.ResponseWriter, r *http.Request, rt route) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(io.LimitReader(r.Body, registry.MaxManifest+1))
	if err != nil || len(body) > registry.MaxManifest {
		g.deny(w, rt, refuse(NotUnderstood, rt.ref, "the manifest has more than %d bytes, or did not arrive whole", registry.MaxManifest))
		return
	}
	digest := registry.DigestOf(body)
	m, err := registry.Parse(body, digest, r.Header.Get("Content-Type"))
	d := g.registryDeletion(r, rt)
	if d.tag == "" {
		g.passBody(w, r, rt, body) // a digest names what it names
		return
	}
	old, exists, resolveErr := g.up.Repository(rt.name, d.caller.credential).Resolve(r.Context(), rt.ref)
	taken := err != nil || m.Empty
	switch {
	case resolveErr != nil && !taken && (packages.Status(resolveErr) == http.StatusUnauthorized || packages.Status(resolveErr) == http.StatusForbidden):
		g.passBody(w, r, rt, body) // the upstream says itself what it does not like
	case resolveErr != nil && packages.Status(resolveErr) == http.StatusUnauthorized:
		g.answerUpstream(w, rt, unauthorized{headerOf(resolveErr)})
	case resolveErr != nil:
		g.deny(w, rt, refuse(Unreadable, rt.ref, "what the tag names now cannot be read: %s", resolveErr))
	case exists && taken && old != digest:
		d.did, d.now = "put a manifest without content over tag "+rt.ref, digest
		g.decide(w, r, rt, d, body)
	default:
		g.move(w, r, rt, d, body, old, digest)
	}
}

// move lets a tag be pushed. What it named before stays for one grace period, and so does
// what it names now: this is written down before it happens.
func (g *Guard) move(w http.ResponseWriter, r *http.Request, rt route, d *deletion, body []byte, old, digest registry.Digest) {
	unlock, err := g.memory.Lock(r.Context(), rt.name)
	if err != nil {
		g.deny(w, rt, refuse(Unreadable, rt.ref, "%s", errBusy))
		return
	}
	defer unlock()
	sights, err := g.sightsOf(r.Context(), rt.name)
	if err == nil {
		seen := newSights()
		seen.Tags[rt.ref], seen.Touched[digest] = digest, g.now()
		if old != "" && old != digest {
			seen.Touched[old] = g.now()
			g.memory.Note(Record{At: g.now(), Package: rt.name, Event: Moved, Digest: string(old), Tags: []string{rt.ref},
				Who: g.who(r.Context(), d.caller, false), Did: "push " + rt.ref, Why: "now names " + string(digest)})
		}
		if err = g.memory.Saw(r.Context(), rt.name, seen); err == nil {
			for at, when := range seen.Touched {
				sights.Touched[at] = when
			}
			sights.Tags[rt.ref] = digest
		}
	}
	if err != nil {
		g.log.Error("a moved tag cannot be written down: the push is refused", "package", rt.name, "error", err)
		g.deny(w, rt, refuse(Unreadable, rt.ref, "what the tag names now cannot be written down"))
		return
	}
	g.passBody(w, r, rt, body)
}

// answerUpstream gives a caller what the upstream itself has to say about its credential,
// or tells that it cannot be asked.
func (g *Guard) answerUpstream(w http.ResponseWriter, rt route, err error) {
	var no unauthorized
	status := packages.Status(err)
	if !errors.As(err, &no) && status != http.StatusUnauthorized {
		g.deny(w, rt, refuse(Unreadable, rt.path, "%s", err))
		return
	}
	header := no.header
	if header == nil {
		header = headerOf(err)
	}
	for _, challenge := range header.Values("WWW-Authenticate") {
		w.Header().Add("WWW-Authenticate", challenge)
	}
	writeError(w, rt, http.StatusUnauthorized, "UNAUTHORIZED", "the upstream asks for another credential", nil)
}
