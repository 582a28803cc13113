package images

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
)

// builtHere is what the commands and steps of a repository do with images of their own:
// of what it builds and gives to no registry, a name that floats is the last build on the
// machine, and nothing that somebody else pushed.
type builtHere struct {
	builds   map[string][]deed // by name
	pushes   map[string]bool
	loads    map[string]bool
	contexts map[string]bool
	replaced map[string]deed
	// renamed are names that a kustomization turns into others, whose tag it leaves.
	renamed map[string]bool
	// anyPush: something is pushed of which the name is not known.
	anyPush bool
	// before is the same at the merge base: a change does not vouch for its own images.
	before *builtHere
	// wanted: a reference was met that this matters for; several workers may meet one.
	wanted atomic.Bool
}

// deed is a place where something is done with an image of a tag; without a tag, of one that is not known.
type deed struct {
	path string
	line int
	tag  string
	// command: a command or a step says so, so its pushes would be seen, too.
	command bool
}

func (d deed) String() string { return fmt.Sprintf("%s:%d", d.path, d.line) }

func (d deed) fits(tag string) bool { return d.tag == "" || d.tag == tag }

// builtHere gathers what all files that were read do.
func (s *side) builtHere() *builtHere {
	b := &builtHere{builds: map[string][]deed{}, pushes: map[string]bool{}, loads: map[string]bool{}, contexts: map[string]bool{}, renamed: map[string]bool{}, replaced: map[string]deed{}}
	b.anyPush, b.before = s.makersLeft, s.before
	for _, p := range s.paths() {
		b.add(p, s.known[p].File)
		s.builtByCompose(b, p)
	}
	for _, p := range sortedPaths(s.makers) {
		if _, known := s.known[p]; !known {
			b.add(p, s.makers[p].File)
		}
	}
	return b
}

// builtByCompose adds the images of services that a Compose file builds.
func (s *side) builtByCompose(b *builtHere, p string) {
	f := s.known[p].File
	if f == nil || f.Format != "compose" || len(f.Builds) == 0 {
		return
	}
	scope := s.ways(s.unitOf(p))[0].names.scope(p)
	for _, e := range f.Builds {
		for _, v := range s.resolver.Resolve(e, scope) {
			if r := parse(v); r.class != Unresolved {
				b.build(r.name, deed{path: p, line: e.Span.Line, tag: taken(r.tag)})
			}
		}
	}
}

func (b *builtHere) build(name string, d deed) {
	if name = plainName(name); len(b.builds[name]) < maxWays {
		b.builds[name] = append(b.builds[name], d)
	}
}

func (b *builtHere) add(p string, f *iac.File) {
	if f == nil {
		return
	}
	for _, m := range f.Makes {
		name := plainName(m.Name)
		at := deed{path: p, line: m.Line, tag: m.Tag, command: true}
		switch m.Do {
		case iac.Builds:
			b.build(name, at)
		case iac.Pushes:
			b.pushes[name] = true
			b.anyPush = b.anyPush || m.Name == ""
		case iac.Loads:
			b.loads[name] = true
		case iac.Context:
			b.contexts[m.Name] = true
		case iac.Replaces:
			if _, known := b.replaced[name]; !known {
				b.replaced[name] = at
			}
		}
	}
	for _, set := range f.Sets {
		if set.As != "" && set.As != set.Name {
			b.renamed[plainName(set.Name)] = true
		}
		if f.Format == "skaffold" {
			b.build(set.Name, deed{path: p, line: 1})
		}
	}
}

// plainName is a name as the registry that is asked without being named knows it.
func plainName(name string) string {
	for _, hub := range []string{"docker.io/", "index.docker.io/", "library/"} {
		name = strings.TrimPrefix(name, hub)
	}
	return name
}

func taken(tag string) string {
	if tag == "" {
		return "latest"
	}
	return tag
}

// isContext reports whether a Dockerfile means a folder or an image that builds hand to it under this name.
func (b *builtHere) isContext(s *site, r reference) bool {
	text := r.value.Text()
	return s.format == "dockerfile" && b.contexts[text] && !official(text)
}

const onMachineFix = "Nothing where only your own builds are meant. Where it is deployed, name its registry and an exact version or a digest."

// verdict is how much less a finding weighs, and why.
type verdict struct {
	why    string
	soften func(checks.Severity) checks.Severity
}

// onMachine is what speaks for a reference to be taken from the machine, not from a registry.
func (b *builtHere) onMachine(s *site, r reference) *verdict {
	if s.Pull == iac.PullNever {
		return &verdict{"It is never pulled here: what the machine already has under this name is what runs.", toNote}
	}
	name, tag := plainName(r.name), taken(r.tag)
	if b == nil || r.class == Unresolved || strings.ContainsRune(masked(r.value), hole) || official(name) || b.renamed[name] {
		return nil
	}
	here := isHere(name)
	if here || s.keeps() || s.Object != "" {
		b.wanted.Store(true)
	}
	switch {
	case here && b.builder(name, tag) != nil:
		return &verdict{fmt.Sprintf("%s builds it here, and no registry is asked for a name like this one: what was built last on the machine is what runs.",
			b.builder(name, tag)), toNote}
	case b.replaced[name].path != "" && here:
		return &verdict{fmt.Sprintf("%s puts another image in its place before it is deployed.", b.replaced[name]), toNote}
	case !here && b.isKept(s, name, tag):
		return &verdict{fmt.Sprintf("%s builds it here, nothing that was read here pushes it, and one that is on the machine is taken without asking a registry.",
			b.builder(name, tag)), checks.Severity.Lower}
	}
	return nil
}

// isKept: a command here builds the very image, none pushes it, and one that is there is not pulled again.
func (b *builtHere) isKept(s *site, name, tag string) bool {
	d := b.builder(name, tag)
	if b.before != nil && (b.before.builder(name, tag) == nil || b.before.pushed(name)) {
		return false
	}
	return d != nil && d.command && d.tag != "" && !b.pushed(name) && (s.keeps() || b.loads[name] && s.Object != "" && s.Pull != iac.PullAlways)
}

func (b *builtHere) pushed(name string) bool { return b.anyPush || b.pushes[name] }

func (b *builtHere) builder(name, tag string) *deed {
	if i := slices.IndexFunc(b.builds[name], func(d deed) bool { return d.fits(tag) }); i >= 0 {
		return &b.builds[name][i]
	}
	return nil
}

// keeps: an image of this name that is on the machine is taken as it is.
func (s *site) keeps() bool { return s.Pull == iac.PullMissing || s.format == "dockerfile" }

func toNote(s checks.Severity) checks.Severity {
	if s == checks.Off {
		return s
	}
	return checks.Note
}

// isHere reports whether nobody but the machine itself has images of this name: a single
// word that is none of Docker Hub's own images, or a registry on the machine.
func isHere(name string) bool {
	host, _, path := strings.Cut(name, "/")
	if !path {
		return !official(name)
	}
	host, _, _ = strings.Cut(host, ":")
	return host == "localhost" || host == "127.0.0.1" || host == "kind-registry" || strings.HasSuffix(host, ".localhost")
}
