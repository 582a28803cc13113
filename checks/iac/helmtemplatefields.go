package iac

import (
	"regexp"
	"strings"
	"text/template/parse"

	"github.com/checkrein/checkrein/checks"
)

// templateLines finds the image fields in a template's text, line by line: what stands
// between its actions is YAML only once it is rendered.
type templateLines struct {
	*templates
	define string // the template around; empty: the file itself
	kind   string // of the object that the text is in, as far as it is written out
	line   string // up to here, an action as "\x00"
	field  *templateField
	group  *templateGroup
	guards []templateGuard
}

// templateGuard is a condition between ways to write one and the same image field: a way
// that the values rule out names nothing that is pulled.
type templateGuard struct {
	cond Expr
	yes  bool
}

// templateField is the value of an image field while it is collected.
type templateField struct {
	key      string
	from, to int // offsets of its first byte and behind its last
	parts    []Expr
}

func (t *templates) walk(list *parse.ListNode, env *templateEnv, define string) {
	w := &templateLines{templates: t, define: define}
	w.list(list, env)
	w.end()
	w.ungroup()
}

func (w *templateLines) list(list *parse.ListNode, env *templateEnv) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		if !w.step(1) {
			return
		}
		switch n := n.(type) {
		case *parse.TextNode:
			w.write(string(n.Text), int(n.Pos))
		case *parse.ActionNode:
			if w.field != nil && len(w.field.parts) > 0 && beginsLine(n.Pipe) {
				w.end()
				w.newLine()
			}
			if !w.assign(n, env) {
				w.value(w.pipe(n.Pipe, env), n.Pos)
			}
		case *parse.TemplateNode:
			w.value(w.template(n, env), n.Pos)
		case *parse.IfNode:
			w.branch(&n.BranchNode, env)
		case *parse.WithNode:
			w.branch(&n.BranchNode, env)
		case *parse.RangeNode:
			w.branch(&n.BranchNode, env)
		}
	}
}

// beginsLine reports whether what an action writes begins with a line break.
func beginsLine(pipe *parse.PipeNode) bool {
	if len(pipe.Cmds) == 0 {
		return false
	}
	last := pipe.Cmds[len(pipe.Cmds)-1]
	return len(last.Args) > 0 && last.Args[0].String() == "nindent"
}

// branch inside of a field is a part of its value; elsewhere each way may hold fields.
func (w *templateLines) branch(n *parse.BranchNode, env *templateEnv) {
	if w.field != nil && !strings.Contains(n.List.String(), "\n") {
		e := w.either(n, env)
		end := w.endOf(n)
		w.field.parts, w.field.to = append(w.field.parts, e), end
		return
	}
	before, guards := w.line, w.guards
	guarded := n.NodeType == parse.NodeIf && n.ElseList != nil && onlyImages(n.List) && onlyImages(n.ElseList)
	var cond Expr
	if guarded {
		cond = w.bounded(w.pipe(n.Pipe, env))
	}
	w.branches(n, env, func(list *parse.ListNode, env *templateEnv) {
		w.line = before
		if guarded {
			w.guards = append(guards[:len(guards):len(guards)], templateGuard{cond, list == n.List})
		}
		w.list(list, env)
		w.end()
	})
	w.guards = guards
}

// onlyImages reports whether all that a list of nodes writes are image fields, one or another.
func onlyImages(list *parse.ListNode) bool {
	images := false
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			for _, line := range strings.Split(string(n.Text), "\n") {
				m := fieldKey.FindStringSubmatch(line)
				if m != nil && !isImageKey(m[2]) {
					return false
				}
				images = images || m != nil
			}
		case *parse.IfNode:
			if n.ElseList != nil && onlyImages(n.List) && onlyImages(n.ElseList) {
				images = true
			}
		}
	}
	return images
}

// endOf is the offset behind a branch's end: the first closing one after all it holds.
func (w *templateLines) endOf(n *parse.BranchNode) int {
	last := n.List
	if n.ElseList != nil {
		last = n.ElseList
	}
	_, at := w.action(int(n.Pipe.Pos))
	if len(last.Nodes) > 0 {
		switch inner := last.Nodes[len(last.Nodes)-1].(type) {
		case *parse.TextNode:
			at = int(inner.Pos) + len(inner.Text)
		case *parse.IfNode:
			at = w.endOf(&inner.BranchNode)
		case *parse.WithNode:
			at = w.endOf(&inner.BranchNode)
		default:
			_, at = w.action(int(inner.Position()))
		}
	}
	_, end := w.action(at)
	return max(end, at)
}

// value is what an action writes.
func (w *templateLines) value(e Expr, pos parse.Pos) {
	_, to := w.action(int(pos))
	if w.field != nil {
		w.field.parts, w.field.to = append(w.field.parts, e), to
		return
	}
	w.line += "\x00"
}

// write takes a text that begins at the source byte pos.
func (w *templateLines) write(text string, pos int) {
	for text != "" {
		part, rest, broken := strings.Cut(text, "\n")
		w.part(part, pos)
		if broken {
			w.end()
			w.newLine()
		}
		pos += len(part) + 1
		text = rest
	}
}

// longestTemplateLine bounds the line that is looked at for a key, in bytes.
const longestTemplateLine = 4096

// fieldKey is a line that gives a field a value, or begins to.
var fieldKey = regexp.MustCompile(`^((?:\s|- )*)["']?([A-Za-z][\w-]*)["']?:(?:[ \t]+|$)`)

// part is text within one line.
func (w *templateLines) part(text string, pos int) {
	if w.field != nil {
		w.field.literal(w.templates, text, pos)
		return
	}
	before := len(w.line)
	w.line += text
	if len(w.line) > longestTemplateLine {
		w.line = w.line[:longestTemplateLine]
		return
	}
	if w.group == nil && !strings.Contains(w.line, "mage") && !strings.HasPrefix(w.line, "kind") {
		return
	}
	m := fieldKey.FindStringSubmatchIndex(w.line)
	if m == nil {
		return
	}
	key := w.line[m[4]:m[5]]
	w.meet(key, m[3]-m[2], strings.TrimSpace(w.line[m[1]:]))
	if !w.wanted(key, m[3]-m[2]) || m[1] < before {
		return
	}
	at := pos + m[1] - before
	w.field = &templateField{key: key, from: at, to: at}
	w.field.literal(w.templates, text[m[1]-before:], at)
}

// meet notes what kind of object the text is in, and where a group of fields ends.
func (w *templateLines) meet(key string, indent int, value string) {
	if indent == 0 && key == "kind" {
		w.kind = strings.Trim(value, `"'`)
	}
	if w.group != nil && indent <= w.group.indent {
		w.ungroup()
	}
}

// wanted reports whether a field may name an image, or a part of one.
func (w *templateLines) wanted(key string, indent int) bool {
	if holdsText(w.kind) {
		return false
	}
	if w.group != nil && indent > w.group.indent {
		switch key {
		case "registry", "repository", "name", "tag", "digest":
			return true
		}
	}
	return isImageKey(key)
}

// literal adds a text to a field's value, its first and last quotes left out later.
func (f *templateField) literal(t *templates, text string, pos int) {
	if text == "" {
		return
	}
	f.parts = append(f.parts, t.expr(Lit, text, t.SpanOf(pos, pos+len(text))))
	f.to = pos + len(text)
}

func (w *templateLines) newLine() {
	if strings.HasPrefix(w.line, "---") {
		w.kind = ""
		w.ungroup()
	}
	w.line = ""
}

// end is the end of a line, or of the branch that it is in.
func (w *templateLines) end() {
	f := w.field
	if f == nil {
		return
	}
	w.field = nil
	indent := len(w.line) - len(strings.TrimLeft(w.line, " -"))
	value := w.data[f.from:f.to]
	switch {
	case strings.TrimSpace(string(value)) == "":
		w.ungroup()
		w.group = &templateGroup{key: f.key, indent: indent, parts: map[string]*templateField{}}
	case w.group != nil && indent > w.group.indent:
		w.group.parts[f.key] = f
	default:
		w.tell(f)
	}
}

// tell is a field whose value is one text.
func (w *templateLines) tell(f *templateField) {
	e, from, to := w.plain(f)
	if e.Op == Apply && e.Text == "toYaml" {
		image := e.Args[0]
		e = w.image(image, w.expr(Dict, "", e.Span), w.expr(Dict, "", e.Span), e.Span)
	}
	text := whole(e)
	switch {
	case isNoReference(text), text == "":
		return
	case f.key != "image" && !isReference(text):
		return
	case e.Op == Lit && !isReference(text) && (!repository.MatchString(text) || isNoText(text)):
		return
	}
	w.site(f.key, from, to, e, nil)
}

// isNoText are scalars that YAML takes for something else.
func isNoText(text string) bool {
	switch text {
	case "true", "false", "null", "yes", "no", "on", "off":
		return true
	}
	return strings.Trim(text, "0123456789.") == ""
}

// whole is an expression's text with "x" for what is filled in.
func whole(e Expr) string {
	switch e.Op {
	case Lit:
		return e.Text
	case Cat:
		var b strings.Builder
		for _, arg := range e.Args {
			b.WriteString(whole(arg))
		}
		return b.String()
	}
	return "x"
}

func (w *templateLines) site(key string, from, to int, e Expr, split *Split) {
	if len(w.Sites) >= yamlSites {
		w.left = -1
		return
	}
	address := w.define
	if address == "" {
		address = w.kind
	}
	span := w.SpanOf(from, to)
	for i := len(w.guards) - 1; i >= 0; i-- {
		g, never := w.guards[i], w.expr(Any, "", span)
		ways := []Expr{g.cond, e, never}
		if !g.yes {
			ways = []Expr{g.cond, never, e}
		}
		e = w.expr(If, "", span, ways...)
	}
	w.Sites = append(w.Sites, Site{
		Address: cut(strings.TrimPrefix(address+"."+key, "."), longestAddress), Raw: string(w.data[from:to]),
		Span: span, Line: w.lineOf(span.Line), Expr: w.bounded(e), Split: split,
	})
}

// plain is a field's value without quotes, comment and white space around it.
func (w *templateLines) plain(f *templateField) (e Expr, from, to int) {
	parts, from, to := f.parts, f.from, f.to
	if len(parts) > 0 && parts[len(parts)-1].Op == Lit {
		last := parts[len(parts)-1]
		text := last.Text
		if i := strings.Index(text, " #"); i >= 0 {
			text = text[:i]
		}
		text = strings.TrimRight(text, " \t\r")
		to -= len(last.Text) - len(text)
		if n := len(text); n > 0 && to-1 > from && (text[n-1] == '"' || text[n-1] == '\'') && w.data[from] == text[n-1] {
			text = text[:n-1]
			to--
		}
		parts = w.with(parts, len(parts)-1, text, 0)
	}
	if len(parts) > 0 && parts[0].Op == Lit {
		if text := parts[0].Text; text != "" && (text[0] == '"' || text[0] == '\'') {
			from++
			parts = w.with(parts, 0, text[1:], 1)
		}
	}
	return w.joined(parts, w.SpanOf(from, max(from, to))), from, max(from, to)
}

// with are the parts with another text for a literal, which begins skip bytes later; none for an empty one.
func (w *templateLines) with(parts []Expr, i int, text string, skip int) []Expr {
	out := append([]Expr(nil), parts[:i]...)
	if text != "" {
		e := parts[i]
		e.Text = text
		e.Span = checks.Span{Line: e.Span.Line, Column: e.Span.Column + skip, EndLine: e.Span.Line, EndColumn: e.Span.Column + skip + len(text)}
		out = append(out, e)
	}
	return append(out, parts[i+1:]...)
}
