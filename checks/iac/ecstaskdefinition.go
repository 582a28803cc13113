package iac

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// ECSTaskDefinition reads task definitions of Amazon ECS in JSON, as they are registered
// or as templates that Terraform fills in.
func ECSTaskDefinition() Reader {
	return Reader{
		Name: "ecs-task-definition", Path: isTaskDefinitionPath, Read: readTaskDefinition,
		Where: "JSON, and templates of it (`.tpl`, `.tftpl`, `.tmpl`, `.j2`), with `containerDefinitions` or containers alone",
		What:  "`image` of containers; `${name}` gets its value from the `templatefile` that names the file",
	}
}

func isTaskDefinitionPath(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".json", ".tpl", ".tftpl", ".tmpl", ".template", ".j2":
		return true
	}
	return false
}

// maybeTaskDefinition is the cheap look: a definition says what it is, a list of
// containers has fields that nothing else has beside an image.
func maybeTaskDefinition(data []byte) bool {
	if !bytes.Contains(data, []byte(`"image"`)) {
		return false
	}
	if bytes.Contains(data, []byte(`"containerDefinitions"`)) {
		return true
	}
	return maybeContainers(data)
}

// maybeContainers reports whether this may be a list of containers without a definition around it.
func maybeContainers(data []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
	if len(text) == 0 || text[0] != '[' && text[0] != '{' {
		return false
	}
	return containerField.Match(text)
}

var (
	containerFields = []string{"essential", "portMappings", "memoryReservation", "mountPoints", "logConfiguration"}
	containerField  = regexp.MustCompile(`"(?:` + strings.Join(containerFields, "|") + `)"\s*:`)
)

func readTaskDefinition(_ string, data []byte) *File {
	if !maybeTaskDefinition(data) {
		return nil
	}
	file := &File{Format: "ecs-task-definition"}
	m := newTFModule(data, file)
	m.names = func(t hcl.Traversal) (string, string, bool) {
		if len(t) != 1 {
			return "", "template value", false
		}
		return t.RootName(), "template value", false
	}
	if len(data) > longestText {
		m.defeated("a task definition larger than 256 KiB")
		return file
	}
	v := m.decode(m.templateText(string(data), 0, len(data)))
	if v.kind != hclObject && v.kind != hclList {
		if bytes.Contains(data, []byte(`"containerDefinitions"`)) {
			m.defeated("a task definition that is no JSON")
			return file
		}
		return nil
	}
	for _, steps := range []string{"containerDefinitions.image", "taskDefinition.containerDefinitions.image"} {
		f := tfFinder{tfModule: m, kind: "task definition", resource: v, field: tfField{image: steps}}
		f.find(v, strings.Split(steps, "."), tfTrail{"", []string{"", ""}})
	}
	if len(file.Sites) == 0 && maybeContainers(data) {
		m.bareContainers(v)
	}
	if len(file.Sites) == 0 {
		return nil
	}
	for i := range file.Sites {
		file.Sites[i].Address = strings.TrimPrefix(file.Sites[i].Address, ".")
		file.Sites[i].Expr = fillInsOf(file.Sites[i].Expr, m)
	}
	return file
}

// bareContainers are containers without a definition around them.
func (m *tfModule) bareContainers(v hclValue) {
	items := []hclValue{v}
	if v.kind == hclList {
		items = v.items
	}
	for i, item := range items {
		has := func(name string) bool { return item.field(name).kind != hclNothing }
		if item.kind != hclObject || !has("image") || !slices.ContainsFunc(containerFields, has) {
			continue
		}
		f := tfFinder{tfModule: m, kind: "task definition", resource: item, field: tfField{image: "image"}}
		f.find(item, []string{"image"}, tfTrail{"containers", []string{"", ""}}.index(i, max(len(items), 2)))
	}
}

// fillInsOf is the expression with what other tools fill in ("<IMAGE1_NAME>") unknown.
func fillInsOf(e Expr, m *tfModule) Expr {
	if e.Op == Lit && len(placeholders(e.Text)) > 0 {
		e.Op = Unknown
	}
	return e
}
