package guard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/checkrein/checkrein/registry"
)

// maxList bounds one page of versions.
const maxList = 16 << 20

// list answers a list of versions; in hide mode without those that may not go, so that a
// cleaner finishes without meeting a refusal.
func (g *Guard) list(w http.ResponseWriter, r *http.Request, rt route) {
	query, err := url.ParseQuery(rt.query)
	if g.mode != Hide || r.Method != http.MethodGet || err == nil && query.Get("state") == "deleted" {
		g.pass(w, r, rt)
		return
	}
	req, err := g.request(r.Context(), r, rt, nil)
	if err != nil {
		g.deny(w, rt, refuse(NotUnderstood, r.Method, "the path is no address"))
		return
	}
	for _, name := range []string{"Accept-Encoding", "If-None-Match", "If-Modified-Since"} {
		req.Header.Del(name) // the answer has to be whole and legible
	}
	resp, err := g.client.Do(req)
	if err != nil {
		g.log.Warn("the upstream does not answer", "registry", false, "error", plain(err))
		http.Error(w, "checkrein: the upstream does not answer", http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		g.answer(w, r, rt, resp)
		return
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxList+1))
	if err == nil && len(body) > maxList {
		err = fmt.Errorf("more than %d bytes", maxList)
	}
	if err == nil {
		body, err = g.visible(r, rt, body)
	}
	if err != nil {
		g.deny(w, rt, refuse(Unreadable, rt.name, "the list of versions: %s", err))
		return
	}
	resp.Header.Del("ETag")
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	resp.Body = io.NopCloser(bytes.NewReader(body))
	g.answer(w, r, rt, resp)
}

// visible leaves out of a page what would be refused. When the package cannot be read
// completely that is everything.
func (g *Guard) visible(r *http.Request, rt route, page []byte) ([]byte, error) {
	src, c, err := g.github(r, rt)
	if err != nil {
		return nil, err
	}
	unlock, err := g.memory.Lock(r.Context(), c.pkg)
	if err != nil {
		return nil, errBusy
	}
	defer unlock()
	var all []json.RawMessage
	if err := json.Unmarshal(page, &all); err != nil {
		return nil, fmt.Errorf("the answer is no list: %w", err)
	}
	left := []json.RawMessage{}
	reading, _, err := g.look(r.Context(), c, src)
	if err != nil {
		g.log.Warn("a list shows nothing: the package cannot be read completely", "package", c.pkg, "error", err)
		return json.Marshal(left)
	}
	for _, one := range all {
		if reading.mayGo(r, one) {
			left = append(left, one)
		}
	}
	return json.Marshal(left)
}

// mayGo reports whether a version of a list would be let go.
func (r *reading) mayGo(req *http.Request, raw json.RawMessage) bool {
	var one struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(raw, &one) != nil {
		return false
	}
	d, err := registry.ParseDigest(one.Name)
	if err != nil {
		return false
	}
	listed, ok := r.v.versions[d]
	return ok && r.candidate(req.Context(), d) == nil && r.v.judge(listed, r.rules) == nil
}
