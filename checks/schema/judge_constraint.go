package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// constraint judges rows 26 to 38 and 42.
func (s *scene) constraint(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Added:
		return s.constraintAdded(d, d.Is.(*catalog.Constraint))
	case catalog.Removed:
		return s.constraintGone(d, d.Was.(*catalog.Constraint))
	case catalog.Renamed:
		return s.constraintRenamed(d, d.Was.(*catalog.Constraint))
	case catalog.Changed:
		return s.constraintChanged(d, d.Was.(*catalog.Constraint), d.Is.(*catalog.Constraint))
	}
	return nil
}

// upserts are the uses that went by a key and find no other.
func (s *scene) upserts(table catalog.Name, x *catalog.Constraint) []usage.Use {
	return s.those(table, func(u usage.Use) bool {
		return u.Insert != nil && u.Insert.Conflict != nil && s.arbiter(x, u.Insert.Conflict) && s.fails(u, "", noArbiter)
	})
}

// noKey is a key that upserts go by and do not find.
func (s *scene) noKey(d catalog.Delta, x *catalog.Constraint, verb string) []outcome {
	upserts := s.upserts(d.Table, x)
	if len(upserts) == 0 {
		return nil
	}
	return []outcome{breaks(d, fmt.Sprintf("%s %s is %s while upserts at %s go by it", kindOf(x), told(d), verb, s.ref),
		"ON CONFLICT needs a unique key on exactly the columns, or of the name, that it gives: without one every such insert fails.",
		s.shows(upserts, "", "by ON CONFLICT "+target(upserts[0])))}
}

func target(u usage.Use) string {
	if k := u.Insert.Conflict; k.Constraint != "" {
		return "ON CONSTRAINT " + k.Constraint
	} else {
		return "(" + strings.Join(k.Columns, ", ") + ")"
	}
}

func kindOf(x *catalog.Constraint) string {
	switch x.Kind {
	case catalog.Primary:
		return "primary key"
	case catalog.Foreign:
		return "foreign key"
	case catalog.Check:
		return "check"
	case catalog.Exclusion:
		return "exclusion constraint"
	case catalog.Index:
		return "index"
	}
	if x.ByIndex {
		return "unique index"
	}
	return "unique constraint"
}

func (s *scene) constraintGone(d catalog.Delta, x *catalog.Constraint) []outcome {
	if s.after.Table(d.Table) == nil {
		return nil // told of the table
	}
	switch x.Kind {
	case catalog.Primary, catalog.Unique, catalog.Exclusion:
		if list := s.noKey(d, x, "removed"); list != nil {
			return list
		}
		if x.Kind == catalog.Primary && !s.keptKey(d.Table, x) {
			return s.primaryGone(d)
		}
	case catalog.Foreign:
		return s.cascadeGone(d, x)
	}
	return nil
}

// keptKey reports whether the table has a primary key on the same columns now.
func (s *scene) keptKey(table catalog.Name, x *catalog.Constraint) bool {
	return slices.ContainsFunc(s.after.Table(table).Constraints, func(k *catalog.Constraint) bool {
		return k.Kind == catalog.Primary && slices.Equal(k.Columns, x.Columns)
	})
}

// primaryGone judges row 30.
func (s *scene) primaryGone(d catalog.Delta) []outcome {
	uses := s.strong(d.Table)
	if len(uses) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("table %s has another primary key, or none", d.Table),
		"Mappers that find rows by the key, foreign keys and replication go by it.", s.shows(uses, "", "table "+d.Table.String()))}
}

// cascadeGone is a foreign key whose deletes took the children along (row 36).
func (s *scene) cascadeGone(d catalog.Delta, x *catalog.Constraint) []outcome {
	if x.OnDelete == "" || x.OnDelete == "restrict" || x.References == nil || s.keptBy(d.Table, x) {
		return nil
	}
	deletes := s.deleters(*x.References)
	if len(deletes) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("deletes from %s leave rows of %s behind, which %s took care of", x.References, d.Table, told(d)),
		"The code deletes as it did; rows that refer to what is gone stay.", s.shows(deletes, "", "rows of "+x.References.String()))}
}

// keptBy reports whether the table has a foreign key like this one now.
func (s *scene) keptBy(table catalog.Name, x *catalog.Constraint) bool {
	t := s.after.Table(table)
	return t != nil && slices.ContainsFunc(t.Constraints, func(k *catalog.Constraint) bool {
		return k.Kind == catalog.Foreign && slices.Equal(k.Columns, x.Columns) && k.OnDelete == x.OnDelete
	})
}

func (s *scene) constraintRenamed(d catalog.Delta, x *catalog.Constraint) []outcome {
	if list := s.noKey(d, x, "renamed"); list != nil || x.Kind == catalog.Index {
		return list
	}
	words := s.code.Found(d.Item, false)
	if len(words) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("%s %s is renamed, and its name stands in the code at %s", kindOf(x), told(d), s.ref),
		"Code that tells errors apart by the name of what was violated does not know the new one.", places(words, "the name stands here"))}
}

func (s *scene) constraintChanged(d catalog.Delta, was, now *catalog.Constraint) []outcome {
	var list []outcome
	if is(d, catalog.AspectColumns) && !slices.Equal(s.nowCalled(d.Table, was.Columns), now.Columns) {
		list = append(list, s.noKey(d, was, "changed")...)
		if was.Kind == catalog.Primary && len(list) == 0 {
			list = append(list, s.primaryGone(d)...)
		}
		if len(list) == 0 && len(now.Columns) > 0 {
			list = append(list, s.constraintAdded(d, now)...)
		}
	}
	if is(d, catalog.AspectExpr) && was.Kind == catalog.Check {
		list = append(list, s.checkChanged(d, was, now)...)
	} else if is(d, catalog.AspectExpr) {
		list = append(list, s.noKey(d, was, "changed")...)
	}
	if is(d, catalog.AspectOnDelete) && (was.OnDelete != "" && was.OnDelete != "restrict") {
		list = append(list, s.keepsParents(d, now)...)
	}
	if is(d, catalog.AspectReference) {
		list = append(list, s.constraintAdded(d, now)...)
	}
	return once(list)
}

// nowCalled are columns by the names that they bear after the change.
func (s *scene) nowCalled(table catalog.Name, columns []string) []string {
	t := s.before.Table(table)
	if t == nil {
		return columns
	}
	now := s.became(t)
	names := slices.Clone(columns)
	for i, name := range names {
		old := s.before.Column(t, name)
		if old == nil || now == nil {
			continue
		}
		for _, x := range now.Columns {
			if x.ID == old.ID {
				names[i] = x.Name
			}
		}
	}
	return names
}

// checkChanged judges row 42: lists of values by what they lose, others as new.
func (s *scene) checkChanged(d catalog.Delta, was, now *catalog.Constraint) []outcome {
	before, after := literals(was.Expr), literals(now.Expr)
	if len(was.Columns) == 1 && len(before) > 0 && len(after) > 0 {
		return s.values(d, before, after, d.Table, was.Columns[0])
	}
	return s.constraintAdded(d, now)
}

var literal = regexp.MustCompile(`'((?:[^']|'')*)'`)

// literals are the texts in a list of values; nil when the expression is more than one.
func literals(expr string) []string {
	rest := literal.ReplaceAllString(expr, "")
	if strings.ContainsAny(rest, "<>") || regexp.MustCompile(`(?i)\b(and|or|not|between|like)\b`).MatchString(rest) {
		return nil
	}
	var list []string
	for _, m := range literal.FindAllStringSubmatch(expr, -1) {
		list = append(list, strings.ReplaceAll(m[1], "''", "'"))
	}
	return list
}

// constraintAdded judges rows 31 to 34 and 37.
func (s *scene) constraintAdded(d catalog.Delta, x *catalog.Constraint) []outcome {
	t := s.before.Table(d.Table)
	if t == nil || x.Kind == catalog.Index {
		return nil
	}
	if x.Kind == catalog.Foreign {
		return once(append(s.childHeld(d, t, x), s.keepsParents(d, x)...))
	}
	if x.Kind != catalog.Check && s.implied(t, x) || s.onNew(t, x) {
		return nil
	}
	writers := s.those(t.Name, func(u usage.Use) bool { return s.mayViolate(u, x) })
	if len(writers) == 0 {
		return nil
	}
	if list := s.replaces(d, t, x); list != nil {
		return *list
	}
	on := map[catalog.ConstraintKind]string{
		catalog.Unique: "If it ever writes the same value twice, that fails from now on; and the statement fails while there are duplicates.",
		catalog.Check:  "Rows that the check refuses fail from now on; NOT VALID spares only those that are there already.",
	}[x.Kind]
	if on == "" {
		on = "Rows that conflict with others fail from now on."
	}
	return []outcome{depends(d, fmt.Sprintf("%s %s is held against what the code at %s writes", kindOf(x), told(d), s.ref), on, s.shows(writers, "", "what it is held against"))}
}

// replaces is for a check of another name that takes the place of one that goes: only what
// its list of values loses counts.
func (s *scene) replaces(d catalog.Delta, t *catalog.Table, x *catalog.Constraint) *[]outcome {
	if x.Kind != catalog.Check || len(x.Columns) != 1 {
		return nil
	}
	for _, old := range t.Constraints {
		if old.Kind != catalog.Check || !slices.Equal(old.Columns, x.Columns) || s.delta(catalog.KindConstraint, catalog.Removed, t.Name, old.Name) == nil {
			continue
		}
		if before, after := literals(old.Expr), literals(x.Expr); len(before) > 0 && len(after) > 0 {
			list := s.values(d, before, after, t.Name, x.Columns[0])
			return &list
		}
	}
	return nil
}

// mayViolate reports whether a use writes what a constraint is held against.
func (s *scene) mayViolate(u usage.Use, x *catalog.Constraint) bool {
	if !written(u) {
		return false
	}
	if u.Verb == usage.Enumerate || u.Partial || u.Insert != nil && (u.Insert.Positional || u.Insert.Open) {
		return true
	}
	columns := slices.Concat(x.Columns, x.Also)
	return len(columns) == 0 || slices.ContainsFunc(columns, func(c string) bool { return c == "" || s.writes(u, c) })
}

// implied reports whether a part of the columns was unique already.
func (s *scene) implied(t *catalog.Table, x *catalog.Constraint) bool {
	return slices.ContainsFunc(t.Constraints, func(k *catalog.Constraint) bool {
		if k.Kind != catalog.Unique && k.Kind != catalog.Primary || k.Where != "" && k.Where != x.Where {
			return false
		}
		return !slices.ContainsFunc(k.Columns, func(c string) bool { return c == "" || !s.has(x.Columns, c) })
	})
}

// onNew reports whether a constraint is about a column that what runs does not know, and
// leaves NULL, or to an expression that makes another value for each row.
func (s *scene) onNew(t *catalog.Table, x *catalog.Constraint) bool {
	now := s.became(t)
	if now == nil {
		return false
	}
	fresh := func(name string) bool {
		column := s.after.Column(now, name)
		return name != "" && s.before.Column(t, name) == nil && column != nil && (column.Default == nil || strings.Contains(*column.Default, "("))
	}
	if x.Kind == catalog.Check || x.NullsNotDistinct {
		return len(x.Columns) > 0 && !slices.ContainsFunc(x.Columns, func(c string) bool { return !fresh(c) })
	}
	return slices.ContainsFunc(x.Columns, fresh)
}

// childHeld is a foreign key that rows of the code are held against (rows 33 and 34).
func (s *scene) childHeld(d catalog.Delta, t *catalog.Table, x *catalog.Constraint) []outcome {
	if s.onNew(t, x) || slices.ContainsFunc(t.Constraints, func(k *catalog.Constraint) bool {
		return k.Kind == catalog.Foreign && slices.Equal(k.Columns, x.Columns) && k.References != nil && x.References != nil && *k.References == *x.References
	}) {
		return nil
	}
	writers := s.those(t.Name, func(u usage.Use) bool { return s.mayViolate(u, x) })
	if len(writers) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("foreign key %s is held against what the code at %s writes", told(d), s.ref),
		"Rows that refer to nothing fail from now on, also where the order of inserts was no matter before.", s.shows(writers, "", "what it is held against"))}
}
