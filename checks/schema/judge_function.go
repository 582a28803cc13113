package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// function judges rows 48 to 51.
func (s *scene) function(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Added:
		return s.overloaded(d, d.Is.(*catalog.Function))
	case catalog.Removed, catalog.Renamed:
		return s.functionGone(d, d.Was.(*catalog.Function))
	case catalog.Changed:
		return s.functionChanged(d, d.Was.(*catalog.Function), d.Is.(*catalog.Function))
	}
	return nil
}

// callsOf are the calls of the code that a function may answer.
func (s *scene) callsOf(f *catalog.Function) []usage.Use {
	least, most := arity(f)
	return slices.DeleteFunc(s.calls(f.Name), func(u usage.Use) bool {
		return u.Args >= 0 && (u.Args < least || u.Args > most)
	})
}

func (s *scene) functionGone(d catalog.Delta, f *catalog.Function) []outcome {
	l := loss{delta: d, what: "function " + d.Table.String(), word: d.Table.Object, table: d.Table}
	others := s.after.Overloads(f.Name)
	for _, u := range s.callsOf(f) {
		if s.fails(u, "", noFunction) {
			l.broken = append(l.broken, u)
		} else if !slices.ContainsFunc(others, func(o *catalog.Function) bool { return extends(o, f) }) {
			l.open = append(l.open, u)
		}
	}
	if len(others) == 0 {
		l.broke, l.hangs = s.callers(f)
	}
	if len(others) > 0 && len(l.broken)+len(l.open) == 0 {
		return nil
	}
	return s.gone(l)
}

// extends reports whether a function takes every call of another: the same parameters, and
// behind them only such as may be left out.
func extends(o, f *catalog.Function) bool {
	a, b := inputs(o), inputs(f)
	if len(a) < len(b) || o.Returns != f.Returns {
		return false
	}
	for i := range a {
		if i < len(b) && !a[i].Type.Equal(b[i].Type) || i >= len(b) && !a[i].Default {
			return false
		}
	}
	return true
}

func inputs(f *catalog.Function) []catalog.Arg {
	return slices.DeleteFunc(slices.Clone(f.Args), func(a catalog.Arg) bool { return a.Mode == "out" || a.Mode == "table" })
}

// callers are what else of the database calls a function: others, triggers, defaults, checks
// and policies.
func (s *scene) callers(f *catalog.Function) (broke, others []proof) {
	for _, overloads := range s.before.Functions {
		for _, other := range overloads {
			if other == f || !s.stays(other) || !callsFunction(other, f) {
				continue
			}
			p := proof{at: other.At, note: "function " + other.Name.String() + " calls it"}
			if s.runs(other) {
				broke = append(broke, p)
			} else {
				others = append(others, p)
			}
		}
	}
	for _, t := range s.after.Tables {
		for _, trigger := range t.Triggers {
			if trigger.Function.Object == f.Name.Object {
				broke = append(broke, proof{at: trigger.At, note: "trigger " + trigger.Name + " runs it"})
			}
		}
		for _, column := range t.Columns {
			if column.Default != nil && strings.Contains(*column.Default, f.Name.Object+"(") {
				broke = append(broke, proof{at: column.At, note: "the default of " + t.Name.String() + "." + column.Name + " calls it"})
			}
		}
		for _, x := range t.Constraints {
			if x.Kind == catalog.Check && strings.Contains(x.Expr, f.Name.Object+"(") {
				broke = append(broke, proof{at: x.At, note: "check " + x.Name + " calls it"})
			}
		}
		for _, p := range t.Policies {
			if strings.Contains(p.Using+p.WithCheck, f.Name.Object+"(") {
				broke = append(broke, proof{at: p.At, note: "policy " + p.Name + " calls it"})
			}
		}
	}
	return broke, others
}

// overloaded is another function of a name that the code calls (row 49).
func (s *scene) overloaded(d catalog.Delta, f *catalog.Function) []outcome {
	if slices.ContainsFunc(s.deltas, func(x catalog.Delta) bool {
		return x.Kind == catalog.KindFunction && x.Action == catalog.Removed && x.Table == d.Table
	}) {
		return nil // it takes the place of one that goes, and is judged with it
	}
	least, most := arity(f)
	calls := slices.DeleteFunc(s.calls(f.Name), func(u usage.Use) bool { return u.Args < least || u.Args > most })
	if len(calls) == 0 || len(s.before.Overloads(f.Name)) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("calls of %s at %s have two functions to choose from", d.Table, s.ref),
		"Where the arguments' types fit both, the call is ambiguous and fails.", s.shows(calls, "", d.Table.String()))}
}

func (s *scene) functionChanged(d catalog.Delta, was, now *catalog.Function) []outcome {
	calls := s.callsOf(was)
	if len(calls) == 0 {
		return nil
	}
	failing := slices.DeleteFunc(slices.Clone(calls), func(u usage.Use) bool { return !s.fails(u, "", noFunction) })
	switch {
	case len(failing) > 0:
		return []outcome{breaks(d, fmt.Sprintf("function %s wants other arguments than the code at %s gives", d.Table, s.ref), "The call finds no function.", s.shows(failing, "", d.Table.String()))}
	case is(d, catalog.AspectReturns):
		return []outcome{breaks(d, fmt.Sprintf("function %s returns %s instead of %s, which the code at %s takes", d.Table, now.Returns, was.Returns, s.ref),
			"What is done with the answer does not fit another type.", s.shows(calls, "", d.Table.String()))}
	}
	return []outcome{hint(d, fmt.Sprintf("function %s does something else, and the code at %s calls it", d.Table, s.ref), "The signature is the same; what it does is not.", s.shows(calls, "", d.Table.String()))}
}
