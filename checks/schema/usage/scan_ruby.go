package usage

import (
	"regexp"
	"strings"
)

// heredoc is a literal that was announced on this line and begins on the next.
type heredoc struct {
	open int
	tag  string
	raw  bool
}

// heredocTag is <<~SQL, <<-SQL, <<SQL, with or without quotes.
var heredocTag = regexp.MustCompile("^<<[~-]?(['\"`]?)([A-Z_][A-Za-z0-9_]*)['\"`]?")

// ruby reads what begins with c in Ruby or Elixir.
func (s *scanner) ruby(c byte) bool {
	switch c {
	case '#':
		return s.remark()
	case '\'', '"':
		return s.rubyQuoted(c)
	case '`':
		s.at++
		return s.literal(quotes{open: s.at - 1, closing: "`", lines: true, hole: "#{"})
	case '?': // ?" is a character
		if s.at+1 < len(s.text) && strings.IndexByte("\"'#`", s.text[s.at+1]) >= 0 && s.at > 0 && !inWord(s.text[s.at-1]) {
			s.at += 2
			return true
		}
	case '/':
		return s.regex()
	case '%':
		return s.percent()
	case '<':
		if m := heredocTag.FindStringSubmatch(s.text[s.at:min(len(s.text), s.at+80)]); m != nil && s.language == ruby {
			s.pending = append(s.pending, heredoc{open: s.at, tag: m[2], raw: m[1] == "'"})
			s.at += len(m[0])
			return true
		}
	case '=':
		if s.has("=begin") && (s.at == 0 || s.text[s.at-1] == '\n') {
			start := s.at
			s.past("\n=end")
			s.comments = append(s.comments, hole{start, s.at})
			return true
		}
	}
	return false
}

func (s *scanner) rubyQuoted(c byte) bool {
	q := quotes{open: s.at, closing: string(c), lines: true}
	if c == '"' {
		q.hole = "#{"
	}
	if triple := strings.Repeat(q.closing, 3); s.language == elixir && s.has(triple) {
		q.closing = triple
	}
	s.at += len(q.closing)
	return s.literal(q)
}

// percent reads %q(...), %Q{...}, %(...).
func (s *scanner) percent() bool {
	at := s.at + 1
	if at < len(s.text) && (s.text[at] == 'q' || s.text[at] == 'Q') {
		at++
	} else if last, _ := before(s.text, s.at); inWord(last) || last == ')' {
		return false
	}
	if at >= len(s.text) {
		return false
	}
	n := strings.IndexByte("([{<|", s.text[at])
	if n < 0 || s.language != ruby {
		return false
	}
	q := quotes{open: s.at, closing: ")]}>|"[n : n+1], lines: true, hole: "#{"}
	if q.closing == ")" { // brackets in it pair
		return s.paired(at + 1)
	}
	s.at = at + 1
	return s.literal(q)
}

// paired reads %(...) up to the bracket that closes it.
func (s *scanner) paired(start int) bool {
	l := literal{open: s.at, start: start, nested: s.depth > 0}
	depth := 0
	for s.at = start; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '(':
			depth++
		case ')':
			if depth == 0 {
				l.end, l.close = s.at, s.at+1
				s.at++
				s.literals = append(s.literals, l)
				return true
			}
			depth--
		case '#':
			if s.has("#{") {
				s.at += 2
				from := s.at - 2
				s.simpleHole()
				l.holes = append(l.holes, hole{from, min(s.at+1, len(s.text))})
			}
		}
	}
	s.at = len(s.text)
	return true
}

// heredocs reads the bodies that begin on the next line.
func (s *scanner) heredocs() {
	pending := s.pending
	s.pending = nil
	s.at++
	for _, h := range pending {
		l := literal{open: h.open, start: s.at, raw: h.raw, nested: s.depth > 0, tag: h.tag}
		for s.at < len(s.text) {
			start := s.at
			s.line()
			line := strings.TrimSpace(s.text[start:s.at])
			if line == h.tag || s.language == php && endsPHP(line, h.tag) {
				l.end, l.close = start, s.at
				break
			}
			s.at = min(s.at+1, len(s.text))
		}
		if l.close == 0 {
			l.end, l.close = len(s.text), len(s.text)
		}
		if !h.raw {
			l.holes = s.heredocHoles(l.start, l.end)
		}
		s.literals = append(s.literals, l)
	}
}

// heredocHoles finds what code puts into a heredoc.
func (s *scanner) heredocHoles(start, end int) []hole {
	was := s.at
	var holes []hole
	for s.at = start; s.at < end; s.at++ {
		from := s.at
		switch {
		case s.language == ruby && s.has("#{"), s.language == php && s.has("{$"), s.language == php && s.has("${"):
			s.at += 2
			s.simpleHole()
			holes = append(holes, hole{from, min(s.at+1, end)})
		case s.language == php && s.text[s.at] == '$' && s.at+1 < end && letter(s.text[s.at+1]):
			for s.at++; s.at < end && inWord(s.text[s.at]); s.at++ {
			}
			holes = append(holes, hole{from, s.at})
			s.at--
		}
	}
	s.at = was
	return holes
}
