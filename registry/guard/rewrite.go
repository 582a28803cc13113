package guard

import (
	"net/http"
	"net/url"
	"strings"
)

// rewrite leads an address that points at an upstream back through the guard; others stay
// as they are.
func (g *Guard) rewrite(r *http.Request, rt route, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if u.Host == "" && strings.HasPrefix(address, "/") && rt.registry {
		return rt.prefix + address
	}
	for _, upstream := range []struct {
		base   *url.URL
		prefix string
	}{{g.registry, g.registryPrefix(rt)}, {g.api, rt.apiPrefix(g.prefix)}} {
		if rest, ok := below(u, upstream.base, address); ok {
			return own(r) + upstream.prefix + rest
		}
	}
	return address
}

// below is what follows an upstream's address; host and scheme know no case.
func below(u, base *url.URL, address string) (string, bool) {
	if !strings.EqualFold(u.Scheme, base.Scheme) || !strings.EqualFold(u.Host, base.Host) || u.User != nil {
		return "", false
	}
	rest := address[strings.Index(address, "://")+3:]
	slash := strings.IndexByte(rest, '/')
	if slash < 0 {
		return "", false
	}
	rest, ok := strings.CutPrefix(rest[slash:], base.EscapedPath())
	return rest, ok && strings.HasPrefix(rest, "/")
}

// registryPrefix leads to the registry: only the guard's own prefix does.
func (g *Guard) registryPrefix(rt route) string {
	if rt.registry {
		return rt.prefix
	}
	return g.prefix
}

// apiPrefix leads to the API in the way that the caller took.
func (rt route) apiPrefix(fallback string) string {
	if rt.registry {
		return fallback
	}
	return rt.prefix
}

// own is the guard's address as the caller knows it.
func own(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// rewriteLinks rewrites each address of a Link header: RFC 8288.
func (g *Guard) rewriteLinks(r *http.Request, rt route, header string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(header, "<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		address, after, closed := strings.Cut(rest, ">")
		if !closed {
			b.WriteString("<" + rest)
			return b.String()
		}
		b.WriteString("<" + g.rewriteLink(r, rt, address) + ">")
		header = after
	}
}

// rewriteLink keeps the pages of a list on the path that the caller took: GitHub's links
// name owners by number, and where versions are hidden such a path would show them.
func (g *Guard) rewriteLink(r *http.Request, rt route, address string) string {
	u, err := url.Parse(address)
	if rt.action != listVersions || err != nil || !strings.EqualFold(u.Host, g.api.Host) {
		return g.rewrite(r, rt, address)
	}
	return own(r) + rt.prefix + rt.path + "?" + u.RawQuery
}
