package registry

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// world is a package as a test writes it down: what exists, by names instead of digests.
type world struct {
	g     *Graph
	names map[Digest]string
	what  map[Digest]Manifest
	gone  map[Digest]bool
	blind map[Digest]error
}

func digest(name string) Digest { return DigestOf([]byte(name)) }

// newWorld reads lines: `name [tag,tag] = child/label+ child (subject)`. A name in
// capitals is an index, `!name` is missing, `?name` unreadable, `~name` not in an index's
// descriptor as an image.
func newWorld(t *testing.T, lines ...string) *world {
	t.Helper()
	w := &world{g: NewGraph(), names: map[Digest]string{}, what: map[Digest]Manifest{}, gone: map[Digest]bool{}, blind: map[Digest]error{}}
	roots := map[Digest][]string{}
	for _, line := range lines {
		head, tail, _ := strings.Cut(line, " = ")
		fields := strings.Fields(head)
		name := strings.TrimLeft(fields[0], "!?")
		m := Manifest{Digest: digest(name), Kind: Image}
		if name != strings.ToLower(name) {
			m.Kind = Index
		}
		w.names[m.Digest] = name
		for _, f := range strings.Fields(tail) {
			if s, ok := strings.CutPrefix(f, "("); ok {
				m.Subject, m.Artifact = digest(strings.Trim(s, ")")), "sbom"
				continue
			}
			child, label, _ := strings.Cut(f, "/")
			c := Child{Digest: digest(child), Kind: Image, Label: label}
			if child != strings.ToLower(child) {
				c.Kind = Index
			}
			m.Children = append(m.Children, c)
		}
		w.what[m.Digest] = m
		w.gone[m.Digest] = strings.HasPrefix(fields[0], "!")
		if strings.HasPrefix(fields[0], "?") {
			w.blind[m.Digest] = fmt.Errorf("answered 503")
		}
		if len(fields) > 1 {
			roots[m.Digest] = strings.Split(strings.Trim(fields[1], "[]"), ",")
		}
	}
	for d := range w.what {
		if !w.gone[d] {
			w.g.List(d)
		}
		for _, tag := range roots[d] {
			if subject, ok := strings.CutPrefix(tag, "fallback:"); ok {
				name, suffix, _ := strings.Cut(subject, ".")
				tag = digest(name).tagged()
				if suffix != "" {
					tag += "." + suffix
				}
			}
			w.g.Root(d, Root{Tagged, tag})
		}
	}
	w.read()
	return w
}

func (w *world) read() {
	for wants := w.g.Wants(); len(wants) > 0; wants = w.g.Wants() {
		for _, d := range wants {
			m, exists := w.what[d]
			switch {
			case !exists || w.gone[d]:
				w.g.Miss(d, errors.New("answered 404"))
			case w.blind[d] != nil:
				w.g.Blind(d, w.blind[d])
			default:
				w.g.Add(m)
			}
		}
	}
}

func (w *world) told(s string) string {
	for d, name := range w.names {
		s = strings.ReplaceAll(s, string(d), name)
		s = strings.ReplaceAll(s, d.tagged(), "fallback:"+name)
	}
	return s
}

func TestExplain(t *testing.T) {
	cases := []struct {
		name  string
		world []string
		ask   string
		want  string // empty: nothing needs it
	}{
		{"child of a tagged index", []string{"IX [prod] = amd/linux/amd64 arm/linux/arm64", "amd", "arm"}, "arm", "prod -> IX -> linux/arm64"},
		{"child of an untagged index", []string{"IX = amd", "amd"}, "amd", ""},
		{"nested leaf", []string{"OUT [prod] = IN", "IN = amd/linux/amd64", "amd"}, "amd", "prod -> OUT -> IN -> linux/amd64"},
		{"nested index", []string{"OUT [prod] = IN", "IN = amd", "amd"}, "IN", "prod -> OUT -> IN"},
		{"tagged nested index inside another", []string{"OUT [prod] = IN", "IN [inner] = amd", "amd"}, "IN", "prod -> OUT -> IN"},
		{"tagged child", []string{"IX [prod] = amd/linux/amd64", "amd [prod-amd64]"}, "amd", "prod -> IX -> linux/amd64"},
		{"own tag is nobody else's need", []string{"img [prod]"}, "img", ""},
		{"shared child", []string{"A [rc] = amd/linux/amd64", "B [release] = amd/linux/amd64", "amd"}, "amd", "* -> linux/amd64"},
		{"attestation", []string{"IX [prod] = amd/linux/amd64 att/unknown/unknown", "amd", "att"}, "att", "prod -> IX -> unknown/unknown"},
		{"referrer by subject", []string{"img [prod]", "sbom = (img)"}, "sbom", "prod -> img -> referrer sbom"},
		{"referrer of a child", []string{"IX [prod] = amd/linux/amd64", "amd", "sbom = (amd)"}, "sbom", "prod -> IX -> linux/amd64 -> referrer sbom"},
		{"referrer of a referrer", []string{"img [prod]", "sbom = (img)", "sig = (sbom)"}, "sig", "prod -> img -> referrer sbom -> referrer sbom"},
		{"referrer of what nobody needs", []string{"img", "sbom = (img)"}, "sbom", ""},
		{"subject is not needed by its referrer", []string{"img", "sbom [sbom] = (img)"}, "img", ""},
		{"fallback list", []string{"img [prod]", "L [fallback:img] = sbom", "sbom"}, "sbom", "* -> L -> sbom"},
		{"fallback tag itself", []string{"img [prod]", "L [fallback:img] = sbom", "sbom"}, "L", "prod -> img -> referrer list"},
		{"signature tag", []string{"img [prod]", "sig [fallback:img.sig]"}, "sig", "prod -> img -> referrer .sig"},
		{"signature of what is gone", []string{"sig [fallback:img.sig]", "!img"}, "sig", ""},
		{"cycle", []string{"A [prod] = B", "B = A C", "C = B", "x"}, "C", "prod -> A -> B -> C"},
		{"cycle of the unneeded", []string{"A = B", "B = A"}, "A", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.world...)
			// Whoever asks about a manifest reads it first: that tells its subject.
			for _, m := range w.what {
				if m.Subject != "" {
					w.g.Add(m)
				}
			}
			path, ok := w.g.Explain(digest(c.ask))
			got := ""
			if ok {
				got = w.told(path.String())
			}
			if end, any := strings.CutPrefix(c.want, "* "); any && strings.HasSuffix(got, end) {
				return
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestRemoveAndUntag: what goes takes its needs with it.
func TestRemoveAndUntag(t *testing.T) {
	w := newWorld(t, "A [rc] = amd/x", "B [release] = amd/x", "amd")
	w.g.Remove(digest("A"))
	if path, ok := w.g.Explain(digest("amd")); !ok || path.From != digest("B") {
		t.Fatalf("path %v %v, want one from B", path, ok)
	}
	w.g.Unroot(digest("B"), Root{Tagged, "release"})
	if path, ok := w.g.Explain(digest("amd")); ok {
		t.Fatalf("path %v, want none", path)
	}
	w.g.Root(digest("B"), Root{Tagged, "again"})
	if _, ok := w.g.Explain(digest("amd")); !ok {
		t.Fatal("a root that came back keeps nothing")
	}
}

// TestUnreadProtects: what cannot be read may need anything, but for what only needs it.
func TestUnreadProtects(t *testing.T) {
	cases := []struct {
		name  string
		world []string
		ask   string
		want  bool
	}{
		{"unread root", []string{"?IX [prod]", "amd"}, "amd", true},
		{"unread nested index", []string{"OUT [prod] = IN", "?IN", "amd"}, "amd", true},
		{"unread untagged index that nobody needs", []string{"?IX", "amd"}, "amd", false},
		{"the unread itself", []string{"?IX [pr-1]"}, "IX", false},
		{"reached by what is deleted only", []string{"OUT [pr-1] = IN", "?IN", "amd"}, "OUT", false},
		{"reached by another root too", []string{"OUT [pr-1] = IN", "TWO [prod] = IN", "?IN", "amd"}, "OUT", true},
		{"missing image", []string{"IX [prod] = amd", "!amd", "arm"}, "arm", false},
		{"missing nested index", []string{"OUT [prod] = IN", "!IN", "arm"}, "arm", true},
		{"listed and not there", []string{"IX [prod]"}, "arm", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.world...)
			if _, err := w.g.Unread(digest(c.ask)); (err != nil) != c.want {
				t.Errorf("unread %v, want %v", err, c.want)
			}
		})
	}
}

func TestRetry(t *testing.T) {
	w := newWorld(t, "?IX [prod] = amd/x", "amd")
	delete(w.blind, digest("IX"))
	w.g.Retry()
	w.read()
	if _, err := w.g.Unread(digest("amd")); err != nil {
		t.Errorf("still unread: %v", err)
	}
	if _, ok := w.g.Explain(digest("amd")); !ok {
		t.Error("the child is not kept")
	}
}

func TestMissing(t *testing.T) {
	w := newWorld(t, "IX [prod] = amd/linux/amd64 arm/linux/arm64", "!arm", "amd", "OUT [v1] = IN", "!IN", "!old")
	var got []string
	for _, path := range w.g.Missing(true) {
		got = append(got, w.told(path.String()))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"prod -> IX -> linux/arm64", "v1 -> OUT -> IN"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWants: roots and nested indexes are read once, images of an index never.
func TestWants(t *testing.T) {
	w := newWorld(t)
	w.what = map[Digest]Manifest{}
	for _, m := range []Manifest{
		{Digest: digest("OUT"), Kind: Index, Children: []Child{{Digest: digest("IN"), Kind: Index}, {Digest: digest("odd"), Kind: Unknown}}},
		{Digest: digest("IN"), Kind: Index, Children: []Child{{Digest: digest("amd"), Kind: Image}}},
		{Digest: digest("odd"), Kind: Image}, {Digest: digest("amd"), Kind: Image},
	} {
		w.what[m.Digest] = m
	}
	w.g.Root(digest("OUT"), Root{Tagged, "a"})
	w.g.Root(digest("OUT"), Root{Tagged, "b"})
	reads := map[Digest]int{}
	for wants := w.g.Wants(); len(wants) > 0; wants = w.g.Wants() {
		for _, d := range wants {
			reads[d]++
			w.g.Add(w.what[d])
		}
	}
	want := map[Digest]int{digest("OUT"): 1, digest("IN"): 1, digest("odd"): 1}
	if diff := cmp.Diff(want, reads); diff != "" {
		t.Errorf("reads (-want +got):\n%s", diff)
	}
}
