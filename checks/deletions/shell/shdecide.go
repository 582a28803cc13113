package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// truth is what is known of a condition.
type truth int

const (
	open truth = iota // nothing
	holds
	fails
)

func truthOf(ok bool) truth {
	if ok {
		return holds
	}
	return fails
}

func (t truth) not() truth {
	switch t {
	case holds:
		return fails
	case fails:
		return holds
	}
	return open
}

// sure is the text of a value that no default made: what nothing in sight sets may still be
// set elsewhere, and must not hide a branch.
func (v value) sure() (string, bool) {
	for _, p := range v {
		if p.gap || p.assumed {
			return "", false
		}
	}
	return v.known()
}

// decided tells whether the condition that a list of statements is holds.
func (w walk) decided(cond []*syntax.Stmt) truth {
	if len(cond) != 1 || len(cond[0].Redirs) > 0 {
		return open
	}
	t := open
	switch c := cond[0].Cmd.(type) {
	case *syntax.TestClause:
		t = w.test(c.X)
	case *syntax.CallExpr:
		t = w.bracket(c)
	}
	if cond[0].Negated {
		return t.not()
	}
	return t
}

// bracket is what `[ … ]`, true and false say of known words.
func (w walk) bracket(c *syntax.CallExpr) truth {
	if len(c.Args) == 1 && len(c.Assigns) == 0 && !starts(c.Args[0]) { // `if $DRY_RUN; then`
		switch text, _ := w.joined(c.Args[0]).sure(); text {
		case "true", ":":
			return holds
		case "false":
			return fails
		}
	}
	if len(c.Args) < 4 || len(c.Args) > 6 || c.Args[0].Lit() != "[" || slices.ContainsFunc(c.Args, starts) {
		return open
	}
	words := c.Args[1 : len(c.Args)-1]
	negated := words[0].Lit() == "!"
	if negated {
		words = words[1:]
	}
	t := open
	switch len(words) {
	case 2:
		t = w.unary(words[0].Lit(), words[1])
	case 3:
		t = w.compared(words[1].Lit(), words[0], words[2], false)
	}
	if negated {
		return t.not()
	}
	return t
}

// starts tells whether a word starts a command.
func starts(word *syntax.Word) bool {
	found := false
	syntax.Walk(word, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			found = true
		}
		return !found
	})
	return found
}

// test is what `[[ … ]]` says.
func (w walk) test(x syntax.TestExpr) truth {
	switch x := x.(type) {
	case *syntax.ParenTest:
		return w.test(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return w.test(x.X).not()
		}
		if word, ok := x.X.(*syntax.Word); ok && !starts(word) {
			return w.unary(x.Op.String(), word)
		}
	case *syntax.BinaryTest:
		a, ok := x.X.(*syntax.Word)
		b, okay := x.Y.(*syntax.Word)
		if ok && okay && !starts(a) && !starts(b) {
			return w.compared(x.Op.String(), a, b, true)
		}
	}
	return open
}

func (w walk) unary(op string, word *syntax.Word) truth {
	text, sure := w.joined(word).sure()
	switch {
	case !sure:
		return open
	case op == "-z":
		return truthOf(text == "")
	case op == "-n":
		return truthOf(text != "")
	}
	return open
}

// compared compares two words; pattern: what stands in the second may be one.
func (w walk) compared(op string, a, b *syntax.Word, pattern bool) truth {
	x, sure := w.joined(a).sure()
	y, surely := w.joined(b).sure()
	if !sure || !surely || pattern && strings.ContainsAny(y, `*?[\`) {
		return open
	}
	switch op {
	case "=", "==":
		return truthOf(x == y)
	case "!=":
		return truthOf(x != y)
	}
	return open
}

// matches tells whether one of the patterns of a case is the word.
func (w walk) matches(word string, patterns []*syntax.Word) truth {
	t := fails
	for _, p := range patterns {
		if starts(p) {
			return open
		}
		text, sure := w.joined(p).sure()
		switch {
		case !sure:
			return open
		case text == "*" || text == word:
			return holds
		case strings.ContainsAny(text, `*?[\`):
			t = open
		}
	}
	return t
}
