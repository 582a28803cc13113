package iac

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/effort"
)

const (
	hostileTime = time.Second
	hostileHeap = 64 << 20
)

// TestHostile: whatever a file holds, every reader is done with it within a
// second and 64 MB, with an answer that can be used.
func TestHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	for name, build := range hostileFiles() {
		for _, reader := range Readers() {
			if strings.HasPrefix(name, "HCL ") && !readsHCL(reader) {
				continue
			}
			data := []byte(build(headFor(reader))) // one at a time: what lives beside it would count as its heap
			t.Run(name+"/"+reader.Name, func(t *testing.T) {
				var file *File
				took, heap := effort.Of(func() { file = reader.Read(nameFor(reader), data) })
				if took > hostileTime {
					t.Errorf("took %v", took)
				}
				if heap > hostileHeap {
					t.Errorf("peak heap %d MB", heap>>20)
				}
				if testing.Verbose() {
					t.Logf("%v, %d MB", took, heap>>20)
				}
				if file != nil {
					checkFile(t, data, file)
				}
			})
		}
	}
}

// nameFor is a name that belongs to the reader's format.
func nameFor(r Reader) string {
	switch r.Name {
	case "dockerfile":
		return "Dockerfile"
	case "dotenv":
		return ".env"
	case "compose":
		return "compose.yml"
	case "helm":
		return "Chart.yaml"
	case "helm-values":
		return "values.yaml"
	case "helm-template":
		return "_helpers.tpl"
	case "kustomize":
		return "kustomization.yaml"
	case "skaffold":
		return "skaffold.yaml"
	case "programs":
		return "a.ts"
	case "terraform":
		return "main.tf"
	case "nomad":
		return "web.nomad"
	case "ecs-task-definition":
		return "task.json"
	case "commands":
		return "Makefile"
	}
	return "a.yml"
}

// hostileSize is what is promised for: size itself is the point of few cases.
const hostileSize = 1 << 20

// headFor begins a file so that the reader takes it for its own.
func headFor(r Reader) string {
	switch r.Name {
	case "kubernetes", "dotenv":
		return "apiVersion: v1\nkind: Pod\nimage: a\n"
	case "kustomize":
		return "images: [{name: a, newTag: b}]\nresources: [c]\n"
	case "kustomize-patch":
		return "- {op: replace, path: /spec/containers/0/image, value: 'a:b'}\n"
	case "skaffold":
		return "apiVersion: skaffold/v4\nkind: Config\n"
	case "compose":
		return "services: {a: {image: b}}\n"
	case "cloudformation":
		return "AWSTemplateFormatVersion: x\nResources: {A: {Type: AWS::ECS::TaskDefinition}}\n"
	case "github-actions":
		return "on: push\njobs: {a: {runs-on: b, container: c}}\n"
	case "devcontainer":
		return "{\"image\": \"a\", // b\n"
	case "helm":
		return "name: a\ndependencies: [{name: b}]\n"
	case "helm-values":
		return "image: {repository: a, tag: b}\n"
	case "helm-template":
		return "kind: Pod\nimage: {{ .Values.a }}\n"
	case "dockerfile":
		return "FROM a\n"
	case "programs":
		return "import aws_cdk, dagger, pulumi // \"@pulumi/aws\" \"dagger.io/dagger\"\n"
	case "terraform", "nomad":
		return "variable \"a\" {\n  default = \"x\"\n}\njob \"a\" {}\n"
	case "ecs-task-definition":
		return "{\"containerDefinitions\": [{\"image\": \"a\", \"essential\": true}],\n"
	}
	return "steps: [{image: a, name: b}]\nservices: [{image: {url: c}}]\nresources: {d: {properties: {e: f}}}\n" +
		"properties: {managedEnvironmentId: g, template: {containers: [{image: h}]}}\nprovider: {}\nversion: 2\ntrigger: i\n"
}

// A patch in a kustomization, and one container of it: each is looked for in the text.
var (
	patchHead = "patches:\n  - patch: |-\n      apiVersion: v1\n      kind: Pod\n      metadata: {name: a}\n      spec:\n        containers:\n"
	patchUnit = "          - {name: a, image: 'acme/" + strings.Repeat("a", 180) + ":latest${X}'}\n"
)

// hostileFiles begin as files of a format and go wrong from there.
func hostileFiles() map[string]func(head string) string {
	files := map[string]func(string) string{}
	add := func(name string, build func() string) { files[name] = func(string) string { return build() } }
	add("a long patch in place", func() string {
		return patchHead + strings.Repeat(patchUnit, (hostileSize-len(patchHead))/len(patchUnit))
	})
	then := func(name string, build func() string) {
		files[name] = func(head string) string { return head + build() }
	}
	for name, unit := range hostileUnits() {
		then(name, func() string { return strings.Repeat(unit, hostileSize/len(unit)) })
	}
	then("alias bomb", aliasBomb)
	then("merge bomb", mergeBomb)
	then("one line, more than is read", func() string { return "a: " + strings.Repeat("x", tree.MaxFile) })
	then("flow 1000 deep", func() string { return "a: " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) })
	then("flow a million deep", func() string { return "a: " + strings.Repeat("[", hostileSize) })
	then("braces a million deep", func() string { return strings.Repeat(`{"a":`, hostileSize/5) })
	then("block 1000 deep", func() string { return deepBlock(1000) })
	then("compact 1000 deep", func() string { return "a:\n" + strings.Repeat("- ", 1000) + "x" })
	then("invalid UTF-8", func() string { return "b: \xff\xfe" })
	then("calls", func() string { return strings.Repeat(`container(container(a).from("b")`, hostileSize/32) })
	then("images in code", func() string {
		return strings.Repeat("image: ", hostileSize/8) + "containers: [{" + strings.Repeat("image:", 100_000)
	})
	files["UTF-16"] = utf16
	files["BOM and CRLF"] = func(head string) string { return "\ufeff" + strings.ReplaceAll(head, "\n", "\r\n") }
	files["tabs"] = func(head string) string { return strings.ReplaceAll(head, ": ", ":\t") + "\tx:\ty" }
	for name, build := range hostileHCL() {
		then("HCL "+name, build)
	}
	add("empty", func() string { return "" })
	add("binary", func() string { return strings.Repeat("\x00\x01\x7fELF\xff\xfe\r\n", 100_000) })
	add("many images on one line", func() string {
		return `{"apiVersion": "v1", "kind": "Pod", "é": [` + strings.Repeat(`{"image": "a/b:1"},`, 12_000) + `0]}`
	})
	add("many images under long keys", func() string {
		return `{"apiVersion": "v1", "kind": "Pod", ` + longKeys(100) +
			`"containers": [` + strings.Repeat(`{"image":"a"},`, 10_000) + `0]` + strings.Repeat("}", 101)
	})
	add("functions doubled 30 times", func() string { return doubledSubs(30) })
	add("variables in one Sub", func() string {
		return "Resources: {A: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Image: !Sub \"" +
			strings.Repeat("${AWS::X}", 100_000) + "\"}]}}}"
	})
	for name, build := range hostileTemplates() {
		add("template of "+name, build)
	}
	add("Dockerfile of instructions", func() string { return "FROM a AS b\n" + strings.Repeat("FROM b AS b\n", 80_000) })
	return files
}

// hostileUnits fill whole files.
func hostileUnits() map[string]string {
	return map[string]string{
		"comments": "# x\n", "code comments": "/* x */", "blank lines": "\n", "documents": "---\nimage: a\napiVersion: v1\nkind: Pod\n",
		"pods":         "---\napiVersion: v1\nkind: Pod\ncontainers: [{image: a}]\n",
		"flow commas":  "[,],",
		"placeholders": "${X:-a}", "openings": "{{", "quotes": "\"\\x41\" ", "wide characters": "é",
		"keys": "? ", "items": "- a\n", "anchors": "- &a b\n", "tags": "- !Sub x\n",
	}
}

func aliasBomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [{image: x}, {image: y}]\n")
	for i := range 40 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 10))
	}
	return b.String()
}

func mergeBomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 {image: x}\n")
	for i := range 40 {
		fmt.Fprintf(&b, "a%d: &a%d {<<: [%s]}\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 10))
	}
	return b.String()
}

func deepBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func longKeys(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(`"` + strings.Repeat("k", 1000) + `": {`)
	}
	return b.String()
}

// doubledSubs is a Sub whose variables are Subs, each naming the next twice.
func doubledSubs(n int) string {
	inner := "x"
	for range n {
		inner = `{"Fn::Sub": ["${V}${V}", {"V": ` + quoted(inner) + `}]}`
	}
	return `{"Resources": {"A": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ImageUri": ` + inner + `}}}}}`
}

func quoted(s string) string {
	if s == "x" {
		return `"x"`
	}
	return s
}

func utf16(s string) string {
	b := []byte{0xff, 0xfe}
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return string(b)
}
