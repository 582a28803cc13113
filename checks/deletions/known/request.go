package known

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// A pattern of a request is its method, its host, its path and what its body must hold:
//
//	DELETE ~api.github.com **/packages/container|docker/*/versions/*
//	POST ~api.github.com graphql deletePackageVersion
//
// A host is a glob; `~` before it: a host that is not known may be it too. `local` is every
// host of the runner and its service containers. Segments are as in under.
type requestPattern struct {
	methods []string
	host    string
	guessed bool
	path    []string
	body    string
}

func parseRequest(line string) (requestPattern, error) {
	f := strings.Fields(line)
	if len(f) < 3 || len(f) > 4 {
		return requestPattern{}, fmt.Errorf("pattern %q: want a method, a host, a path and perhaps a word of the body", line)
	}
	p := requestPattern{methods: strings.Split(f[0], "|"), path: strings.Split(f[2], "/")}
	p.host, p.guessed = strings.CutPrefix(f[1], "~")
	if len(f) == 4 {
		p.body = f[3]
	}
	return p, nil
}

// request is one request as far as it is written.
type request struct {
	method string
	url    shell.Word
	host   string // with a gap: not known
	path   []string
	body   shell.Word
}

// requestTo reads a URL, or a path of the API at host.
func requestTo(method string, url shell.Word, host string) request {
	r := request{method: strings.ToUpper(method), url: url, host: host}
	text, _, _ := strings.Cut(clip(url.Text), "?")
	text, _, _ = strings.Cut(text, "#")
	_, after, absolute := strings.Cut(text, "://")
	if absolute {
		text = after
	}
	if absolute || host == "" {
		r.host, text, _ = strings.Cut(text, "/")
		r.host = r.host[strings.LastIndexByte(r.host, '@')+1:]
		if colon := strings.LastIndexByte(r.host, ':'); colon >= 0 && !strings.HasSuffix(r.host, "]") {
			r.host = r.host[:colon]
		}
	}
	if p := strings.Trim(text, "/"); p != "" {
		r.path = strings.Split(strings.ReplaceAll(p, "%2F", "%2f"), "/")
	}
	return r
}

func (p requestPattern) match(r request) bool {
	return slices.Contains(p.methods, r.method) && p.at(r.host) && under(p.path, r.path) &&
		strings.Contains(r.body.Text, p.body)
}

func (p requestPattern) at(host string) bool {
	if strings.Contains(host, shell.Gap) && !strings.Contains(host, ".") {
		return p.guessed || p.host == "*"
	}
	if p.host == "local" {
		return local(host)
	}
	return glob(p.host, strings.ToLower(host))
}

// local reports whether a host is the runner itself or a service container beside it, whose
// names have no dot.
func local(host string) bool {
	h := strings.ToLower(strings.Trim(host, "[]"))
	if strings.ContainsAny(h, shell.Gap+"${}") {
		return false
	}
	return h == "::1" || h == "0.0.0.0" || strings.HasPrefix(h, "127.") || !strings.Contains(h, ".") && h != "" ||
		oneOf([]string{"*.localhost", "*.local", "*.test", "*.docker.internal", "*.localstack.cloud"}, h)
}

// requests are the deletions among requests: of each the first row that knows it.
func (b *book) requests(all []request) []Deed {
	var deeds []Deed
	for _, r := range all[:min(len(all), 64)] {
		if d := b.request(r); d != nil {
			deeds = append(deeds, *d)
		}
	}
	return deeds
}

func (b *book) request(r request) *Deed {
	for _, row := range b.rows {
		for _, p := range row.match.requests {
			if p.match(r) {
				return &Deed{Row: row, Target: r.shown(), Chosen: chosen(withoutCredentials(r.url).From)}
			}
		}
	}
	return nil
}

// shown is the target of a request: the path at GitHub, the address elsewhere.
func (r request) shown() string {
	path := shown(shell.Word{Text: strings.Join(r.path, "/")})
	if r.host == "api.github.com" || r.host == "" {
		return path
	}
	return strings.TrimSuffix(shown(shell.Word{Text: r.host})+"/"+path, "/")
}
