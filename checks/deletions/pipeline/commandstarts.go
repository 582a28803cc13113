package pipeline

import (
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// starts finds where commands begin within the lines of a shell's text, for text whose
// lines are not as they stand in the file. It remembers open quotes from line to line.
type starts struct{ quote byte }

// in are the offsets in a line behind "&&", "||", "|" and ";" that stand outside quotes.
func (s *starts) in(line string) []int {
	var found []int
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case s.quote != 0:
			if c == s.quote {
				s.quote = 0
			} else if c == '\\' && s.quote == '"' {
				i++
			}
		case c == '\\':
			i++
		case c == '\'' || c == '"':
			s.quote = c
		case strings.HasPrefix(line[i:], "${{"):
			end := strings.Index(line[i:], "}}")
			if end < 0 {
				return found
			}
			i += end + 1
		case c == '#' && (i == 0 || isSpace(line[i-1])):
			return found
		case c == ';' || c == '|' || strings.HasPrefix(line[i:], "&&"):
			for i+1 < len(line) && strings.IndexByte(";|& \t", line[i+1]) >= 0 {
				i++
			}
			if rest := line[min(i+1, len(line)):]; rest != "" && rest != `\` {
				found = append(found, i+1)
			}
		}
	}
	return found
}

// addShifted appends a line of a shell's text that does not stand in the file byte by byte;
// at tells where its bytes stand, asked from left to right. Where a command begins elsewhere
// than a reader would count, the line is continued on one of its own.
func (b *textBuilder) addShifted(line string, at func(offset int) shell.Position) {
	from, here := 0, at(0)
	for _, k := range b.starts.in(line) {
		p := at(k)
		if p.Line == here.Line && p.Column == here.Column+k-from {
			continue
		}
		b.add(line[from:k]+`\`, here)
		from, here = k, p
	}
	b.add(line[from:], here)
}

// shifts tells where the bytes of a line stand that was made from another, left to right.
type shifts struct {
	at     shell.Position // of the other's first byte
	pieces []shift
	next   int // the piece behind the last that was asked for
}

// shift is a piece of the made line, from offset out on: as it stands from offset in on, or
// what one reference there came to.
type shift struct {
	out, in int
	fixed   bool
}

func (s *shifts) position(offset int) shell.Position {
	for s.next < len(s.pieces) && s.pieces[s.next].out <= offset {
		s.next++
	}
	if s.next == 0 {
		return shell.Position{Line: s.at.Line, Column: s.at.Column + offset}
	}
	p := s.pieces[s.next-1]
	column := s.at.Column + p.in
	if !p.fixed {
		column += offset - p.out
	}
	return shell.Position{Line: s.at.Line, Column: column}
}
