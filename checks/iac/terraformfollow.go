package iac

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// tfFinder follows the fields of one resource to the images that they name.
type tfFinder struct {
	*tfModule
	kind     string
	resource hclValue
	field    tfField
}

// find follows the steps from v on; trail is where it stands: names only, for lifecycle
// rules, and with indexes, for people.
func (f *tfFinder) find(v hclValue, steps []string, trail tfTrail) {
	if f.steps++; f.steps > hclSteps {
		return
	}
	switch v.kind {
	case hclNothing, hclFile: // a file is read for itself
		return
	case hclChoice:
		for _, item := range v.items {
			f.find(item, steps, trail)
		}
		return
	case hclList:
		if len(steps) > 0 && steps[0] == "[]" {
			steps = steps[1:]
		}
		for i, item := range v.items {
			f.find(item, steps, trail.index(i, len(v.items)))
		}
		return
	}
	if len(steps) == 0 {
		f.image(v, hclValue{}, trail)
		return
	}
	f.step(v, steps, trail)
}

func (f *tfFinder) step(v hclValue, steps []string, trail tfTrail) {
	switch v.kind {
	case hclObject:
		switch steps[0] {
		case "**":
			f.anywhere(v, steps, trail)
		case "[]":
			for _, entry := range v.entries() {
				f.find(entry.value, steps[1:], trail.into(entry.name))
			}
		default:
			f.into(v, steps, trail)
		}
	case hclName, hclOpen:
		if steps[0] != "**" {
			f.elsewhere(v, steps, trail)
		}
	}
}

// into takes one step into an object.
func (f *tfFinder) into(v hclValue, steps []string, trail tfTrail) {
	name, encoded := strings.CutSuffix(steps[0], "{}")
	for _, field := range v.fields {
		if field.name != name && !field.rest {
			continue
		}
		value := field.under(name)
		if encoded {
			value = f.decode(value)
		}
		switch {
		case value.kind == hclNothing:
		case len(steps) > 1:
			f.find(value, steps[1:], trail.into(name))
		case value.kind == hclList:
			f.find(value, nil, trail.into(name))
		default:
			f.image(value, v, trail.into(name))
		}
	}
}

// anywhere looks for the next step at every depth, as far as the shape stands here.
func (f *tfFinder) anywhere(v hclValue, steps []string, trail tfTrail) {
	own := v
	own.fields = slices.DeleteFunc(slices.Clone(v.fields), func(field hclField) bool { return field.rest })
	f.into(own, steps[1:], trail)
	for _, field := range own.fields {
		if field.value.kind == hclObject || field.value.kind == hclList {
			f.find(field.value, steps, trail.into(field.name))
		}
	}
}

// elsewhere is an image that a value names whose shape does not stand here: the rest of
// the way is a part of the name.
func (f *tfFinder) elsewhere(v hclValue, steps []string, trail tfTrail) {
	if v.kind == hclName {
		if f.judgedModule(v.expr.Text) {
			return
		}
		for _, step := range steps {
			if step == "[]" {
				v.expr.Text += ".*"
				continue
			}
			name := strings.TrimSuffix(step, "{}")
			v.expr.Text, trail = v.expr.Text+"."+name, trail.into(name)
		}
	}
	f.image(v, hclValue{}, trail)
}

// image adds the site of an image field; beside holds the fields that stand beside it.
func (f *tfFinder) image(v hclValue, beside hclValue, trail tfTrail) {
	x, ok := f.scalar(v)
	if !ok || x.Op == Lit && x.Text == "" {
		return
	}
	var isImage bool
	if x, isImage = f.appService(x); !isImage {
		return
	}
	site := f.site(v, x)
	site.Address = cut(trail.address, longestAddress)
	site.Local = tfLocal(f.kind, f.resource, x)
	site.Split = f.split(beside)
	site.Note = f.ignoredNote(trail)
	if f.kind == "google_cloudbuild_trigger" || f.kind == "aws_codebuild_project" {
		site.Role = RoleCI
	}
	f.add(site, f.resourceName(trail))
}

// split are the fields beside the image's that hold its tag or digest.
func (f *tfFinder) split(beside hclValue) *Split {
	part := func(name string) *Expr {
		if x, ok := f.scalar(beside.field(name)); ok && name != "" {
			return &x
		}
		return nil
	}
	s := Split{Tag: part(f.field.tag), Digest: part(f.field.digest)}
	if s.Tag == nil && s.Digest == nil {
		return nil
	}
	return &s
}

// appService is the image in "DOCKER|image"; other stacks of Azure's app services are none.
func (f *tfFinder) appService(x Expr) (Expr, bool) {
	if !strings.HasSuffix(f.field.image, "linux_fx_version") {
		return x, true
	}
	first := &x
	if x.Op == Cat {
		first = &x.Args[0]
	}
	text, ok := strings.CutPrefix(first.Text, "DOCKER|")
	if first.Op != Lit || !ok {
		return x, false
	}
	if x.Op == Cat {
		x.Args = append([]Expr(nil), x.Args...)
		first = &x.Args[0]
	}
	first.Text = text
	if first.Span.Line == first.Span.EndLine {
		first.Span.Column += len("DOCKER|")
	}
	return x, true
}

// site is an image field where v is written.
func (m *tfModule) site(v hclValue, x Expr) Site {
	span := m.SpanOf(v.from, v.to)
	return Site{Raw: string(m.data[v.from:v.to]), Span: span, Line: m.lineOf(span.Line), Expr: x}
}

// add adds a site. One place may be come to several times, by loops: then it is one of
// what it is each time.
func (m *tfModule) add(site Site, resource string) {
	site.When = m.here
	at, again := m.siteAt[site.Span]
	if !again {
		if len(m.file.Sites) >= yamlSites {
			m.defeated("more than " + strconv.Itoa(yamlSites) + " images")
			return
		}
		m.siteAt[site.Span] = len(m.file.Sites)
		m.sitesOf[resource] = append(m.sitesOf[resource], len(m.file.Sites))
		m.file.Sites = append(m.file.Sites, site)
		return
	}
	known := &m.file.Sites[at]
	if known.Local == "" {
		site.Local = ""
	}
	known.Local = site.Local
	if site.When != known.When {
		known.When = nil // one that is there is enough
	}
	if !reflect.DeepEqual(known.Expr, site.Expr) {
		known.Expr = either(known.Expr, site.Expr, m.looped[at])
		m.looped[at] = true
	}
}

// either is a or b; open: a is such a choice already.
func either(a, b Expr, open bool) Expr {
	if !open {
		a = Expr{Op: Any, Args: []Expr{a}, Span: a.Span, Line: a.Line}
	}
	for _, arg := range a.Args {
		if reflect.DeepEqual(arg, b) {
			return a
		}
	}
	if len(a.Args) < maxElements {
		a.Args = append(a.Args, b)
	}
	return a
}

// tfTrail is where a value stands in its resource.
type tfTrail struct {
	address string
	names   []string // the resource's type and name, then names without indexes
}

func (t tfTrail) into(name string) tfTrail {
	return tfTrail{t.address + "." + name, append(t.names[:len(t.names):len(t.names)], name)}
}

func (t tfTrail) index(i, of int) tfTrail {
	if of > 1 {
		t.address += "[" + strconv.Itoa(i) + "]"
	}
	return t
}

func (m *tfModule) defeated(reason string) {
	u := Unread{Kind: checks.Defeated, Reason: reason}
	if !m.told[u] {
		m.told[u] = true
		m.file.Unread = append(m.file.Unread, u)
	}
}
