package images

import (
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/iac"
)

// Class is what an image reference means for the next pull (docs/images.md has the table).
type Class string

const (
	Pinned          Class = "pinned"           // by digest
	Floating        Class = "floating"         // a name that moves at will
	FloatingVersion Class = "floating-version" // a version that moves with every release
	Exact           Class = "exact"            // one build, by convention
	Unresolved      Class = "unresolved"       // not known from the repository
	Local           Class = "local"            // never pulled
)

// reference is one value of a site, taken apart.
type reference struct {
	class Class
	name  string // without tag and digest, unknown pieces as written
	tag   string // empty where there is none
	// brought is the piece that decides the class when a default brought it, else nil.
	brought *iac.Piece
	value   iac.Value
}

// hole stands for an unknown piece while a reference is taken apart.
const hole = '\uFFFC'

var digest = regexp.MustCompile(`^sha256:([0-9a-f]{64}|.*\x{FFFC}.*)$`)

// plain: the text consists of what a written-out reference does; anything else is a template's or a person's placeholder.
func plain(text string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '-' && r <= ':' || r == '_' || r == '@' || r == hole) // "-./" and digits stand between '-' and ':'
	}) < 0
}

// fillIn is a tag that a tool replaces: chartpress puts set-by-chartpress where it will set one.
var fillIn = regexp.MustCompile(`^set-by-[a-z-]+$`)

// parse takes a value apart: name[:tag][@digest].
func parse(v iac.Value) reference {
	text := masked(v)
	ref := reference{value: v, class: Unresolved, name: v.Text()}
	if !plain(text) || shouted(text) {
		return ref
	}
	if name, sum, ok := strings.Cut(text, "@"); ok {
		if digest.MatchString(sum) {
			ref.class = Pinned
		}
		ref.name, ref.tag = split(name)
		return ref
	}
	name, tag := split(text)
	if name == "" || strings.HasSuffix(text, ":") {
		return ref
	}
	last := name[strings.LastIndexByte(name, '/')+1:]
	switch {
	case tag == "" && strings.ContainsRune(last, hole):
		return ref // the unknown piece may hold the tag
	case strings.ContainsRune(tag, hole):
		return ref
	}
	if fillIn.MatchString(tag) {
		return ref
	}
	ref.name, ref.tag = unmask(name, v), tag
	ref.class = classify(tag)
	ref.brought = bringing(v, len(tag))
	return ref
}

// masked is the value's text with a hole for every unknown piece.
func masked(v iac.Value) string {
	if len(v) == 1 && v[0].Known {
		return v[0].Text
	}
	var b strings.Builder
	for _, p := range v {
		if p.Known {
			b.WriteString(p.Text)
		} else {
			b.WriteRune(hole)
		}
	}
	return b.String()
}

// unmask puts the unknown pieces back as they are written.
func unmask(name string, v iac.Value) string {
	for _, p := range v {
		if !p.Known {
			name = strings.Replace(name, string(hole), p.Text, 1)
		}
	}
	return name
}

// shouted reports whether a repository has a capital letter. No registry takes one,
// so it is a fill-in (ECR_REPO_URI:IMAGE_TAG); only a host before it and the tag may.
func shouted(text string) bool {
	name, _, _ := strings.Cut(text, "@")
	name, _ = split(name)
	if host, rest, ok := strings.Cut(name, "/"); ok && strings.ContainsAny(host, ".:") {
		name = rest
	}
	return strings.ContainsAny(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// split parts a tag from a name; a colon before the last slash belongs to a registry's port.
func split(s string) (name, tag string) {
	colon := strings.LastIndexByte(s, ':')
	if colon < 0 || colon < strings.LastIndexByte(s, '/') {
		return s, ""
	}
	return s[:colon], s[colon+1:]
}

// bringing is the default that decides the last n bytes of the value (the tag); of a
// value without a tag, the default that brought its end.
func bringing(v iac.Value, n int) *iac.Piece {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].Default && v[i].Text != "" {
			return &v[i]
		}
		if n -= len(v[i].Text); n <= 0 && v[i].Text != "" {
			return nil
		}
	}
	return nil
}
