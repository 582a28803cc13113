package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/checkrein/checkrein/checks"
)

// walk is one way through a text: where it is, and what led there.
type walk struct {
	*reader
	src      *source
	scope    *scope
	wrappers []string
	calls    []checks.Span
	when     []string
	env      map[string]value // set for what is run by the wrappers around it
	running  []string         // functions that are being called
	depth    int
	first    feed // of the first statement of a script
	mended   int  // how often the text was mended for the parser
	turns    int  // how often the loops around it are gone through
}

// feed is what a command is given to read.
type feed struct {
	stdin value // nil: not known
	piped int   // the command before it; -1: none
}

// output is what a command writes; nil: not known.
type output = value

func (r *reader) outermost() walk {
	s := &scope{args: &arguments{unknown: true}}
	if r.in.Args != nil {
		s.args = &arguments{}
		for _, a := range r.in.Args {
			s.args.words = append(s.args.words, field{value: valueOf(a, 0, 0)})
		}
	}
	for name, text := range r.in.Env {
		s.set(name, variable{value: rootSource(text, PowerShell).run(0, len(text)).standing(0, 0)})
	}
	return walk{reader: r, scope: s, turns: 1, first: feed{piped: -1}}
}

// sh reads the source as a shell script, statement by statement.
func (w walk) sh() {
	if reason := tooMuch(w.src.text); reason != "" {
		w.unreadable(w.src, 0, reason)
		w.unread[len(w.unread)-1].Defeated = true
		w.byLine(0)
		return
	}
	var last *syntax.Stmt
	var failed error
	done, in := 0, w.first
	w.first = feed{piped: -1}
	parser := syntax.NewParser(syntax.Variant(syntax.LangBash))
	for stmt, err := range parser.StmtsSeq(strings.NewReader(w.src.text)) { // leaving early makes it panic
		if last != nil { // only now its here-documents are read
			done = int(last.End().Offset())
			w.stmt(last, in)
			in = w.first
		}
		if last = stmt; err != nil && failed == nil {
			failed = err
		}
	}
	if last != nil {
		w.stmt(last, in)
	}
	if failed != nil {
		w.broken(failed, done)
	}
}

// stmts runs statements one after another and tells what they write.
func (w walk) stmts(list []*syntax.Stmt) output {
	if len(list) == 1 {
		return w.stmt(list[0], feed{piped: -1})
	}
	for _, s := range list {
		w.stmt(s, feed{piped: -1})
	}
	return nil
}

func (w walk) stmt(s *syntax.Stmt, in feed) output {
	if !w.step(1) {
		return nil
	}
	if w.depth++; w.depth > maxDepth {
		w.defeat("nested too deep")
		return nil
	}
	in, silent := w.redirected(s.Redirs, in)
	if s.Cmd == nil {
		return nil
	}
	if s.Background {
		w.scope = w.scope.child()
	}
	out := w.command(s.Cmd, in)
	if silent {
		w.keepFiles(s.Redirs, out)
		return nil
	}
	return out
}

// redirected is what a statement is given to read, and whether what it writes goes elsewhere.
func (w walk) redirected(redirs []*syntax.Redirect, in feed) (feed, bool) {
	silent := false
	for _, r := range redirs {
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			in.stdin = w.heredoc(r)
		case syntax.WordHdoc:
			v := w.joined(r.Word)
			in.stdin = append(slices.Clone(v), literal("\n", w.src.until(int(r.End().Offset())), w.src.until(int(r.End().Offset())))...)
		case syntax.RdrIn:
			in.stdin, _ = w.file(w.joined(r.Word))
		default:
			w.joined(r.Word)
			silent = silent || r.N == nil || r.N.Value == "1"
		}
	}
	return in, silent
}

func (w walk) command(c syntax.Command, in feed) output {
	switch c := c.(type) {
	case *syntax.CallExpr:
		return w.call(c, in)
	case *syntax.BinaryCmd:
		return w.binary(c, in)
	case *syntax.Block:
		return w.stmtsFed(c.Stmts, in)
	case *syntax.Subshell:
		w.scope = w.scope.child()
		return w.stmtsFed(c.Stmts, in)
	case *syntax.IfClause:
		w.ifClause(c)
	case *syntax.WhileClause:
		body := w.within()
		body.stmts(c.Cond)
		body.stmts(c.Do)
		w.scope.keep(w.reader, []*scope{body.scope}, false)
	case *syntax.ForClause:
		w.forClause(c)
	case *syntax.CaseClause:
		w.caseClause(c)
	case *syntax.FuncDecl:
		if c.Name != nil {
			w.scope.declare(c.Name.Value, function{c.Body, w.src})
		}
	case *syntax.DeclClause:
		w.declaration(c)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return w.stmt(c.Stmt, in)
		}
	case *syntax.CoprocClause:
		w.stmt(c.Stmt, in)
	case *syntax.TestDecl:
		w.stmt(c.Body, in)
	default:
		w.inside(c)
	}
	return nil
}

// stmtsFed hands what is read to the first of the statements.
func (w walk) stmtsFed(list []*syntax.Stmt, in feed) output {
	if len(list) == 0 {
		return nil
	}
	out := w.stmt(list[0], in)
	if len(list) == 1 {
		return out
	}
	w.stmts(list[1:])
	return nil
}

// within is the way into a branch.
func (w walk) within() walk {
	w.scope = w.scope.child()
	return w
}

// given is the way where a condition holds.
func (w walk) given(condition string) walk {
	w.when = append(slices.Clip(w.when), clip(condition))
	return w
}

func (w walk) shown(from, to syntax.Pos) string {
	a, b := int(from.Offset()), min(int(to.Offset()), len(w.src.text))
	return oneLine(w.src.shown(a, min(b, a+2*maxWritten)))
}

func (w walk) pipe(c *syntax.BinaryCmd, in feed) output {
	before := len(w.commands)
	out := w.within().stmt(c.X, in)
	in = feed{stdin: out, piped: -1}
	if len(w.commands) > before {
		in.piped = len(w.commands) - 1
	}
	return w.within().stmt(c.Y, in)
}

// counted forgets what a variable held that a sum is put into.
func (w walk) counted(n *syntax.BinaryArithm) {
	if name, ok := n.X.(*syntax.Word); ok && name.Lit() != "" && assigns(n.Op.String()) {
		w.scope.set(name.Lit(), variable{value: unknown("$"+name.Lit(), 0, 0)})
	}
}

func assigns(operator string) bool {
	return strings.HasSuffix(operator, "=") && !slices.Contains([]string{"==", "!=", "<=", ">="}, operator)
}

// inside runs what is substituted within tests and sums.
func (w walk) inside(n syntax.Node) {
	if n == nil {
		return
	}
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			w.within().stmts(n.Stmts)
			return false
		case *syntax.ProcSubst:
			w.within().stmts(n.Stmts)
			return false
		case *syntax.BinaryArithm:
			w.counted(n)
		}
		return !w.defeated
	})
}
