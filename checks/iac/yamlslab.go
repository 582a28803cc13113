package iac

import (
	"sync"

	"go.yaml.in/yaml/v3"
)

const (
	slabNodes  = 64   // nodes made at once
	slabPlaces = 256  // places of children made at once, at least
	keptChunks = 64   // of nodes, kept for the next document: 640 KB
	keptPlaces = 8192 // of children, kept likewise: 64 KB
)

// yamlSlab is what the nodes of one document are made of. Most documents are read, looked
// through and forgotten at once: the next one is made of the same memory.
type yamlSlab struct {
	nodes  [][]yaml.Node
	used   int          // nodes
	places []*yaml.Node // of children, the newest of maybe several
	free   []*yaml.Node // the end of places
	open   []*yaml.Node // the children so far of all collections that are being read
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
