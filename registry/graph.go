package registry

import (
	"slices"
)

// RootKind says why a manifest is kept for its own sake.
type RootKind string

// The kinds of roots, and how a path names those that have no tag.
const (
	Tagged   RootKind = "tagged"
	Pinned   RootKind = "pinned"
	Deployed RootKind = "deployed"
	Young    RootKind = "young"
)

// Root is one reason to keep a manifest for its own sake.
type Root struct {
	Kind RootKind
	Name string // the tag, or words
}

// Graph holds the manifests of one package and which needs which. Edges are kept from the
// needed to who needs it: the question is always about one manifest, and few need it.
// It is not safe for use at the same time.
type Graph struct {
	nodes map[Digest]*node
	wants []Digest            // reached, may have children, not read
	blind map[Digest]error    // reached when it was wanted, and cannot be read
	gone  map[Digest]struct{} // what is known not to be there
}

type node struct {
	known   bool // its manifest was added
	leaf    bool // some index says that it is an image
	wanted  bool
	listed  bool
	roots   []Root
	needers []edge // who needs it
	needs   []Digest
	image   Manifest // without children: those are edges
}

type edge struct {
	from  Digest
	label string // how the path names the step
}

// NewGraph is an empty graph.
func NewGraph() *Graph {
	return &Graph{nodes: map[Digest]*node{}, blind: map[Digest]error{}, gone: map[Digest]struct{}{}}
}

func (g *Graph) node(d Digest) *node {
	n := g.nodes[d]
	if n == nil {
		n = &node{}
		g.nodes[d] = n
	}
	return n
}

// List tells that the package's list has the manifest.
func (g *Graph) List(d Digest) {
	g.node(d).listed = true
	delete(g.gone, d)
}

// Remove tells that the manifest is no longer there: it is no root, and needs nothing.
func (g *Graph) Remove(d Digest) {
	n := g.nodes[d]
	if n == nil {
		return
	}
	g.gone[d] = struct{}{}
	delete(g.blind, d)
	for _, child := range n.needs {
		c := g.nodes[child]
		c.needers = slices.DeleteFunc(c.needers, func(e edge) bool { return e.from == d })
	}
	n.listed, n.known, n.wanted, n.roots, n.needs = false, false, false, nil, nil
}

// Root makes a manifest one that is kept for its own sake. A fallback tag is also an edge
// from its subject.
func (g *Graph) Root(d Digest, root Root) {
	n := g.node(d)
	if slices.Contains(n.roots, root) {
		return
	}
	n.roots = append(n.roots, root)
	if subject, suffix, ok := FallbackSubject(root.Name); ok && root.Kind == Tagged {
		g.need(subject, d, "referrer "+suffixLabel(suffix))
	}
	g.want(d)
}

func suffixLabel(suffix string) string {
	if suffix == "" {
		return "list"
	}
	return suffix
}

// Unroot takes a reason away.
func (g *Graph) Unroot(d Digest, root Root) {
	if n := g.nodes[d]; n != nil {
		n.roots = slices.DeleteFunc(n.roots, func(r Root) bool { return r == root })
	}
}

// Roots are the reasons to keep the manifest for its own sake.
func (g *Graph) Roots(d Digest) []Root {
	if n := g.nodes[d]; n != nil {
		return slices.Clone(n.roots)
	}
	return nil
}

// Add puts in what was read of a manifest: what it needs, and whom it is about.
func (g *Graph) Add(m Manifest) {
	n := g.node(m.Digest)
	if n.known {
		return
	}
	n.known, n.image = true, m
	n.image.Children = nil
	delete(g.blind, m.Digest)
	for _, c := range m.Children {
		child := g.node(c.Digest)
		child.leaf = child.leaf || c.Kind == Image
		g.need(m.Digest, c.Digest, stepLabel(c))
		if n.wanted {
			g.want(c.Digest)
		}
	}
	if m.Subject != "" {
		g.need(m.Subject, m.Digest, "referrer "+m.Artifact)
	}
}

func stepLabel(c Child) string {
	if c.Label == "" || c.Kind != Image {
		return string(c.Digest)
	}
	return c.Label
}

// Remember tells whom a manifest was about that is no longer there.
func (g *Graph) Remember(m Manifest) {
	if m.Subject != "" {
		g.need(m.Subject, m.Digest, "referrer "+m.Artifact)
	}
}

// Refer tells that the registry lists a manifest as about subject.
func (g *Graph) Refer(subject, d Digest, artifact string) {
	g.need(subject, d, "referrer "+artifact)
	g.want(d)
}

func (g *Graph) need(from, to Digest, label string) {
	n := g.node(to)
	for _, e := range n.needers {
		if e.from == from {
			return
		}
	}
	n.needers = append(n.needers, edge{from, label})
	f := g.node(from)
	f.needs = append(f.needs, to)
}

// want notes that the manifest has to be read for the graph to be whole.
func (g *Graph) want(d Digest) {
	n := g.node(d)
	if n.wanted {
		return
	}
	n.wanted = true
	if !n.known {
		g.wants = append(g.wants, d)
		return
	}
	for _, child := range n.needs {
		g.want(child)
	}
}

// Wants takes out which manifests have to be read next: roots and what they reach, but
// for images that an index has told of, which need nothing. Whoever reads them calls
// Add, Blind or Miss for each, and then asks again.
func (g *Graph) Wants() []Digest {
	all := g.wants
	g.wants = nil
	return slices.DeleteFunc(all, func(d Digest) bool { n := g.nodes[d]; return n.known || n.leaf })
}

// Known answers what was added of a manifest, without its children.
func (g *Graph) Known(d Digest) (Manifest, bool) {
	n := g.nodes[d]
	if n == nil || !n.known {
		return Manifest{}, false
	}
	return n.image, true
}

// Blind tells that a manifest cannot be read: it may need anything.
func (g *Graph) Blind(d Digest, err error) {
	if n := g.node(d); !n.known {
		g.blind[d] = err
		n.wanted = false // another reading tries again
	}
}

// Miss tells that the registry says the manifest is not there. What an image would need is
// lost with it; what an index would need nobody knows.
func (g *Graph) Miss(d Digest, err error) {
	if n := g.node(d); !n.leaf || n.listed {
		g.Blind(d, err)
	}
	g.gone[d] = struct{}{}
}

// Retry has what could not be read wanted again.
func (g *Graph) Retry() {
	for _, d := range sortedKeys(g.blind) {
		delete(g.blind, d)
		g.want(d)
	}
}

// Reached lists what was found to be kept so far, in order.
func (g *Graph) Reached() []Digest {
	var all []Digest
	for _, d := range sortedKeys(g.nodes) {
		if _, gone := g.gone[d]; g.nodes[d].wanted && !gone {
			all = append(all, d)
		}
	}
	return all
}
