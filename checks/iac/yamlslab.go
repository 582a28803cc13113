package iac

import (
	"sync"

	"go.yaml.in/yaml/v3"
)

const (
	slabNodes   = 64   // nodes made at once
	slabPlaces  = 256  // places of children made at once, at least
	keptChunks  = 64   // of nodes, kept for the next document: 640 KB
	keptPlaces  = 8192 // of children, kept likewise: 64 KB
	knownWords  = 512  // that are kept; a power of two
	longestWord = 32   // bytes of one
)

// yamlSlab is what the nodes of one document are made of. Most documents are read, looked
// through and forgotten at once: the next one is made of the same memory.
type yamlSlab struct {
	nodes  [][]yaml.Node
	used   int          // nodes
	places []*yaml.Node // of children, the newest of maybe several
	free   []*yaml.Node // the end of places
	open   []*yaml.Node // the children so far of all collections that are being read
	words  [knownWords]string
}

var yamlSlabs = sync.Pool{New: func() any { return &yamlSlab{} }}

// node is an empty node.
func (s *yamlSlab) node() *yaml.Node {
	chunk := s.used / slabNodes
	if chunk == len(s.nodes) {
		s.nodes = append(s.nodes, make([]yaml.Node, slabNodes))
	}
	n := &s.nodes[chunk][s.used%slabNodes]
	s.used++
	return n
}

// word is a text as a string. The keys of documents are the same few words again and again.
func (s *yamlSlab) word(text []byte) string {
	n := len(text)
	if n == 0 || n > longestWord {
		return string(text)
	}
	known := &s.words[(31*int(text[0])+7*int(text[n-1])+int(text[n/2])+n)%knownWords]
	if *known != string(text) {
		*known = string(text)
	}
	return *known
}

// children is a copy of a list.
func (s *yamlSlab) children(of []*yaml.Node) []*yaml.Node {
	n := len(of)
	if n == 0 {
		return nil
	}
	if n > len(s.free) {
		s.places = make([]*yaml.Node, max(2*len(s.places), n, slabPlaces))
		s.free = s.places
	}
	list := s.free[:n:n]
	s.free = s.free[n:]
	copy(list, of)
	return list
}

// release gives the memory back. It is emptied: nobody may hold a node any longer.
func (s *yamlSlab) release() {
	for i := 0; i < len(s.nodes) && s.used > 0; i++ {
		clear(s.nodes[i][:min(s.used, slabNodes)])
		s.used -= min(s.used, slabNodes)
	}
	if len(s.nodes) > keptChunks {
		s.nodes = append([][]yaml.Node(nil), s.nodes[:keptChunks]...)
	}
	if len(s.places) > keptPlaces {
		s.places, s.free = nil, nil
	}
	if cap(s.open) > keptPlaces {
		s.open = nil
	}
	clear(s.places[:len(s.places)-len(s.free)])
	s.used, s.free, s.open = 0, s.places, s.open[:0]
	yamlSlabs.Put(s)
}
