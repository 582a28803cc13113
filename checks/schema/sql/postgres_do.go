package sql

import (
	"strings"

	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// doBlock reads code that runs at once where it is nothing but statements in a row, which
// may be guarded against what they make being there already (the migrations of Drizzle are
// written so), or where it does nothing but to rows. All else is code that is not read.
func (p *postgres) doBlock(n *pg.DoStmt) {
	body, language := "", "plpgsql"
	for _, node := range n.Args {
		switch e := node.GetDefElem(); e.GetDefname() {
		case "as":
			body = e.Arg.GetString_().GetSval()
		case "language":
			language = e.Arg.GetString_().GetSval()
		}
	}
	inner := plainBlock(body)
	if inner == nil && language == "plpgsql" {
		if writes, ok := rowsOnly(body); ok {
			for _, write := range writes {
				write.Place = p.place
				p.add(write)
			}
			return
		}
	}
	if inner == nil {
		p.out.unread("DO runs code that is not read")
		return
	}
	for _, text := range inner {
		tree, err := pg.Parse(text)
		if err != nil {
			p.out.unread("DO runs a statement that does not parse: %s", err)
			return
		}
		// Positions within the body are not those of the file: they are told as the block's.
		part := &postgres{context: &context{file: catalog.NewFile(p.place.Path, ""), room: p.room, place: p.place}, text: text, out: p.out}
		for _, raw := range tree.Stmts {
			part.statement(raw.Stmt)
		}
	}
	p.out.Query = nil
}

// plainBlock are the statements of BEGIN ... END when nothing but schema statements stand
// there; nil when it decides, loops, declares or builds SQL.
func plainBlock(body string) []string {
	pieces, skips := split(catalog.Postgres, Whole("", body), leastTokens/perStatement)
	if len(pieces) < 2 || len(skips) > 0 || !pieces[len(pieces)-1].is("END") {
		return nil
	}
	var statements []string
	for i, q := range pieces[:len(pieces)-1] {
		text := body[q.start:q.end]
		if i == 0 {
			if !q.is("BEGIN") {
				return nil
			}
			text = strings.TrimSpace(text[len("BEGIN"):])
		}
		if q.is("EXCEPTION", "WHEN") {
			if i == 0 || i != len(pieces)-2 || !harmlessGuard(text) {
				return nil
			}
			break
		}
		word, _, _ := strings.Cut(text, " ")
		switch strings.ToUpper(word) {
		case "CREATE", "ALTER", "COMMENT":
			statements = append(statements, text)
		default:
			return nil
		}
	}
	return statements
}

// harmlessGuard: what is there already is left as it is.
func harmlessGuard(text string) bool {
	fields := strings.Fields(strings.ToLower(text))
	if len(fields) != 5 || fields[3] != "then" || fields[4] != "null" {
		return false
	}
	switch fields[2] {
	case "duplicate_object", "duplicate_table", "duplicate_column", "duplicate_schema":
		return true
	}
	return false
}
