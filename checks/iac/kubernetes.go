package iac

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// Kubernetes reads manifests in YAML and JSON: objects of any kind, several in
// one file, lists and OpenShift templates. Beside the containers of pods it finds
// the image fields of kinds that only a cluster knows.
func Kubernetes() Reader {
	return Reader{
		Name: "kubernetes", Path: isYAMLPath, Read: readKubernetes,
		Where: "YAML and JSON with `apiVersion` and `kind`, several documents in one file",
		What:  "the containers of every kind that holds pods, image fields of other kinds, OpenShift's image streams; values and parameters that Argo CD hands to a chart",
	}
}

func isYAMLPath(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".yml", ".yaml", ".json":
		return true
	}
	return false
}

// isYAMLName: not JSON, which is YAML too.
func isYAMLName(p string) bool {
	return strings.EqualFold(path.Ext(p), ".yml") || strings.EqualFold(path.Ext(p), ".yaml")
}

func readKubernetes(_ string, data []byte) *File {
	if !maybeKubernetes(data) {
		return nil
	}
	file := &File{}
	containers := map[int]bool{}
	docs, unread := boundedDocs(data)
	for _, doc := range docs {
		if len(file.Sites) >= yamlSites {
			unread = append(unread, *doc.defeated(0, "the documents from here on: the file names too many images"))
			break
		}
		readKubeDocument(doc, file, containers)
		doc.forget()
	}
	if file.Format == "" {
		return nil
	}
	answered(file, containers)
	file.Unread = append(file.Unread, unread...)
	return file
}

func readKubeDocument(doc *yamlDoc, file *File, containers map[int]bool) {
	object, plain := glance(doc)
	if object {
		file.Format = "kubernetes"
	}
	if plain || !maybeKubernetes(doc.body()) {
		return
	}
	if u := doc.parse(); u != nil {
		file.Format = "kubernetes"
		file.Unread = append(file.Unread, *u)
		return
	}
	w := &kubeWalk{doc: doc, file: file, seen: map[checks.Span]bool{}, containers: containers}
	w.object(doc.root, nil, 0)
	if u := doc.overrun(); u != nil {
		file.Unread = append(file.Unread, *u)
	}
}

// judgesImages: tools whose "image" is a pattern to match, or an image they build.
var judgesImages = regexp.MustCompile(`^(?:[\w.-]+\.)?(?:kyverno\.io|gatekeeper\.sh|sigstore\.dev|kustomize\.config\.k8s\.io|skaffold)/`)

// runsPipelines: Tekton's objects are CI by nature.
var runsPipelines = regexp.MustCompile(`^(?:triggers\.)?tekton\.dev/`)

// longestAddress bounds an address, in bytes: keys of the file make it up.
const longestAddress = 1000

// kubeWalk finds the images of the objects in one document.
type kubeWalk struct {
	doc    *yamlDoc
	file   *File
	seen   map[checks.Span]bool // sites already told: an alias leads to a place again
	name   string               // "Deployment/api"
	role   string               // of every image of the object
	steps  []kubeStep           // from the object to here
	params map[string]Expr      // the object's own parameters with their defaults

	values *values    // of an object that installs a chart
	handed *yaml.Node // those that a chart of the repository takes

	triggered  map[string]bool // containers of the object whose image a trigger sets
	containers map[int]bool    // the file's sites that are images of containers
}

// kubeStep is one step into an object: a key, or an element of a list.
type kubeStep struct {
	key   string
	index int
	item  *yaml.Node // the element; nil where the step is a key
}

// object reads one object, or those of a list. What has no apiVersion and kind is
// none. The parameters of the template around it hold for it too.
func (w *kubeWalk) object(n *yaml.Node, around map[string]Expr, depth int) {
	kind := yamlValue(w.doc.field(n, "kind"))
	version := yamlValue(w.doc.field(n, "apiVersion"))
	if kind == "" || version == "" {
		return
	}
	w.member(n, kind, version, around, depth)
}

// member reads an object of this kind and version, which one in a list need not say again.
func (w *kubeWalk) member(n *yaml.Node, kind, version string, around map[string]Expr, depth int) {
	if !w.doc.within(depth) {
		return
	}
	w.file.Format = "kubernetes"
	if holdsText(kind) || judgesImages.MatchString(version) {
		return
	}
	params := w.parameters(n, kind, around)
	if members := w.members(n, kind); members != nil {
		for _, item := range w.doc.items(members) {
			if of := strings.TrimSuffix(kind, "List"); of != "" && of != kind && w.doc.field(item, "kind") == nil {
				w.member(item, of, version, params, depth+1)
				continue
			}
			w.object(item, params, depth+1)
		}
		return
	}
	w.params, w.role, w.triggered = params, "", w.triggers(n)
	w.stream(n, kind)
	if runsPipelines.MatchString(version) {
		w.role = RoleCI
	}
	w.contents(n, kind, version)
}

// members are the objects that a list or a template holds; nil for other kinds.
func (w *kubeWalk) members(n *yaml.Node, kind string) *yaml.Node {
	switch {
	case kind == "Template":
		return w.doc.field(n, "objects")
	case strings.HasSuffix(kind, "List"):
		return w.doc.field(n, "items")
	}
	return nil
}

func (w *kubeWalk) contents(n *yaml.Node, kind, version string) {
	w.name = kind
	meta := w.doc.field(n, "metadata")
	for _, key := range []string{"name", "generateName"} {
		if name := yamlValue(w.doc.field(meta, key)); name != "" {
			w.name += "/" + name
			break
		}
	}
	w.steps, w.values, w.handed = w.steps[:0], nil, nil
	w.release(n, version, kind)
	w.value(n, 0)
}

// value walks into everything below n.
func (w *kubeWalk) value(n *yaml.Node, depth int) {
	if !w.doc.within(depth) {
		return
	}
	if n != nil && n == w.handed {
		at := len(w.file.Sites)
		w.handed = nil
		w.value(n, depth)
		for i := at; i < len(w.file.Sites); i++ {
			w.file.Sites[i].Fallback = true
		}
		return
	}
	switch {
	case isKind(n, yaml.MappingNode) && w.chartImage(n):
	case isKind(n, yaml.MappingNode):
		w.dockerImage(n)
		around := w.params
		w.params = w.declare(around, w.doc.path(n, "inputs", "parameters"), "inputs.parameters.", "value")
		defer func() { w.params = around }()
		for _, p := range w.doc.pairs(n) {
			w.steps = append(w.steps, kubeStep{key: p.name()})
			w.entry(n, p, depth)
			w.steps = w.steps[:len(w.steps)-1]
		}
	case isKind(n, yaml.SequenceNode):
		for i, item := range w.doc.items(n) {
			w.steps = append(w.steps, kubeStep{index: i, item: item})
			w.value(item, depth+1)
			w.steps = w.steps[:len(w.steps)-1]
		}
	}
}

func (w *kubeWalk) entry(parent *yaml.Node, p yamlPair, depth int) {
	name := p.name()
	switch {
	case describes(name) || isImageKey(name) && w.image(parent, p):
		return
	case name == "registry":
		w.imported(p.value)
	}
	w.value(p.value, depth+1)
}

// describes: fields that say something about the object, whatever their keys are called.
func describes(name string) bool {
	switch name {
	case "metadata", "annotations", "labels", "matchLabels", "status", "openAPIV3Schema":
		return true
	}
	return false
}

// isImageKey: "image" itself, and how operators call theirs: baseImage, imageName.
func isImageKey(name string) bool {
	return name == "image" || name == "imageName" || strings.HasSuffix(name, "Image")
}

// address is where the walk stands: "Pod/a.spec.containers[name=app].image".
func (w *kubeWalk) address() string {
	b := []byte(w.name)
	for _, s := range w.steps {
		if len(b) > longestAddress {
			break
		}
		if s.item == nil {
			b = append(append(b, '.'), s.key...)
			continue
		}
		b = append(append(append(b, '['), elementName(w.doc, s.item, s.index)...), ']')
	}
	return cut(string(b), longestAddress)
}

// pointer is where the walk stands as a JSON pointer: "/spec/containers/0/image".
func (w *kubeWalk) pointer() string {
	var b []byte
	for _, s := range w.steps {
		switch {
		case len(b) > longestAddress:
			return ""
		case s.item == nil:
			b = append(append(b, '/'), s.key...)
		default:
			b = strconv.AppendInt(append(b, '/'), int64(s.index), 10)
		}
	}
	return string(b)
}

// runs reports whether the image beside these fields is one that a pod runs,
// whatever it looks like; elsewhere only what is plainly a reference counts.
func (w *kubeWalk) runs(parent *yaml.Node) bool {
	around := w.steps[:len(w.steps)-1]
	if len(around) > 0 && around[len(around)-1].item != nil {
		around = around[:len(around)-1]
	}
	if len(around) > 0 && slices.Contains(containerKeys(), around[len(around)-1].key) {
		return true
	}
	for _, sibling := range []string{"imagePullPolicy", "command", "args"} {
		if w.doc.field(parent, sibling) != nil {
			return true
		}
	}
	return false
}

// containerKeys are the fields that hold containers: of pods, Argo, Tekton, KubeVirt.
func containerKeys() []string {
	return []string{
		"containers", "initContainers", "ephemeralContainers", "container", "script",
		"sidecars", "steps", "stepTemplate", "containerDisk",
	}
}
