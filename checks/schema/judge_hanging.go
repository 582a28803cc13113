package schema

import (
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// hanging are functions of the database that name a table or column which is gone: those
// that run whenever the code writes or calls, and others.
func (s *scene) hanging(table catalog.Name, column string) (broke, others []proof) {
	for _, overloads := range s.before.Functions {
		for _, f := range overloads {
			at := s.names(f, table, column)
			if at == nil || !s.stays(f) {
				continue
			}
			p := proof{at: *at, note: "function " + f.Name.String() + " names it"}
			if s.runs(f) {
				broke = append(broke, p)
			} else {
				others = append(others, p)
			}
		}
	}
	return broke, others
}

// names is where a function names a table, or a column of it; nil: it does not.
func (s *scene) names(f *catalog.Function, table catalog.Name, column string) *catalog.Place {
	for _, m := range s.mentions(f) {
		for _, of := range s.before.Resolve(m) {
			if of.Table == table && (column == "" || s.like(of.Column, column) && m.Column != "*") {
				return &f.At
			}
		}
	}
	if column != "" && s.row(f, table) && regexp.MustCompile(`(?i)\b(new|old)\.`+regexp.QuoteMeta(column)+`\b`).MatchString(f.Body) {
		return &f.At
	}
	return nil
}

// row reports whether a function is run by a trigger of a table.
func (s *scene) row(f *catalog.Function, table catalog.Name) bool {
	t := s.before.Table(table)
	return t != nil && slices.ContainsFunc(t.Triggers, func(x *catalog.Trigger) bool { return x.Function.Object == f.Name.Object })
}

// inBody is where a statement begins in code around it.
var inBody = regexp.MustCompile(`(?i)\b(select|insert|update|delete|with|perform)\b`)

// mentions are the tables and columns that a function's body names. Of a body in another
// language those statements are read that stand in it whole.
func (s *scene) mentions(f *catalog.Function) []catalog.Mention {
	if f.Unread == "" || len(f.Body) > 50_000 {
		return f.Mentions
	}
	if list, known := s.bodies[f]; known {
		return list
	}
	list := slices.Clone(f.Mentions)
	for _, piece := range strings.Split(f.Body, ";") {
		at := inBody.FindStringIndex(piece)
		if at == nil {
			continue
		}
		piece = piece[at[0]:]
		if len(piece) > 7 && strings.EqualFold(piece[:7], "perform") {
			piece = "select" + piece[7:]
		}
		for _, x := range sql.Read(s.dialect, sql.Whole(f.At.Path, piece)).Statements {
			if x.Query == nil {
				continue
			}
			list = slices.Concat(list, x.Query.Reads, x.Query.Writes)
			for _, use := range x.Query.Tables {
				list = append(list, catalog.Mention{Tables: []catalog.Name{use.Name}})
			}
		}
	}
	s.bodies[f] = list
	return list
}

// callsFunction reports whether a function's body calls another.
func callsFunction(f, other *catalog.Function) bool {
	return slices.ContainsFunc(f.Calls, func(n catalog.Name) bool { return n.Object == other.Name.Object }) ||
		f.Unread != "" && regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(other.Name.Object)+`\s*\(`).MatchString(f.Body)
}

// stays reports whether a function is still there as it was.
func (s *scene) stays(f *catalog.Function) bool {
	for _, now := range s.after.Overloads(f.Name) {
		if now.ID == f.ID {
			return now.Body == f.Body
		}
	}
	return false
}

// runs reports whether the code makes a function run: it calls it, or writes a table whose
// trigger does, or calls another that does.
func (s *scene) runs(f *catalog.Function) bool { return s.runsWithin(f, 4) }

func (s *scene) runsWithin(f *catalog.Function, depth int) bool {
	if len(s.calls(f.Name)) > 0 {
		return true
	}
	for _, t := range s.before.Tables {
		for _, trigger := range t.Triggers {
			if trigger.Function.Object == f.Name.Object && len(s.those(t.Name, func(u usage.Use) bool { return s.fires(u, trigger) })) > 0 {
				return true
			}
		}
	}
	if depth == 0 {
		return false
	}
	for _, overloads := range s.before.Functions {
		for _, other := range overloads {
			if other != f && callsFunction(other, f) && s.runsWithin(other, depth-1) {
				return true
			}
		}
	}
	return false
}
