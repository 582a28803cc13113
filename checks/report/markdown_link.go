package report

import (
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"strings"
)

const (
	longestPath = 120 // characters of a path that are shown
	longestLink = 600 // bytes of a path that is still linked
)

var commitID = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// short is how a commit is named in text.
func short(sha string) string {
	if commitID.MatchString(sha) {
		return sha[:7]
	}
	return cut(sha, 20)
}

// link is a Markdown link; text is Markdown already, an empty address leaves only the text.
func link(text, address string) string {
	if address == "" {
		return text
	}
	return "[" + text + "](" + address + ")"
}

// place links to lines of a file at a commit: [`infra/app.yml:14`](…).
func (h Head) place(ref, path string, line, end int) string {
	text := cut(path, longestPath)
	if line > 0 {
		text = fmt.Sprintf("%s:%d", text, line)
	}
	return link(code(text), h.blob(ref, path, line, end))
}

// blob is the permanent address of lines of a file; empty when path is none that
// a browser would leave as it is, or ref is no commit, or the repository is not known.
func (h Head) blob(ref, path string, line, end int) string {
	if ref == "" {
		ref = h.SHA
	}
	if h.Repository == "" || !commitID.MatchString(ref) || !fs.ValidPath(path) || path == "." || len(path) > longestLink {
		return ""
	}
	address := h.address("blob/" + ref + "/" + path)
	switch {
	case line > 0 && end > line:
		address += fmt.Sprintf("#L%d-L%d", line, end)
	case line > 0:
		address += fmt.Sprintf("#L%d", line)
	}
	return address
}

// commit links to the judged commit.
func (h Head) commit() string {
	if h.Repository == "" || !commitID.MatchString(h.SHA) {
		return code(short(h.SHA))
	}
	return link(code(short(h.SHA)), h.address("commit/"+h.SHA))
}

// address is a page of the repository.
func (h Head) address(page string) string {
	web := strings.TrimSuffix(h.Web, "/")
	if web == "" {
		web = "https://github.com"
	}
	return web + "/" + escapePath(h.Repository) + "/" + escapePath(page)
}

// escapePath keeps slashes; "$" is escaped too, because GitHub reads mathematics between two of them.
func escapePath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(p), "$", "%24")
	}
	return strings.Join(parts, "/")
}

// rule links a rule id to its documentation.
func (h Head) rule(id string) string {
	return link(code(id), h.rulePage(id))
}

// rulePage is the address of a rule's documentation; empty when there is none.
func (h Head) rulePage(id string) string {
	if h.RulesURL == "" {
		return ""
	}
	return h.RulesURL + "#" + escapePath(id)
}
