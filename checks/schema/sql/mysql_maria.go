package sql

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// mariaSyntax is what MariaDB's grammar has besides MySQL's, and the parser does not know.
type mariaSyntax struct {
	// replace: CREATE OR REPLACE of a table, index, trigger or routine.
	replace bool
	// tableIfExists: ALTER TABLE IF EXISTS; keyIfExists and keyIfNotExists: of its
	// constraints.
	tableIfExists, keyIfExists, keyIfNotExists bool
	// types are its own types, by where they stand.
	types map[int]string
	// returning is where the list behind RETURNING begins; 0: there is none.
	returning int
}

// takeMariaSyntax puts blanks, or what the parser knows, byte for byte in the place of what
// only MariaDB has.
func takeMariaSyntax(text string) (plain string, m mariaSyntax, changed bool) {
	out := []byte(text)
	tokens := lexAll(text)
	word := func(i int) string {
		if i < 0 || i >= len(tokens) || tokens[i].kind != wordToken {
			return ""
		}
		return strings.ToUpper(text[tokens[i].start:tokens[i].end])
	}
	put := func(from, to int, with string) {
		at, end := tokens[from].start, tokens[to].end
		copy(out[at:end], with+strings.Repeat(" ", end-at-len(with)))
		changed = true
	}
	head := word(0)
	for i := range tokens {
		switch w := word(i); {
		case w == "OR" && head == "CREATE" && i < 3 && word(i+1) == "REPLACE" && word(i+2) != "VIEW":
			put(i, i+1, "")
			m.replace = true
		case w == "IF" && word(i+1) == "EXISTS" && word(i-1) == "TABLE" && head == "ALTER":
			put(i, i+1, "")
			m.tableIfExists = true
		case w == "IF" && word(i+1) == "EXISTS" && constraintWord(word(i-1)):
			put(i, i+1, "")
			m.keyIfExists = true
		case w == "IF" && word(i+1) == "NOT" && word(i+2) == "EXISTS" && constraintWord(word(i-1)):
			put(i, i+2, "")
			m.keyIfNotExists = true
		case w == "RETURNING" && (head == "INSERT" || head == "REPLACE" || head == "DELETE") && m.returning == 0:
			m.returning = tokens[i].end
			put(i, len(tokens)-1, "")
			return string(out), m, true
		case w == "PERSISTENT" && i > 0 && text[tokens[i-1].start] == ')':
			put(i, i, "STORED")
		case (w == "UUID" || w == "INET4" || w == "INET6") && (head == "CREATE" || head == "ALTER") && typeStands(tokens, text, i):
			if m.types == nil {
				m.types = map[int]string{}
			}
			m.types[tokens[i].start] = strings.ToLower(w)
			put(i, i, map[int]string{4: "DATE", 5: "POINT"}[len(w)])
		}
	}
	return string(out), m, changed
}

func constraintWord(word string) bool { return word == "KEY" || word == "CONSTRAINT" }

// typeStands reports whether a word stands behind a name, and is no call.
func typeStands(tokens []token, text string, i int) bool {
	if i == 0 || i+1 < len(tokens) && text[tokens[i+1].start] == '(' {
		return false
	}
	before := tokens[i-1]
	return before.kind == quotedToken || before.kind == wordToken && !strings.EqualFold(text[before.start:before.end], "default")
}

// lexAll are the tokens of a statement of MySQL.
func lexAll(text string) []token {
	l := &lexer{dialect: catalog.MySQL, text: text, end: len(text)}
	var tokens []token
	for t := l.next(); t.kind != endToken; t = l.next() {
		tokens = append(tokens, t)
	}
	return tokens
}
