package iac

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Helm reads charts without rendering them: Chart.yaml and requirements.yaml for the
// versions and the charts below.
func Helm() Reader {
	return Reader{
		Name: "helm", Path: isChartFile, Read: readChart,
		Where: "`Chart.yaml`, `requirements.yaml`",
		What:  "none itself: versions, `appVersion`, and the charts below",
	}
}

func isChartFile(p string) bool {
	base := path.Base(p)
	return base == "Chart.yaml" || base == "requirements.yaml"
}

func readChart(name string, data []byte) *File {
	docs := yamlDocs(data)
	defer forgetAll(docs)
	if len(docs) == 0 {
		return nil
	}
	doc, file := docs[0], &File{Format: "helm", Unit: UnitHelm}
	if u := doc.parse(); u != nil {
		file.Unread = []Unread{*u}
		return file
	}
	c := &chart{yamlDoc: doc, File: file}
	dependencies := doc.field(doc.root, "dependencies")
	if path.Base(name) == "Chart.yaml" {
		if !isText(doc.field(doc.root, "name")) {
			return nil
		}
		c.versions()
	} else if !isKind(dependencies, yaml.SequenceNode) {
		return nil // a list of Ansible's or Python's
	}
	c.below(dependencies)
	if u := doc.overrun(); u != nil {
		file.Unread = append(file.Unread, *u)
	}
	return file
}

// chart is one Chart.yaml while it is read.
type chart struct {
	*yamlDoc
	*File
}

func (c *chart) versions() {
	c.Gives = map[string]Expr{}
	for key, name := range map[string]string{"name": "Name", "version": "Version", "appVersion": "AppVersion"} {
		if value := c.field(c.root, key); isText(value) {
			c.Gives[helmChart+name] = c.lit(value)
		}
	}
}

// lit is a scalar as it is written.
func (d *yamlDoc) lit(n *yaml.Node) Expr {
	span := d.span(n)
	return Expr{Op: Lit, Text: yamlValue(n), Span: span, Line: d.lineOf(span.Line)}
}

// below notes the charts that this one is made of, where they are in the repository:
// in its folder charts, or where a "file://" address says. Their templates can be called.
func (c *chart) below(dependencies *yaml.Node) {
	for _, item := range c.items(dependencies) {
		field := c.field(item, "name")
		name := yamlValue(field)
		if name == "" || strings.ContainsAny(name, "/\\") || name == ".." {
			continue
		}
		if len(c.Uses) >= maxEntries {
			c.Unread = append(c.Unread, *c.defeated(c.span(item).Line, "names too many charts; the rest was left out"))
			return
		}
		at := "charts/" + name
		if local, ok := strings.CutPrefix(yamlValue(c.field(item, "repository")), "file://"); ok {
			at = local
		}
		known := name
		if alias := yamlValue(c.field(item, "alias")); alias != "" {
			known = alias
		}
		use := Use{Path: at, Unit: UnitHelm, As: outputs, Below: helmValues + known + ".", Into: helmValues,
			Address: cut("dependencies[name="+known, longestAddress) + "]", Span: c.span(field)}
		use.Line = c.lineOf(use.Span.Line)
		c.Uses = append(c.Uses, use)
	}
}
