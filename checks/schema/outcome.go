package schema

import (
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// outcome is what is said of one difference, as one deployed commit meets it.
type outcome struct {
	rule string
	// severity is milder than the rule's own where it is set.
	severity   checks.Severity
	at         catalog.Place // the statement
	subject    string
	title, why string
	proof      []proof
	// praise: nothing uses any more what goes; told, and no finding.
	praise bool
	// delta is the difference that it is about; its Kind is empty for what leaves none.
	delta catalog.Delta
	// gap: it holds only until the change is through.
	gap bool
}

// proof is a place at the deployed commit, or with head in the change, and what it shows.
type proof struct {
	at   catalog.Place
	note string
	head bool
}

// maxProofs are the places that one finding quotes; the rest is counted.
const maxProofs = 4

// told is a delta's object as findings call it: table.column, or the object alone.
func told(d catalog.Delta) string {
	if d.Item == "" {
		return d.Table.String()
	}
	return d.Table.String() + "." + d.Item
}

// breaks is an outcome of schema/breaks-deployed.
func breaks(d catalog.Delta, title, why string, proof []proof) outcome {
	return outcome{rule: breaksDeployedID, at: d.At, subject: told(d), title: title, why: why, proof: proof, delta: d}
}

// depends is an outcome of schema/depends; on says what it hangs on.
func depends(d catalog.Delta, title, on string, proof []proof) outcome {
	return outcome{rule: dependsID, at: d.At, subject: told(d), title: title, why: on, proof: proof, delta: d}
}

// hint is an outcome of schema/depends that new code must act on first.
func hint(d catalog.Delta, title, on string, proof []proof) outcome {
	o := depends(d, title, on, proof)
	o.severity = checks.Note
	return o
}

// loses is an outcome of schema/data-loss.
func loses(d catalog.Delta, title, why string) outcome {
	return outcome{rule: dataLossID, at: d.At, subject: told(d), title: title, why: why, delta: d}
}

// shows are the proofs that uses make, those of a column at the line that names it.
func (s *scene) shows(uses []usage.Use, column string, what string) []proof {
	var list []proof
	for i, u := range uses {
		p := proof{at: u.At, note: describe(u, what)}
		if i < maxProofs {
			p.at = s.named(u, column)
		}
		list = append(list, p)
	}
	return list
}

// named is where a use names a column: of a model the line that lists it.
func (s *scene) named(u usage.Use, column string) catalog.Place {
	if u.Verb != usage.Enumerate || column == "" {
		return u.At
	}
	key := catalog.ColumnOf{Table: u.Table, Column: column}
	uses, known := s.columns[key]
	if !known {
		uses = s.code.Column(u.Table, column)
		s.columns[key] = uses
	}
	for _, of := range uses {
		if of.Verb == u.Verb && of.Model == u.Model && of.ModelName == u.ModelName && of.At.Path == u.At.Path {
			return of.At
		}
	}
	return u.At
}

// describe says what a use does with what is named.
func describe(u usage.Use, what string) string {
	switch u.Verb {
	case usage.Enumerate:
		if u.Model == "table definition" {
			return fmt.Sprintf("this definition, from which code is made, lists %s", what)
		}
		return fmt.Sprintf("the %s model lists %s", u.Model, what)
	case usage.InsertInto:
		return "this insert writes " + what
	case usage.Invoke:
		return "this calls " + what
	case usage.Select:
		return "this query reads " + what
	}
	return fmt.Sprintf("this %s uses %s", u.Verb, what)
}

// inQuotes reports whether a text stands in a line as a value: in quotes, or as a symbol.
func inQuotes(line, value string) bool {
	for _, q := range []string{"'", `"`, "`"} {
		if strings.Contains(line, q+value+q) {
			return true
		}
	}
	return strings.Contains(line, ":"+value)
}

func places(list []catalog.Place, note string) []proof {
	var proofs []proof
	for _, at := range list {
		proofs = append(proofs, proof{at: at, note: note})
	}
	return proofs
}

// same compares names as a dialect does.
func same(d catalog.Dialect, a, b string) bool {
	return a == b || d != catalog.Postgres && strings.EqualFold(a, b)
}
