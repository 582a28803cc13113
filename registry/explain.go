package registry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Path leads from a root to a manifest that it needs.
type Path struct {
	Root  Root
	From  Digest   // the root's manifest
	Steps []string // platform, digest or kind of each step; empty: the manifest is the root itself
	To    Digest
}

// String writes the path as `prod -> sha256:… -> linux/arm64`.
func (p Path) String() string {
	steps := append([]string{cmp.Or(p.Root.Name, string(p.Root.Kind)), string(p.From)}, p.Steps...)
	return strings.Join(steps, " -> ")
}

// Explain answers why a manifest has to stay for another's sake: the shortest path from
// a root other than itself, the same one every time.
func (g *Graph) Explain(d Digest) (Path, bool) { return g.explain(d, d) }

// explain leaves the roots of one manifest out.
func (g *Graph) explain(d, except Digest) (Path, bool) {
	type back struct {
		digest Digest
		next   int // towards d
		label  string
	}
	queue := []back{{digest: d, next: -1}}
	seen := map[Digest]bool{d: true}
	for i := 0; i < len(queue); i++ {
		n := g.nodes[queue[i].digest]
		if n == nil {
			continue
		}
		if len(n.roots) > 0 && queue[i].digest != except {
			p := Path{Root: firstRoot(n.roots), From: queue[i].digest, To: d}
			for at := i; queue[at].next >= 0; at = queue[at].next {
				p.Steps = append(p.Steps, strings.TrimSpace(queue[at].label))
			}
			return p, true
		}
		for _, e := range sortedEdges(n.needers) {
			if !seen[e.from] {
				seen[e.from] = true
				queue = append(queue, back{e.from, i, e.label})
			}
		}
	}
	return Path{}, false
}

// Itself is the path of a manifest that is a root.
func Itself(d Digest, root Root) Path { return Path{Root: root, From: d, To: d} }

var rootOrder = []RootKind{Tagged, Deployed, Pinned, Young}

func firstRoot(roots []Root) Root {
	return slices.MinFunc(roots, func(a, b Root) int {
		return cmp.Or(slices.Index(rootOrder, a.Kind)-slices.Index(rootOrder, b.Kind), strings.Compare(a.Name, b.Name))
	})
}

func sortedEdges(edges []edge) []edge {
	return slices.SortedFunc(slices.Values(edges), func(a, b edge) int { return strings.Compare(string(a.from), string(b.from)) })
}

// Unread answers a manifest that a root other than d reaches and that cannot be read: d
// may be what it needs. The error says where it stands and why it was not read.
func (g *Graph) Unread(d Digest) (Digest, error) {
	for _, at := range sortedKeys(g.blind) {
		if at == d {
			continue // what is deleted needs nothing any more
		}
		if path, ok := g.explain(at, d); ok {
			return at, fmt.Errorf("%s cannot be read, and may need anything: %w", path, g.blind[at])
		}
	}
	return "", nil
}

// Missing lists the paths to manifests that roots need and that are not there, as far as
// the graph was told: images that an index names and the package's list does not have,
// and what the registry answered 404 for. whole says that List was called for all that
// the package has.
func (g *Graph) Missing(whole bool) []Path {
	var all []Path
	for _, d := range sortedKeys(g.nodes) {
		n := g.nodes[d]
		_, gone := g.gone[d]
		if n.listed || len(n.needers) == 0 || !gone && !whole {
			continue
		}
		if path, ok := g.Explain(d); ok {
			all = append(all, path)
		}
	}
	return all
}

func sortedKeys[V any](m map[Digest]V) []Digest {
	keys := make([]Digest, 0, len(m))
	for d := range m {
		keys = append(keys, d)
	}
	slices.Sort(keys)
	return keys
}
