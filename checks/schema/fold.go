package schema

import (
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
)

// statement is one statement that is not deployed yet.
type statement struct {
	migrations.Statement
	file    *migrations.File
	changes []catalog.Change
}

// trouble is something in the range that cannot be judged.
type trouble struct {
	at      catalog.Place
	file    *migrations.File
	subject string
	reason  string
	// touches are the objects it may change; empty: any.
	touches []catalog.Name
	// change is the one that does not fit; nil: it could not be read.
	change catalog.Change
}

// passage is the way of a line from one state to the next.
type passage struct {
	before, after *catalog.Catalog
	states        []*catalog.Catalog // on the way, between the two
	pending       []statement
	troubles      []trouble
	dumps         bool // two dumps were compared
}

// fold applies what files do, in order, and counts what it could not.
func fold(c *catalog.Catalog, files []*migrations.File) (broken int) {
	for _, f := range files {
		c.SearchPath = nil
		if f.Unread != "" {
			broken++
		}
		for _, step := range f.Steps {
			for _, s := range step.Statements {
				if s.Unread != "" {
					broken++
				}
				broken += len(c.Fold(s.Changes...))
			}
		}
	}
	return broken
}

// schemaOf is the schema that a line leaves: that of its migrations, or of its dump where
// they do not build one from nothing.
func schemaOf(l *migrations.Line) *catalog.Catalog {
	built := catalog.New(l.Dialect)
	broken := fold(built, slices.Concat(l.Migrations, l.Repeatable))
	if broken == 0 || len(l.Dumps) == 0 {
		return built
	}
	dumped := dumpOf(l)
	if len(dumped.Tables) >= len(built.Tables)/2 {
		return dumped
	}
	return built
}

func dumpOf(l *migrations.Line) *catalog.Catalog {
	c := catalog.New(l.Dialect)
	fold(c, l.Dumps)
	return c
}

// passes applies what is pending on a schema.
func passes(before *catalog.Catalog, pending []*migrations.File) *passage {
	p := &passage{before: before}
	c := before.Clone()
	for _, f := range pending {
		c.SearchPath = nil
		if f.Unread != "" && !f.Unsupported {
			p.troubles = append(p.troubles, trouble{at: catalog.Place{Path: f.Path}, file: f, subject: f.Name, reason: f.Unread})
		}
		for _, step := range f.Steps {
			for _, s := range step.Statements {
				p.apply(c, f, s)
			}
			if len(p.states) <= statesOf(c) {
				p.states = append(p.states, c.Clone())
			}
		}
	}
	if n := len(p.states); n > 0 {
		p.states = p.states[:n-1]
	}
	p.after = c
	return p
}

// statesOf is how many states on the way are judged: more make a range that nobody deploys
// at once, and the larger the schema the dearer each is.
func statesOf(c *catalog.Catalog) int { return min(200, 100_000/(1+len(c.Tables))) }

func (p *passage) apply(c *catalog.Catalog, f *migrations.File, s migrations.Statement) {
	p.pending = append(p.pending, statement{Statement: s, file: f, changes: s.Changes})
	told := false
	for _, change := range s.Changes {
		if u, ok := change.(catalog.Unread); ok {
			p.troubles = append(p.troubles, trouble{at: u.Place, file: f, subject: f.Name, reason: u.Reason, touches: u.Touches})
			told = true
		}
		for _, err := range c.Fold(change) {
			if problem, ok := err.(*catalog.Problem); ok {
				p.troubles = append(p.troubles, trouble{at: problem.At, file: f, subject: subjectOf(change), reason: problem.Reason, touches: problem.Touches, change: change})
			}
		}
	}
	if s.Unread != "" && !told {
		p.troubles = append(p.troubles, trouble{at: s.At, file: f, subject: f.Name, reason: s.Unread})
	}
}

// compares is the way between two dumps.
func compares(before, after *migrations.Line) *passage {
	p := &passage{before: dumpOf(before), after: dumpOf(after), dumps: true}
	p.before.Snapshot, p.after.Snapshot = true, true
	return p
}

// statementsOf are the statements of files: where two dumps are compared they say where
// something was done.
func statementsOf(files []*migrations.File) []statement {
	var list []statement
	for _, f := range files {
		for _, step := range f.Steps {
			for _, s := range step.Statements {
				list = append(list, statement{Statement: s, file: f, changes: s.Changes})
			}
		}
	}
	return list
}
