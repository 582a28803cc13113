package iac

import (
	"bytes"
	"path"
	"regexp"
	"slices"

	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// Bounds of a devcontainer.json, far above what anybody writes by hand.
const (
	maxDevcontainer      = 256 << 10
	maxDevcontainerDepth = 100
)

// Devcontainer reads devcontainer.json, JSON with comments: the image of a
// development container, and the Dockerfile that it is built from with its arguments.
// Its features are archives, no images; a Compose file is judged where it stands. The
// options of a template give their defaults.
func Devcontainer() Reader {
	return Reader{
		Name: "devcontainer", Path: isDevcontainerPath, Read: readDevcontainer,
		Where: "`devcontainer.json`, `.devcontainer.json`",
		What:  "`image`; a Dockerfile gets the arguments of `build`; options of a template with their defaults; features are archives, no images",
	}
}

// templateOptions is the file that a template's options stand in, beside the folder of
// what they are filled into.
const templateOptions = "devcontainer-template.json"

func isDevcontainerPath(p string) bool {
	switch path.Base(p) {
	case "devcontainer.json", ".devcontainer.json", templateOptions:
		return true
	}
	return false
}

func readDevcontainer(p string, data []byte) *File {
	file := &File{Format: "devcontainer"}
	defeat := func(reason string) *File {
		file.Unread = []Unread{{Kind: checks.Defeated, Reason: reason}}
		return file
	}
	switch {
	case len(data) > maxDevcontainer:
		return defeat("a devcontainer.json larger than 256 KiB")
	case bracketDepth(data) > maxDevcontainerDepth:
		return defeat("nested more than 100 deep")
	case len(bytes.TrimSpace(data)) == 0:
		return file
	}
	plain, err := hujson.Standardize(bytes.Clone(data)) // comments become blanks: every byte keeps its place
	if err != nil {
		return defeat("malformed JSON: " + cut(err.Error(), longestLine))
	}
	for _, doc := range yamlDocs(plain) {
		if u := doc.parse(); u != nil {
			file.Unread = append(file.Unread, *u)
			continue
		}
		if len(plain) == len(data) {
			doc.lineText = newLineText(data) // quoted with its comments
		}
		d := &devcontainer{File: file, yamlDoc: doc, options: options(path.Base(p))}
		if d.options == "" {
			d.template()
		} else {
			d.contents()
		}
	}
	return file
}

// bracketDepth is at least how deep JSON nests: what texts and comments hold counts too.
func bracketDepth(data []byte) int {
	depth, deepest := 0, 0
	for _, c := range data {
		switch c {
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}

// devcontainer is one file while it is read.
type devcontainer struct {
	*File
	*yamlDoc
	options string // where the options of its template stand
}

// options is the path of a template's options from the file with this name; empty: it is that file.
func options(base string) string {
	switch base {
	case templateOptions:
		return ""
	case "devcontainer.json":
		return "../" + templateOptions
	}
	return templateOptions
}

// template gives the defaults of a template's options.
func (d *devcontainer) template() {
	for _, p := range d.pairs(d.field(d.root, "options")) {
		if value := d.field(p.value, "default"); isText(value) && len(d.Gives) < maxBuildArgs {
			if d.Gives == nil {
				d.Gives = map[string]Expr{}
			}
			d.Gives[optionPrefix+p.name()] = d.expr(value)
		}
	}
}

// optionPrefix is before the name of an option, as it is written.
const optionPrefix = "templateOption:"

func (d *devcontainer) contents() {
	if image := d.field(d.root, "image"); isText(image) {
		site := Site{Address: "image", Role: "build", Raw: d.raw(image), Span: d.span(image), Expr: d.expr(image)}
		site.Line = d.lineOf(site.Span.Line)
		d.Sites = append(d.Sites, site)
	}
	build := d.field(d.root, "build")
	for _, file := range []*yaml.Node{d.field(build, "dockerfile"), d.field(build, "dockerFile"), d.field(d.root, "dockerFile")} {
		if name := yamlValue(file); name != "" && isPlainPath(name) && isDockerfilePath(name) {
			use := Use{Path: name, Hands: true, Gives: d.args(build), Address: "build.dockerfile", Span: d.span(file)}
			use.Line = d.lineOf(use.Span.Line)
			d.Uses = append(d.Uses, use)
		}
	}
}

// takes notes that the template's options give names here their values.
func (d *devcontainer) takes(e Expr) {
	if !slices.ContainsFunc(d.Uses, func(u Use) bool { return u.Takes }) {
		d.Uses = append(d.Uses, Use{Path: d.options, Takes: true, Span: e.Span, Line: e.Line})
	}
}

// args are the build arguments; of one that may be a secret it is known only that it
// has a value.
func (d *devcontainer) args(build *yaml.Node) map[string]Expr {
	var gives map[string]Expr
	for _, p := range d.pairs(d.field(build, "args")) {
		if !isText(p.value) || len(gives) >= maxBuildArgs {
			continue
		}
		if gives == nil {
			gives = map[string]Expr{}
		}
		if isPublic(p.name(), yamlValue(p.value)) {
			gives[p.name()] = d.expr(p.value)
		} else {
			gives[p.name()] = hiddenArg(d.yamlDoc, p.name(), p.value)
		}
	}
	return gives
}

// machineVariable is ${localEnv:NAME}, ${localEnv:NAME:default} or ${templateOption:NAME};
// whatever else is written so is known to the tool alone.
var machineVariable = regexp.MustCompile(`\$\{(?:(?:localEnv|env):(\w+)(?::([^${}]*))?|(templateOption:[\w-]+))\}|\$\{[^{}]*\}`)

// expr is the expression of a text with variables of the machine.
func (d *devcontainer) expr(n *yaml.Node) Expr {
	text, pieces := yamlTarget(n).Value, d.pieces(n)
	piece := func(op Op, from, to int) Expr {
		e := Expr{Op: op, Text: text[from:to], Span: pieces.span(from, to)}
		e.Line = d.lineOf(e.Span.Line)
		return e
	}
	found := machineVariable.FindAllStringSubmatchIndex(text, maxWeight)
	if len(text) > maxPassage || len(found) == maxWeight {
		e := piece(Unknown, 0, len(text))
		e.Text = cut(e.Text, longestLine)
		return e
	}
	var args []Expr
	end := 0
	for _, m := range found {
		if end < m[0] {
			args = append(args, piece(Lit, end, m[0]))
		}
		e := piece(Unknown, m[0], m[1])
		if m[2] >= 0 {
			e.What = "variable"
		}
		if m[4] >= 0 {
			value := piece(Lit, m[4], m[5])
			e.Op, e.Text, e.Else = Name, text[m[2]:m[3]], &value
		}
		if m[6] >= 0 {
			e.Op, e.Text, e.What = Name, text[m[6]:m[7]], "option"
			d.takes(e)
		}
		args, end = append(args, e), m[1]
	}
	if end < len(text) || len(args) == 0 {
		args = append(args, piece(Lit, end, len(text)))
	}
	if len(args) == 1 {
		return args[0]
	}
	whole := piece(Cat, 0, len(text))
	whole.Text, whole.Args = "", args
	return whole
}
