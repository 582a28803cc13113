package iac

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

var errNotText = errors.New("not valid UTF-8")

// buildArg is an ARG that stands before the first FROM: the only names that FROM knows.
type buildArg struct {
	value *Expr // nil without a default
	what  string
}

// declare takes the names of an ARG instruction. Its defaults see the arguments
// before it, and a second ARG without default keeps the first one's.
func (d *dockerfile) declare(l *logicalLine, args []instructions.KeyValuePairOptional) {
	words := l.arguments(d.escape)
	switch {
	case !utf8.ValidString(l.text):
		d.refuse(l.line, errNotText)
		return
	case len(words) < len(args):
		d.refuse(l.line, errors.New("ARG: the words cannot be told apart"))
		return
	}
	words = words[len(words)-len(args):]
	for i, arg := range args {
		if arg.Value == nil {
			if _, known := d.globals[arg.Key]; !known {
				d.globals[arg.Key] = buildArg{what: argKind(arg.Key)}
			}
			continue
		}
		w := words[i]
		value := interpolate(d.passage(l, min(w.from+len(arg.Key)+1, w.to), w.to), d.dialect())
		d.globals[arg.Key] = buildArg{value: &value, what: "build argument"}
	}
}

func (d *dockerfile) dialect() dialect {
	return dialect{shell: true, escape: d.escape, name: func(name string) (*Expr, string) {
		if arg, ok := d.globals[name]; ok {
			return arg.value, arg.what
		}
		return nil, argKind(name)
	}}
}

// platformArg matches the arguments that BuildKit sets itself.
var platformArg = regexp.MustCompile(`^((BUILD|TARGET)(PLATFORM|OS|OSVERSION|ARCH|VARIANT)|TARGETSTAGE)$`)

func argKind(name string) string {
	if platformArg.MatchString(name) {
		return "build platform argument"
	}
	return "build argument"
}

// from reads the base image of a stage. Its words are counted from the end:
// "--platform" and the like stand before them.
func (d *dockerfile) from(l *logicalLine, stage *instructions.Stage) {
	name := strconv.Itoa(d.stages)
	count := 1
	if stage.Name != "" {
		name, count = stage.Name, 3
	}
	words := l.arguments(d.escape)
	if len(words) >= count {
		w := words[len(words)-count]
		d.add(Site{Address: "stage " + name, Role: "build", Stages: d.named[:len(d.named):len(d.named)]}, d.passage(l, w.from, w.to))
	}
	d.enter(name, stage.Name)
}

// enter begins a stage. What stood before it can be named by its instructions:
// its own name and later ones are images.
func (d *dockerfile) enter(label, name string) {
	d.label = label
	d.before = d.named[:len(d.named):len(d.named)]
	d.beforeOrNumber = d.numbered[:len(d.numbered):len(d.numbered)]
	if name != "" {
		d.named = append(d.named, name)
		d.numbered = append(d.numbered, name)
	}
	d.numbered = append(d.numbered, strconv.Itoa(d.stages))
	d.stages++
}

// copyFrom reads COPY --from: a stage by name or number, or an image.
func (d *dockerfile) copyFrom(l *logicalLine) {
	const flag = "--from="
	for _, w := range l.flags(d.escape) {
		if strings.HasPrefix(l.text[w.from:w.to], flag) {
			d.addLiteral(Site{Address: "stage " + d.label + " COPY --from", Role: "copy", Stages: d.beforeOrNumber},
				d.passage(l, w.from+len(flag), w.to))
		}
	}
}

var mountSource = regexp.MustCompile(`(?i)[=,"']from=([^,"']+)`)

// mountFrom reads RUN --mount=from: a stage by name, or an image.
func (d *dockerfile) mountFrom(l *logicalLine) {
	for _, w := range l.flags(d.escape) {
		text := l.text[w.from:w.to]
		at := mountSource.FindStringSubmatchIndex(text)
		if at == nil || !strings.HasPrefix(text, "--mount=") {
			continue
		}
		d.addLiteral(Site{Address: "stage " + d.label + " RUN --mount", Role: "copy", Stages: d.before},
			d.passage(l, w.from+at[2], w.from+at[3]))
	}
}

// addLiteral adds a site where BuildKit replaces no names.
func (d *dockerfile) addLiteral(site Site, p passage) {
	if strings.Contains(p.text, "$") {
		span := p.span(0, len(p.text))
		site.Expr = Expr{Op: Unknown, Text: cut(p.text, longestLine), Span: span, Line: d.quote(span.Line)}
	}
	d.add(site, p)
}

// add completes a site with what stands at a passage, and how it comes about where that is not told yet.
func (d *dockerfile) add(site Site, p passage) {
	from, to := 0, len(p.text)
	if to >= 2 && (p.text[0] == '"' || p.text[0] == '\'') && p.text[to-1] == p.text[0] {
		from, to = 1, to-1
	}
	site.Raw = p.text[from:to]
	site.Span = p.span(from, to)
	switch {
	case site.Raw == "" || len(d.Sites) > maxDockerfileSites:
		return
	case !utf8.ValidString(site.Raw):
		d.refuse(site.Span.Line, errNotText)
		return
	case site.Expr.Op == "":
		site.Expr = interpolate(p, d.dialect())
		if !isStage(site.Raw, site.Stages) {
			site.Expr = fillIns(site.Expr, p)
		}
	}
	site.Line = d.quote(site.Span.Line)
	switch {
	case site.Raw == "scratch":
		site.Local = "scratch"
	case isStagePattern(site.Expr, site.Stages):
		site.Local = "a build stage of this file"
	}
	d.Sites = append(d.Sites, site)
}

// readSyntax reads the image that the "# syntax=" line names.
func (d *dockerfile) readSyntax() {
	ref, _, place, ok := parser.DetectSyntax(d.data)
	if !ok || len(place) == 0 || place[0].Start.Line < 1 || place[0].Start.Line > d.LineCount() {
		return
	}
	d.frontend = ref
	line := d.logicalAt(place[0].Start.Line)
	at := strings.IndexByte(line.text, '=') + 1
	if at += strings.Index(line.text[at:], ref); at <= 0 {
		return
	}
	d.addLiteral(Site{Address: "syntax", Role: "frontend"}, d.passage(line, at, at+len(ref)))
}

// isStage reports whether a text is one of the names, as BuildKit compares them.
func isStage(text string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, text) })
}

// isStagePattern reports whether an expression with a name that only the build
// gives a value spells a stage: "base-${TARGETARCH}" beside the stage base-arm64.
// One that begins with such a name counts only where BuildKit sets it: "${REGISTRY}node" is no stage.
func isStagePattern(e Expr, stages []string) bool {
	if e.Op != Cat || len(stages) == 0 || e.Args[0].Op != Lit && !platformArg.MatchString(e.Args[0].Text) {
		return false
	}
	var pattern strings.Builder
	open := false
	for _, arg := range e.Args {
		if arg.Op == Lit {
			pattern.WriteString(strings.ToLower(arg.Text))
			continue
		}
		open = open || arg.Op == Name && arg.Else == nil
		pattern.WriteByte('*')
	}
	return open && slices.ContainsFunc(stages, func(stage string) bool {
		ok, err := path.Match(pattern.String(), stage)
		return ok && err == nil
	})
}
