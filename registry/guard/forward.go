package guard

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// hop are the headers that belong to one connection: RFC 9110, section 7.6.1.
var hop = []string{"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// pass forwards a request as it came.
func (g *Guard) pass(w http.ResponseWriter, r *http.Request, rt route) {
	req, err := g.request(r.Context(), r, rt, r.Body)
	if err == nil {
		req.ContentLength = r.ContentLength
		if r.ContentLength == 0 || r.Method == http.MethodGet || r.Method == http.MethodHead {
			req.Body, req.ContentLength = nil, 0
		}
		g.do(w, r, rt, req)
		return
	}
	g.deny(w, rt, refuse(NotUnderstood, r.Method, "the path is no address"))
}

// passBody forwards a request whose body was read.
func (g *Guard) passBody(w http.ResponseWriter, r *http.Request, rt route, body []byte) {
	req, err := g.request(r.Context(), r, rt, bytes.NewReader(body))
	if err != nil {
		g.deny(w, rt, refuse(NotUnderstood, r.Method, "the path is no address"))
		return
	}
	g.do(w, r, rt, req)
}

func (g *Guard) do(w http.ResponseWriter, r *http.Request, rt route, req *http.Request) {
	resp, err := g.client.Do(req)
	if err != nil {
		// The error repeats the address; what it says beyond is for whoever runs this.
		g.log.Warn("the upstream does not answer", "registry", rt.registry, "error", plain(err))
		http.Error(w, "checkrein: the upstream does not answer", http.StatusBadGateway)
		return
	}
	g.answer(w, r, rt, resp)
}

// send forwards a decided request.
func (g *Guard) send(ctx context.Context, r *http.Request, rt route, body []byte) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	req, err := g.request(ctx, r, rt, content)
	if err != nil {
		return nil, err
	}
	return g.client.Do(req)
}

// request is the caller's request, for the upstream.
func (g *Guard) request(ctx context.Context, r *http.Request, rt route, body io.Reader) (*http.Request, error) {
	address := g.upstream(rt).String() + rt.path
	if rt.query != "" {
		address += "?" + rt.query
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, address, body)
	if err != nil {
		return nil, err
	}
	req.Header = r.Header.Clone()
	for _, name := range connectionHeaders(r.Header) {
		req.Header.Del(name)
	}
	if _, ok := req.Header["User-Agent"]; !ok {
		req.Header.Set("User-Agent", "") // none is added
	}
	return req, nil
}

func (g *Guard) upstream(rt route) *url.URL {
	if rt.registry {
		return g.registry
	}
	return g.api
}

func connectionHeaders(h http.Header) []string {
	names := hop[:len(hop):len(hop)]
	for _, value := range h.Values("Connection") {
		for _, name := range strings.Split(value, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// answer gives the caller what the upstream answered; addresses in it lead to the guard.
func (g *Guard) answer(w http.ResponseWriter, r *http.Request, rt route, resp *http.Response) {
	defer resp.Body.Close()
	g.headers(w, r, rt, resp)
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body) // who goes away needs no more
}

func (g *Guard) headers(w http.ResponseWriter, r *http.Request, rt route, resp *http.Response) {
	for _, name := range connectionHeaders(resp.Header) {
		resp.Header.Del(name)
	}
	for name, values := range resp.Header {
		for _, value := range values {
			switch name {
			case "Link":
				value = g.rewriteLinks(r, rt, value)
			case "Location":
				value = g.rewrite(r, rt, value)
			}
			w.Header().Add(name, value)
		}
	}
}

// plain is an error of net/http without the address.
func plain(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}
