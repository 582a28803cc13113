package known

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// Call is a deletion that a script asks of GitHub's API itself.
type Call struct {
	checks.Span        // from the name of the method to the closing parenthesis
	Written     string // on one line, clipped to 200 bytes
	Deed
}

// A pattern of a call is the name of a method, a glob, after its namespace or alone, and
// arguments as they are written in an object:
//
//	packages.deletePackageVersion* package_type=container|docker
type callPattern struct {
	method string
	args   map[string][]string
}

func parseCall(line string) (callPattern, error) {
	f := strings.Fields(line)
	if len(f) == 0 {
		return callPattern{}, fmt.Errorf("a pattern without a method")
	}
	p := callPattern{f[0], map[string][]string{}}
	for _, a := range f[1:] {
		name, value, valued := strings.Cut(a, "=")
		if !valued {
			return p, fmt.Errorf("pattern %q: want name=value, found %q", line, a)
		}
		p.args[name] = strings.Split(value, "|")
	}
	return p, nil
}

func (p callPattern) match(method, args string) bool {
	if !glob(p.method, method) && !glob("*."+p.method, method) {
		return false
	}
	for name, values := range p.args {
		if v, set := property(args, name); !set || !oneOf(values, v.Text) {
			return false
		}
	}
	return true
}

var invoked = regexp.MustCompile(`\b(?:request|graphql|fetch|(?:delete|unpublish|destroy)\w*)\s*\(`)

// named is where the name begins whose last part begins at n: "github.rest.git.deleteRef".
func named(text string, n int) int {
	for least := max(0, n-200); ; {
		before := strings.TrimRight(text[least:n], " \t\r\n")
		if !strings.HasSuffix(before, ".") {
			return n
		}
		before = strings.TrimRight(strings.TrimRight(before, "?."), " \t\r\n")
		begin := len(before)
		for begin > 0 && isWord(before[begin-1]) {
			begin--
		}
		if begin == len(before) {
			return n
		}
		n = least + begin
	}
}

// most is how many bytes of one call are read.
const most = 4096

// Calls are the deletions that a script of actions/github-script makes through the client it
// is given; commands that it starts are for shell.Read.
func Calls(code shell.Text) []Call {
	b, body := load(), uncommented(code.Body)
	var calls []Call
	why := ""
	if untagged.MatchString(body[:min(len(body), mostText)]) {
		why = unguarded
	}
	for _, m := range invoked.FindAllStringIndex(body, 512) {
		m[0] = named(body, m[0])
		end := closing(body, m[1])
		method := strings.Join(strings.Fields(strings.TrimRight(body[m[0]:m[1]-1], " \t\n")), "")
		d := b.called(strings.ReplaceAll(method, "?", ""), body[m[1]:end])
		if d == nil {
			continue
		}
		if d.Row.Class == Images {
			d.Unsafe = why
		}
		last := min(end+1, len(body))
		calls = append(calls, Call{span(code, m[0], last), written(body[m[0]:last]), *d})
	}
	return calls
}

func (b *book) called(method, args string) *Deed {
	switch name := method[strings.LastIndexByte(method, '.')+1:]; name {
	case "request", "fetch", "graphql":
		r, ok := asked(name, args)
		if !ok {
			return nil
		}
		d := b.request(r)
		if d != nil {
			d.Chosen = chosen(append(word(args).From, payload(args)...))
		}
		return d
	}
	for _, r := range b.rows {
		for _, p := range r.match.calls {
			if p.match(method, args) {
				return &Deed{Row: r, Target: about(args), Chosen: chosen(append(word(args).From, payload(args)...))}
			}
		}
	}
	return nil
}

// asked reads request("DELETE /…", {…}), fetch(url, {method: "DELETE"}) and graphql(query).
func asked(name, args string) (request, bool) {
	first, ok := leading(args)
	if !ok {
		return request{}, false
	}
	switch name {
	case "graphql":
		r := requestTo("POST", shell.Word{Text: "graphql"}, "api.github.com")
		r.body = first
		return r, true
	case "fetch":
		method, _ := property(args, "method")
		return requestTo(method.Text, first, ""), method.Text != ""
	}
	args = args[afterFirst(args):]
	verb, path, two := strings.Cut(first.Text, " ")
	if !two {
		return request{}, false
	}
	path = placeholder.ReplaceAllStringFunc(path, func(p string) string {
		if v, set := property(args, strings.Trim(p, "{}")); set && v.Text != "" {
			return shown(v)
		}
		return p
	})
	return requestTo(verb, shell.Word{Text: strings.TrimSpace(path), From: first.From}, "api.github.com"), true
}

var placeholder = regexp.MustCompile(`\{[a-z_]{1,40}\}`)

// leading is the string that arguments begin with.
func leading(args string) (shell.Word, bool) {
	args = strings.TrimSpace(args)
	if args == "" || !strings.ContainsRune("\"'`", rune(args[0])) {
		return shell.Word{}, false
	}
	end := strings.IndexByte(args[1:], args[0])
	if end < 0 {
		return shell.Word{}, false
	}
	return template(args[1 : end+1]), true
}

// afterFirst is where the string that arguments begin with has ended.
func afterFirst(args string) int {
	begin := len(args) - len(strings.TrimLeft(args, " \t\r\n"))
	return min(begin+2+strings.IndexByte(args[begin+1:], args[begin]), len(args))
}

var interpolation = regexp.MustCompile(`\$\{[^{}]{0,200}\}`)

// template is the text of a string of JavaScript, its `${…}` as gaps.
func template(s string) shell.Word {
	w := word(s)
	w.Text = interpolation.ReplaceAllStringFunc(w.Text, func(e string) string {
		w.From = append(w.From, e)
		return shell.Gap
	})
	return w
}

// property is what an object among arguments has under a name, where it is a string or a
// name of something else.
func property(args, name string) (shell.Word, bool) {
	for at := 0; ; {
		n := strings.Index(args[at:], name)
		if n < 0 {
			return shell.Word{}, false
		}
		before, after := at+n, at+n+len(name)
		at = after
		if before > 0 && (isWord(args[before-1]) || args[before-1] == '.') {
			continue
		}
		rest := strings.TrimLeft(args[after:], " \t\n\"'")
		if !strings.HasPrefix(rest, ":") {
			if rest == "" || rest[0] == ',' || rest[0] == '}' {
				return shell.Word{Text: shell.Gap, From: []string{name}}, true
			}
			continue
		}
		rest = strings.TrimSpace(rest[1:])
		if w, ok := leading(rest); ok {
			return w, true
		}
		return shell.Word{Text: shell.Gap, From: []string{rest[:min(len(rest), 80)]}}, true
	}
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// about is the target of a call: what its arguments say of it.
func about(args string) string {
	var shows []string
	for _, name := range []string{"org", "username", "owner", "repo", "package_name", "package_version_id", "ref", "tag", "release_id", "environment_name", "deployment_id", "branch", "asset_id"} {
		if v, set := property(args, name); set {
			shows = append(shows, shown(v))
		}
	}
	return strings.Join(shows, "/")
}

var inputs = regexp.MustCompile(`payload\.(?:inputs|client_payload)\??\.(\w+)|getInput\(\s*["'](\w+)`)

// payload are the inputs that a script reads from its event, as expressions name them.
func payload(args string) []string {
	var from []string
	for _, m := range inputs.FindAllStringSubmatch(args, 16) {
		from = append(from, "inputs."+m[1]+m[2])
	}
	return from
}

// span is where in its file a piece of a text stands.
func span(code shell.Text, from, to int) checks.Span {
	at := func(offset int) (line, column int) {
		n := strings.Count(code.Body[:offset], "\n")
		column = offset - strings.LastIndexByte(code.Body[:offset], '\n') - 1
		if n >= len(code.Lines) {
			return n + 1, column + 1
		}
		return code.Lines[n].Line, code.Lines[n].Column + column
	}
	var s checks.Span
	s.Line, s.Column = at(from)
	s.EndLine, s.EndColumn = at(to)
	return s
}

func written(s string) string {
	s = strings.Join(strings.Fields(s[:min(len(s), 2*most)]), " ")
	return strings.ToValidUTF8(s[:min(len(s), 200)], "")
}
