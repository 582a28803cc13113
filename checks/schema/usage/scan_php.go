package usage

import (
	"regexp"
	"strings"
)

var phpHeredoc = regexp.MustCompile(`^<<<[ \t]*(['"]?)([A-Za-z_][A-Za-z0-9_]*)['"]?`)

// php reads what begins with c in PHP.
func (s *scanner) php(c byte) bool {
	switch c {
	case '#':
		return !s.has("#[") && s.remark()
	case '/':
		return s.comment()
	case '?':
		if s.has("?>") {
			s.pastPHP()
			return true
		}
	case '\'':
		s.at++
		return s.literal(quotes{open: s.at - 1, closing: "'", lines: true})
	case '"':
		s.at++
		return s.literal(quotes{open: s.at - 1, closing: `"`, lines: true, hole: "{$", dollar: true})
	case '<':
		if m := phpHeredoc.FindStringSubmatch(s.text[s.at:min(len(s.text), s.at+80)]); m != nil {
			s.pending = append(s.pending, heredoc{open: s.at, tag: m[2], raw: m[1] == "'"})
			s.at += len(m[0])
			return true
		}
	}
	return false
}

// pastPHP passes what is no PHP.
func (s *scanner) pastPHP() {
	n := strings.Index(s.text[s.at:], "<?")
	if n < 0 {
		s.at = len(s.text)
		return
	}
	s.at += n + 2
}

func endsPHP(line, tag string) bool {
	return strings.HasPrefix(line, tag) && (len(line) == len(tag) || !inWord(line[len(tag)]))
}
