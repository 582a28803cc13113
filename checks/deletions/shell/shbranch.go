package shell

import "mvdan.cc/sh/v3/syntax"

func (w walk) binary(c *syntax.BinaryCmd, in feed) output {
	if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
		return w.pipe(c, in)
	}
	w.stmt(c.X, in)
	tests, condition := w.tests(c.X)
	if c.Op == syntax.AndStmt && !tests {
		w.stmt(c.Y, feed{piped: -1})
		return nil
	}
	decided := open
	if tests {
		if decided = w.decided([]*syntax.Stmt{c.X}); c.Op == syntax.OrStmt {
			decided = decided.not()
		}
	}
	if decided == fails {
		return nil
	}
	right := w.within()
	if tests {
		if c.Op == syntax.OrStmt {
			condition = "! " + condition
		}
		right = right.given(condition)
	}
	right.stmt(c.Y, feed{piped: -1})
	w.scope.keep(w.reader, []*scope{right.scope}, decided == holds)
	return nil
}

// tests tells whether a statement only asks for something, and what.
func (w walk) tests(s *syntax.Stmt) (bool, string) {
	switch c := s.Cmd.(type) {
	case *syntax.TestClause, *syntax.ArithmCmd:
		return true, w.shown(s.Pos(), s.End())
	case *syntax.CallExpr:
		if len(c.Args) > 0 {
			name := c.Args[0].Lit()
			return name == "[" || name == "test", w.shown(s.Pos(), c.End())
		}
	}
	return false, ""
}

func (w walk) ifClause(c *syntax.IfClause) {
	var branches []*scope
	certain := false
	at := w
	for ; c != nil; c = c.Else {
		branch := at.within()
		if c.ThenPos.IsValid() {
			at.stmts(c.Cond)
			condition := w.conditions(c.Cond)
			branch = branch.given(condition)
			at = at.given("! " + condition)
			decided := w.decided(c.Cond)
			if decided == fails {
				continue
			}
			certain = decided == holds
		} else {
			certain = true
		}
		branch.stmts(c.Then)
		branches = append(branches, branch.scope)
		if certain || !w.step(1) {
			break
		}
	}
	w.scope.keep(w.reader, branches, certain)
}

func (w walk) conditions(cond []*syntax.Stmt) string {
	if len(cond) == 0 {
		return ""
	}
	last := cond[len(cond)-1]
	end := last.End()
	if last.Semicolon.IsValid() {
		end = last.Semicolon
	}
	return w.shown(cond[0].Pos(), end)
}

func (w walk) caseClause(c *syntax.CaseClause) {
	held, sure := w.joined(c.Word).sure()
	word := w.shown(c.Word.Pos(), c.Word.End())
	var branches []*scope
	certain, through := false, false
	for _, item := range c.Items {
		branch := w.within()
		if len(item.Patterns) > 0 {
			pattern := w.shown(item.Patterns[0].Pos(), item.Patterns[len(item.Patterns)-1].End())
			matches := open
			if sure {
				matches = w.matches(held, item.Patterns)
			}
			if matches == fails && !through {
				continue
			}
			certain = certain || pattern == "*" || matches == holds
			through = item.Op != syntax.Break
			branch = branch.given(word + " in " + pattern)
		}
		branch.stmts(item.Stmts)
		branches = append(branches, branch.scope)
		if certain && !through {
			break
		}
	}
	w.scope.keep(w.reader, branches, certain)
}
