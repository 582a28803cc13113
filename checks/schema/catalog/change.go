package catalog

import "fmt"

// Change is one thing that a statement does to a database.
type Change interface {
	// Apply does it. What cannot be done as said (the table is not there, the name is
	// taken) is returned as a *Problem and kept in the catalogue as Opaque, so that
	// nobody takes what may be untrue for known.
	Apply(*Catalog) error
	Where() Place
}

// Problem is a change that does not fit the database that it is made to.
type Problem struct {
	At      Place
	Reason  string
	Touches []Name
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.At.Path, p.At.Span.Line, p.At.Span.Column, p.Reason)
}

// Fold applies changes in order and returns the problems met; it goes on after each, but
// not beyond the work that a history may make.
func (c *Catalog) Fold(changes ...Change) []error {
	var problems []error
	for _, change := range changes {
		if c.Exhausted() {
			return append(problems, c.exhausted(change.Where()))
		}
		if err := change.Apply(c); err != nil {
			problems = append(problems, err)
		}
	}
	return problems
}

// problem is the answer to a change that does not fit.
func (c *Catalog) problem(at Place, touches Name, format string, args ...any) error {
	p := &Problem{At: at, Reason: fmt.Sprintf(format, args...), Touches: []Name{touches}}
	c.Opaque = append(c.Opaque, Opaque{At: at, Reason: p.Reason, Touches: p.Touches})
	return p
}

// missing is the answer to a change of something that is not there.
func (c *Catalog) missing(at Place, ifExists bool, kind Kind, name Name) error {
	if ifExists {
		return nil
	}
	return c.problem(at, name, "%s %s is not known here", kind, name)
}

// Unread is a statement, or a part of one, that could not be read.
type Unread struct {
	Place
	Reason string
	// Touches are the objects it may change; empty: any.
	Touches []Name
}

func (u Unread) Apply(c *Catalog) error {
	c.Opaque = append(c.Opaque, Opaque{At: u.Place, Reason: u.Reason, Touches: u.Touches})
	return nil
}
