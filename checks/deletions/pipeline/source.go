package pipeline

import (
	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/checks/lines"
)

// source is a file's bytes with an index of its lines.
type source struct {
	*lines.Index
	data []byte
}

func newSource(data []byte) *source { return &source{lines.Of(data), data} }

func (s *source) position(offset int) shell.Position {
	line := s.LineAt(offset)
	return shell.Position{Line: line, Column: offset - s.Start(line) + 1}
}
