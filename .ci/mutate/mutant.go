package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
)

// mutant is a file with one place broken.
type mutant struct {
	file string
	line int
	what string
	text string
}

func (m mutant) String() string { return fmt.Sprintf("%s:%d %s", m.file, m.line, m.what) }

// mutantsOf are all that can be made of a file.
func mutantsOf(name string) []mutant {
	source, err := os.ReadFile(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, name, source, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	var all []mutant
	put := func(from, to token.Pos, what, text string) {
		a, b := files.Position(from), files.Position(to)
		all = append(all, mutant{name, a.Line, what, string(source[:a.Offset]) + text + string(source[b.Offset:])})
	}
	ast.Inspect(tree, func(n ast.Node) bool { mutate(n, put); return true })
	return all
}

// swaps are operators that mean something else in each other's place.
func swaps() map[token.Token]token.Token {
	return map[token.Token]token.Token{
		token.EQL: token.NEQ, token.NEQ: token.EQL, token.LAND: token.LOR, token.LOR: token.LAND,
		token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
	}
}

// mutate breaks what a node decides: a condition, a case, a constant that is returned.
func mutate(n ast.Node, put func(from, to token.Pos, what, text string)) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if other, ok := swaps()[n.Op]; ok {
			put(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), fmt.Sprintf("%s becomes %s", n.Op, other), other.String())
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			put(n.OpPos, n.OpPos+1, "! is left out", "")
		}
	case *ast.Ident:
		if n.Name == "true" || n.Name == "false" {
			other := map[string]string{"true": "false", "false": "true"}[n.Name]
			put(n.Pos(), n.End(), n.Name+" becomes "+other, other)
		}
	case *ast.BasicLit:
		if n.Kind == token.STRING && len(n.Value) > 4 && strings.HasPrefix(n.Value, `"`) && !strings.Contains(n.Value, " ") {
			put(n.Pos(), n.End(), n.Value+" becomes another", `"mutant`+n.Value[1:])
		}
	}
}
