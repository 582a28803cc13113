package sql

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// piece is one statement's text before it is parsed.
type piece struct {
	start, end int
	// tokens, depth of brackets, and the longest run of words and signs that may each
	// begin an operand: what a recursive parser spends its stack on.
	tokens, depth int
	// head are its first words, upper case.
	head []string
	// firstRow is where the first row of a long list of VALUES ends; 0: none or one only.
	firstRow, firstTokens int
	// copies: COPY ... FROM stdin, after which rows follow.
	copies bool
}

// splitter cuts a script at its separators.
type splitter struct {
	lexer
	delimiter string // MySQL's, when its client was told another
	pieces    []piece
	skips     []Skip
}

// split finds the statements of a source, up to most of them, and what is no SQL in it.
func split(d catalog.Dialect, src Source, most int) ([]piece, []Skip) {
	s := &splitter{lexer: lexer{dialect: d, text: src.Text, at: max(0, src.Start), end: min(src.End, len(src.Text))}}
	for {
		s.skip()
		if s.at >= s.end || len(s.pieces)+len(s.skips) >= most {
			return s.pieces, s.skips
		}
		if s.command() {
			continue
		}
		s.statement()
	}
}

// command passes a line that is meant for the client.
func (s *splitter) command() bool {
	rest := s.text[s.at:s.end]
	start := s.at
	switch {
	case s.dialect == catalog.Postgres && rest[0] == '\\':
		s.line()
		s.skipped(start, "psql", s.text[start:s.at])
		return true
	case s.dialect == catalog.MySQL && len(rest) > 10 && strings.EqualFold(rest[:10], "delimiter "):
		s.line()
		s.delimiter = strings.TrimSpace(s.text[start+10 : s.at])
		if s.delimiter == ";" {
			s.delimiter = ""
		}
		s.skipped(start, "delimiter", "")
		return true
	case s.dialect == catalog.SQLite && rest[0] == '.':
		s.line()
		s.skipped(start, "sqlite3", "")
		return true
	}
	return false
}

func (s *splitter) skipped(start int, what, command string) {
	skip := Skip{Start: start, End: s.at, What: what}
	fields := strings.Fields(command)
	if what == "psql" && len(fields) > 0 {
		switch strings.TrimLeft(fields[0], `\`) {
		case "i", "ir", "include", "include_relative", "gexec", "if", "elif", "else", "o", "!":
			skip.Unread = fields[0] + " may run other statements, which are not here"
		}
	}
	s.skips = append(s.skips, skip)
}

// statement reads one statement and its separator.
func (s *splitter) statement() {
	p := piece{start: s.at}
	body := body{lexer: &s.lexer}
	depth, values := 0, false
	for {
		if s.delimiter != "" {
			s.skip()
			if strings.HasPrefix(s.text[s.at:s.end], s.delimiter) {
				s.at += len(s.delimiter)
				break
			}
		}
		t := s.next()
		if t.kind == endToken {
			break
		}
		mark := s.mark(t)
		if mark == ';' && s.delimiter == "" && !body.open() {
			break
		}
		if mark == '\\' && s.dialect == catalog.Postgres && s.runs(t.start) {
			break
		}
		p.tokens++
		p.end = t.end
		if len(p.head) < 4 && t.kind == wordToken && len(p.head) == p.tokens-1 {
			p.head = append(p.head, strings.ToUpper(s.text[t.start:t.end]))
		}
		switch {
		case mark == '(' || mark == '[':
			depth++
			p.depth = max(p.depth, depth)
		case mark == ')' || mark == ']':
			depth = max(0, depth-1)
			if depth == 0 && values && p.firstRow == 0 {
				p.firstRow, p.firstTokens = t.end, p.tokens
			}
		case t.kind == wordToken:
			values = values || depth == 0 && s.is(t, "VALUES")
			p.copies = p.copies || p.is("COPY") && s.is(t, "STDIN")
			body.word(t, p.head)
			p.depth = max(p.depth, body.depth)
		}
	}
	if p.tokens == 0 {
		return
	}
	s.pieces = append(s.pieces, p)
	if p.copies && s.dialect == catalog.Postgres {
		s.rows()
	}
}

// runs reports whether a backslash within a statement ends it: \g and its like send what
// was typed so far.
func (s *splitter) runs(at int) bool {
	if at+1 >= s.end || s.text[at+1] != 'g' {
		return false
	}
	s.line()
	s.skipped(at, "psql", s.text[at:s.at])
	return true
}

// rows passes the data behind COPY ... FROM stdin.
func (s *splitter) rows() {
	s.line()
	start := s.at
	for s.at < s.end {
		line := s.at
		s.line()
		if strings.TrimRight(s.text[line:s.at], "\r\n") == `\.` {
			break
		}
	}
	s.skipped(start, "copy", "")
}

// body follows the compound body of a trigger or routine: separators within it do not
// end the statement.
type body struct {
	*lexer
	depth int
	// kind is what a CREATE makes, once a word has told.
	kind string
	last string
}

func (b *body) open() bool { return b.depth > 0 }

// routine reports whether what is made has a body.
func (b *body) routine() bool {
	switch b.kind {
	case "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT":
		return true
	}
	return false
}

func (b *body) word(t token, head []string) {
	word := strings.ToUpper(b.text[t.start:t.end])
	last := b.last
	b.last = word
	if len(head) == 0 || head[0] != "CREATE" {
		return
	}
	switch word {
	case "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "USER":
		b.kind = either(b.kind, word)
	case "ATOMIC":
		if last == "BEGIN" && b.dialect == catalog.Postgres {
			b.depth++
		}
	case "BEGIN":
		if b.routine() && b.dialect != catalog.Postgres {
			b.depth++
		}
	case "CASE":
		if b.depth > 0 && last != "END" {
			b.depth++
		}
	case "END":
		if b.depth > 0 && !b.closesOther() {
			b.depth--
		}
	}
}

// closesOther reports whether this END closes what is not counted: END IF, END LOOP.
func (b *body) closesOther() bool {
	ahead := *b.lexer
	next := ahead.next()
	return b.dialect == catalog.MySQL && (ahead.is(next, "IF") || ahead.is(next, "LOOP") || ahead.is(next, "WHILE") || ahead.is(next, "REPEAT"))
}
