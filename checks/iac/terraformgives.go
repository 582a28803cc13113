package iac

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	// tfGives bounds the names that one file gives, tfWild the parts of one that stand
	// for every element.
	tfGives = 20_000
	tfWild  = 2
)

// variable gives a variable its default, and to optional attributes theirs.
func (m *tfModule) variable(name string, v hclValue) {
	name = "var." + name
	m.give(name, v.field("default"))
	before := len(m.gives)
	types := map[string][]Expr{}
	m.flatten(name, v.field("type"), types)
	for key, x := range types {
		if _, given := m.gives[key]; !given && before < tfGives {
			m.gives[key] = slices.DeleteFunc(x, func(e Expr) bool { return e.Op != Lit })
		}
	}
}

// give makes a value known in the module, with its parts: "var.x.tag", and "var.x.*"
// for any of its elements.
func (m *tfModule) give(name string, v hclValue) { m.flatten(name, v, m.gives) }

// flatten adds a value and its parts under their names.
func (m *tfModule) flatten(name string, v hclValue, gives map[string][]Expr) {
	m.part(tfPart{name: name, secret: m.secretKey(name)}, v, gives)
}

// tfPart is the name of a part of a value.
type tfPart struct {
	name   string
	wild   int // how much of it stands for every element
	secret bool
}

func (p tfPart) of(key string) tfPart { return tfPart{p.name + "." + key, p.wild, p.secret} }

func (m *tfModule) part(p tfPart, v hclValue, gives map[string][]Expr) {
	if m.steps++; m.steps > hclSteps || len(gives) > tfGives {
		m.defeated("more values than are followed")
		return
	}
	if len(p.name) > longestAddress {
		return
	}
	switch v.kind {
	case hclNothing, hclFile:
	case hclObject:
		for _, f := range v.entries() {
			m.parts(p, f.name, f.value, gives)
		}
	case hclList:
		for i, item := range v.items {
			m.parts(p, strconv.Itoa(i), item, gives)
		}
	case hclChoice:
		for _, item := range v.items {
			m.part(p, item, gives)
		}
	default:
		if x, ok := m.scalar(v); ok && len(gives[p.name]) < maxElements {
			gives[p.name] = append(gives[p.name], public(p.name, p.secret, x))
		}
	}
}

// parts adds an element under its key, and as any of the elements.
func (m *tfModule) parts(p tfPart, key string, v hclValue, gives map[string][]Expr) {
	p.secret = p.secret || m.secretKey(key)
	if key != "" {
		m.part(p.of(key), v, gives)
	}
	if p.wild < tfWild {
		p.wild++
		m.part(p.of("*"), v, gives)
	}
}

var (
	// tfImageName are names that speak of an image, whatever else they say.
	tfImageName = regexp.MustCompile(`(?i)(image|tag|version|digest)`)
	// tfSecret are names of secrets even then.
	tfSecret = regexp.MustCompile(`(?i)(secret|token|passw|passphrase|pwd|cred|private|salt)`)
)

// secretKey reports whether a key speaks of a secret; asked for every key once.
func (m *tfModule) secretKey(key string) bool {
	secret, known := m.secrets[key]
	if !known {
		secret = tfSecret.MatchString(key) || isSecret(key) && !tfImageName.MatchString(key)
		m.secrets[key] = secret
	}
	return secret
}

// public is an expression without the text of secrets: the facts of a file are kept.
// Text that can be no part of a reference is left out too.
func public(name string, secret bool, x Expr) Expr {
	if x.Op == Lit && (secret || !maybeImagePart(x.Text)) {
		return Expr{Op: Unknown, Text: "${" + name + "}", Span: x.Span}
	}
	return x
}

// maybeImagePart is imagePart without its patience: every value of a module is asked.
func maybeImagePart(text string) bool {
	if len(text) > 255 || strings.Contains(text, "://") {
		return false
	}
	for i := range len(text) {
		if c := text[i]; !isNameStart(c) && (c < '0' || c > '9') && strings.IndexByte("./:@+?${}-", c) < 0 {
			return false
		}
	}
	return true
}

// finish turns what was gathered into the file's gives.
func (m *tfModule) finish() {
	m.file.Gives = allOf(m.gives)
	if m.steps > hclSteps {
		m.defeated("expressions with too many parts")
	}
}

func oneOf(args []Expr) Expr {
	if len(args) == 1 {
		return args[0]
	}
	return Expr{Op: Any, Args: args, Span: args[0].Span, Line: args[0].Line}
}

// tfMeta are the arguments of a module call that are no inputs.
var tfMeta = []string{"source", "version", "count", "for_each", "providers", "depends_on", "lifecycle"}

// call is a use of another module: one of the repository gets its inputs, one of a
// registry has its images judged here.
func (m *tfModule) call(address string, v hclValue) {
	source := v.field("source")
	word := source.word()
	if !strings.HasPrefix(word, "./") && !strings.HasPrefix(word, "../") {
		m.foreign(address, word, v)
		return
	}
	span := m.SpanOf(source.from, source.to)
	use := Use{Path: word, Unit: UnitTerraform, As: address + ".", Address: address, When: m.here, Span: span, Line: m.lineOf(span.Line)}
	gives := map[string][]Expr{}
	for _, f := range v.fields {
		if slices.Contains(tfMeta, f.name) {
			continue
		}
		m.flatten("var."+f.name, f.value, gives)
		if f.value.kind == hclName {
			if use.Passes == nil {
				use.Passes = map[string]string{}
			}
			use.Passes[f.value.expr.Text+"."] = "var." + f.name + "."
		}
	}
	m.handOn(use, gives)
}

// handOn adds the use; a call in a loop hands on one of what each time is handed.
func (m *tfModule) handOn(use Use, gives map[string][]Expr) {
	use.Gives = allOf(gives)
	for i := range m.file.Uses {
		if known := &m.file.Uses[i]; known.Address == use.Address && known.Span == use.Span && known.Unit != "" {
			for name, x := range use.Gives {
				if before, ok := known.Gives[name]; ok {
					x = oneOf(alternatives(before, x))
				}
				known.Gives[name] = x
			}
			return
		}
	}
	m.file.Uses = append(m.file.Uses, use)
}

func alternatives(a, b Expr) []Expr {
	args := []Expr{a}
	if a.Op == Any {
		args = slices.Clip(a.Args)
	}
	if len(args) >= maxElements {
		return args
	}
	return append(args, b)
}

// foreign judges the inputs of a module that is not here.
func (m *tfModule) foreign(address, source string, v hclValue) {
	if source == "" {
		return
	}
	before := len(m.file.Sites)
	for _, field := range tfModuleFields() {
		f := tfFinder{tfModule: m, kind: "module", resource: v, field: field}
		f.find(v, strings.Split(field.image, "."), tfTrail{address, strings.SplitN(address, ".", 2)})
	}
	if len(m.file.Sites) > before {
		m.modules[address] = true
	}
}

// judgedModule reports whether a name is an output of a module whose inputs were judged.
func (m *tfModule) judgedModule(name string) bool {
	parts := strings.SplitN(name, ".", 3)
	return len(parts) > 2 && m.modules[parts[0]+"."+parts[1]]
}

// usesFile is a file whose content is taken: a template gets its values.
func (m *tfModule) usesFile(path string, vars hclValue, from, to int) {
	span := m.SpanOf(from, to)
	use := Use{Path: path, Span: span, Line: m.lineOf(span.Line), Gives: m.templateValues(vars)}
	m.file.Uses = append(m.file.Uses, use)
}

// templateFile is the data source that was there before templatefile: its content is what
// a file says with its values, or a text.
func (m *tfModule) templateFile(name string, v hclValue) {
	template := v.field("template")
	if template.kind == hclNothing {
		return
	}
	m.contents["data.template_file."+name+".rendered"] = template
	at := m.SpanOf(template.from, template.to)
	for i := range m.file.Uses {
		if use := &m.file.Uses[i]; template.kind == hclFile && use.Span == at && use.Gives == nil {
			use.Gives = m.templateValues(v.field("vars"))
		}
	}
}

// templateValues are what the names of a template stand for; nil where none is given.
func (m *tfModule) templateValues(vars hclValue) map[string]Expr {
	gives := map[string][]Expr{}
	for _, f := range vars.entries() {
		if f.name != "" {
			m.flatten(f.name, f.value, gives)
		}
	}
	return allOf(gives)
}

func allOf(gives map[string][]Expr) map[string]Expr {
	if len(gives) == 0 {
		return nil
	}
	all := map[string]Expr{}
	for name, args := range gives {
		if len(args) > 0 {
			all[name] = oneOf(args)
		}
	}
	return all
}
