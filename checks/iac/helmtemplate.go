package iac

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// HelmTemplate reads the templates of charts. They are not rendered: an image field is
// followed to the values that reach it, through variables, branches and named templates.
func HelmTemplate() Reader {
	return Reader{
		Name: "helm-template", Path: isChartTemplate, Read: readChartTemplate,
		Where: "`.yaml`, `.yml` and `.tpl` below a folder `templates`, where they are a chart's",
		What:  "image fields, followed to the values that reach them: see [charts](#charts)",
	}
}

func isChartTemplate(p string) bool {
	if !strings.Contains("/"+path.Dir(p)+"/", "/templates/") {
		return false
	}
	switch path.Ext(p) {
	case ".yaml", ".yml", ".tpl":
		return true
	}
	return false
}

// Bounds on one template: its size, its actions, and how deep they nest.
const (
	templateBytes   = tree.MaxFile
	templateActions = 20_000
	templateDepth   = 100
	templateSteps   = 200_000 // what following it may cost
	templateExpr    = 300     // parts of one expression
)

// isHelm reports whether one of the actions says what only a chart's template does:
// CloudFormation and Azure have braces in folders of this name, too.
func isHelm(data []byte) bool {
	for {
		i := bytes.Index(data, []byte("{{"))
		if i < 0 {
			return false
		}
		foreign := i > 0 && data[i-1] == '$'
		data = data[i+2:]
		action := data
		if end := bytes.Index(data, []byte("}}")); end >= 0 {
			action = data[:end]
		}
		if !foreign && saysHelm(action) {
			return true
		}
	}
}

func saysHelm(action []byte) bool {
	for _, word := range []string{".Values", ".Chart.", ".Release.", ".Capabilities.", "define \"", "include \"", "template \""} {
		if bytes.Contains(action, []byte(word)) {
			return true
		}
	}
	return false
}

func readChartTemplate(name string, data []byte) *File {
	if !bytes.Contains(data, []byte("{{")) || !isHelm(data) {
		return nil // plain YAML, or a template of something else
	}
	file := &File{Format: "helm-template", Unit: UnitHelm}
	if reason := tooMuch(data); reason != "" {
		file.Unread = []Unread{{Kind: checks.Defeated, Reason: reason}}
		return file
	}
	main := parse.New(path.Base(name))
	main.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := main.Parse(string(data), "", "", trees); err != nil {
		file.Unread = []Unread{unparsed(err, data)}
		return file
	}
	t := &templates{lineText: newLineText(data), File: file, left: templateSteps}
	t.read(main, trees)
	return file
}

// tooMuch says what makes a template unsafe to parse; empty when nothing does.
func tooMuch(data []byte) string {
	actions := bytes.Count(data, []byte("{{"))
	switch {
	case len(data) > templateBytes:
		return fmt.Sprintf("a template of more than %d bytes", templateBytes)
	case !utf8.Valid(data):
		return "not valid UTF-8"
	case actions > templateActions:
		return fmt.Sprintf("a template of more than %d actions", templateActions)
	case nests(data) > templateDepth:
		return fmt.Sprintf("nested more than %d deep", templateDepth)
	}
	return ""
}

// nests is how deep a template nests at most; an "else if" nests once more to the parser.
func nests(data []byte) int {
	deepest, elses := 0, []int{} // by open block, its "else if"s
	depth := 0
	for {
		i := bytes.Index(data, []byte("{{"))
		if i < 0 {
			return deepest
		}
		data = data[i+2:]
		action := data
		if end := bytes.Index(data, []byte("}}")); end >= 0 {
			action = data[:end]
		}
		deepest = max(deepest, parentheses(action))
		words := bytes.Fields(bytes.TrimLeft(action[:min(len(action), 100)], "- \t\r\n"))
		if len(words) == 0 {
			continue
		}
		switch string(words[0]) {
		case "if", "range", "with", "define", "block":
			depth, elses = depth+1, append(elses, 0)
		case "else":
			if len(words) > 1 && len(elses) > 0 {
				depth++
				elses[len(elses)-1]++
			}
		case "end", "end-":
			if len(elses) > 0 {
				depth -= 1 + elses[len(elses)-1]
				elses = elses[:len(elses)-1]
			}
		}
		deepest = max(deepest, depth)
	}
}

// parentheses is how deep those of an action nest.
func parentheses(action []byte) int {
	depth, deepest := 0, 0
	for _, c := range action {
		switch c {
		case '(':
			depth++
			deepest = max(deepest, depth)
		case ')':
			depth = max(0, depth-1)
		}
	}
	return deepest
}

// templateErrorLine is where the library's message says the line.
var templateErrorLine = regexp.MustCompile(`^template: [^:]*:(\d+)(?::\d+)?: `)

func unparsed(err error, data []byte) Unread {
	reason, line := err.Error(), 0
	if m := templateErrorLine.FindStringSubmatch(reason); m != nil {
		reason = strings.TrimPrefix(reason, m[0])
		if _, err := fmt.Sscan(m[1], &line); err != nil {
			line = 0
		}
	}
	line = min(line, bytes.Count(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))+1)
	return Unread{Line: line, Kind: checks.Unsupported, Reason: "a template that Helm cannot parse: " + cut(reason, 200)}
}

// templates is one file of templates while it is read.
type templates struct {
	*lineText
	*File
	left int // steps
	// at stands for every place, where a template of our own is followed for a call of it.
	at *checks.Span
}

// read follows the file's own text with the chart as its dot, and each template that it
// defines with whatever that is called with.
func (t *templates) read(main *parse.Tree, trees map[string]*parse.Tree) {
	t.walk(main.Root, newTemplateEnv(rootName), "")
	names := make([]string, 0, len(trees))
	for name, defined := range trees {
		if defined != main && defined.Root != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		root := trees[name].Root
		if t.Gives == nil {
			t.Gives = map[string]Expr{}
		}
		t.walk(root, newTemplateEnv(dotName), "define "+cut(name, longestAddress/2))
		if e := t.bounded(t.text(root, newTemplateEnv(dotName))); len(t.Gives) < maxChartValues && !manyLines(e) {
			t.Gives[outputs+name] = e
		}
	}
	if t.left < 0 {
		t.Unread = append(t.Unread, Unread{Kind: checks.Defeated, Reason: "a template that takes too many steps to follow"})
	}
}

// manyLines reports whether a template writes more than one value.
func manyLines(e Expr) bool {
	return e.Op == Lit && strings.Contains(e.Text, "\n") || (e.Op == Cat || e.Op == If) && slices.ContainsFunc(e.Args, manyLines)
}

func (t *templates) step(n int) bool {
	t.left -= n
	return t.left >= 0
}

// action is where the action stands that holds the source byte at pos, braces included.
func (t *templates) action(pos int) (from, to int) {
	from, to = pos, pos
	if i := bytes.LastIndex(t.data[max(0, pos-4096):min(pos+2, len(t.data))], []byte("{{")); i >= 0 {
		from = max(0, pos-4096) + i
	}
	if i := bytes.Index(t.data[min(pos, len(t.data)):], []byte("}}")); i >= 0 {
		to = pos + i + 2
	}
	return from, to
}

// place is the span of an action, for the expressions that it makes.
func (t *templates) place(pos parse.Pos) checks.Span {
	if t.at != nil {
		return *t.at
	}
	return t.SpanOf(t.action(int(pos)))
}

func (t *templates) expr(op Op, text string, at checks.Span, args ...Expr) Expr {
	return Expr{Op: op, Text: text, Args: args, Span: at, Line: t.lineOf(at.Line)}
}

// bounded is an expression, or that it is too large to be one.
func (t *templates) bounded(e Expr) Expr {
	if sizeOf(e, templateExpr) > templateExpr {
		return t.expr(Unknown, "(a value of too many parts)", e.Span)
	}
	return e
}

// sizeOf counts the parts of an expression, but not far beyond most.
func sizeOf(e Expr, most int) int {
	n := 1
	for _, arg := range e.Args {
		if n > most {
			break
		}
		n += sizeOf(arg, most-n)
	}
	if e.Else != nil && n <= most {
		n += sizeOf(*e.Else, most-n)
	}
	return n
}
