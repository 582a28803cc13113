package migrations

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

// maxText is as much of a statement as is kept to be told.
const maxText = 400

// filled is sql for files with placeholders.
func (in input) filled(transaction bool) []Step {
	if !placeholder.MatchString(in.text) {
		return in.sql(transaction)
	}
	a := assembly{in: in}
	a.keepFilled(0, len(in.text), true)
	a.close(section{transaction: transaction})
	return a.steps()
}

// sql reads a file that is SQL from beginning to end.
func (in input) sql(transaction bool) []Step {
	script := sql.Read(in.dialect, sql.Whole(in.path, in.text))
	p := stepper{dialect: in.dialect}
	for _, s := range merged(script) {
		text := in.text[s.Start:s.End]
		p.add(text, text, s, transaction)
	}
	return p.steps
}

// stepper puts statements into steps.
type stepper struct {
	dialect catalog.Dialect
	steps   []Step
	group   int
	// begun: an explicit transaction is open.
	begun bool
	open  bool // the last step takes further statements
}

// enter begins a new step where statements of another group follow.
func (p *stepper) enter(group int) {
	if group != p.group {
		p.open, p.begun, p.group = false, false, group
	}
}

// add takes the next statement: its text as it was read and as it stands in the file.
// transaction: its section runs in one.
func (p *stepper) add(text, quoted string, s sql.Statement, transaction bool) {
	switch s.Transaction {
	case sql.Begin:
		p.begun, p.open = true, false
		return
	case sql.Commit, sql.Rollback:
		if s.Transaction == sql.Rollback && p.open {
			p.steps = p.steps[:len(p.steps)-1] // taken back
		}
		p.begun, p.open = false, false
		return
	}
	if s.Unread == "" && len(s.Changes) == 0 {
		return
	}
	one := Statement{At: s.At, Text: told(quoted), Changes: s.Changes, Unread: s.Unread}
	if p.dialect == catalog.MySQL || !transaction && !p.begun || outsideTransaction(text) {
		p.steps, p.open = append(p.steps, Step{Statements: []Statement{one}}), false
		return
	}
	if !p.open {
		p.steps, p.open = append(p.steps, Step{Transaction: true}), true
	}
	last := &p.steps[len(p.steps)-1]
	last.Statements = append(last.Statements, one)
}

// concurrently is what PostgreSQL refuses to run in a transaction.
var concurrently = regexp.MustCompile(`(?i)^\s*(create\s+(unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\s.*concurrently|vacuum)\b`)

func outsideTransaction(statement string) bool {
	return concurrently.MatchString(statement[:min(len(statement), 200)])
}

// merged are a script's statements with those client commands among them that run others.
func merged(script sql.Script) []sql.Statement {
	var all []sql.Statement
	skips := script.Skipped
	for _, s := range script.Statements {
		for len(skips) > 0 && skips[0].Start < s.Start {
			all = appendSkip(all, skips[0])
			skips = skips[1:]
		}
		all = append(all, s)
	}
	for _, skip := range skips {
		all = appendSkip(all, skip)
	}
	return all
}

func appendSkip(all []sql.Statement, skip sql.Skip) []sql.Statement {
	if skip.Unread == "" {
		return all
	}
	return append(all, sql.Statement{Start: skip.Start, End: skip.End, At: skip.At, Unread: skip.Unread,
		Changes: []catalog.Change{catalog.Unread{Place: skip.At, Reason: skip.Unread}}})
}

// told is a statement as it is told: a few lines of it.
func told(text string) string {
	lines := strings.SplitN(text, "\n", 7)
	cut := len(lines) > 6
	text = strings.Join(lines[:min(6, len(lines))], "\n")
	if len(text) > maxText {
		text, cut = strings.ToValidUTF8(text[:maxText], ""), true
	}
	text = strings.ToValidUTF8(text, "\ufffd")
	if cut {
		text += " …"
	}
	return text
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
