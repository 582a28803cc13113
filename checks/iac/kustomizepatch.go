package iac

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// patches notes what a kustomization patches: the files, which are places of their own, and
// what stands in it as text. Of each only images are of interest.
func (k *kustomization) patches() {
	for _, item := range k.items(k.field(k.root, "patchesStrategicMerge")) {
		if written := yamlValue(item); isYAMLPath(written) && !strings.ContainsAny(written, "\n{") {
			k.patchFile(item, &Target{})
		} else {
			k.patchText(item, "patchesStrategicMerge", Target{})
		}
	}
	for _, list := range []string{"patches", "patchesJson6902"} {
		for i, item := range k.items(k.field(k.root, list)) {
			target := k.target(k.field(item, "target"))
			if path := k.field(item, "path"); isText(path) {
				k.patchFile(path, &target)
			} else if text := k.field(item, "patch"); isText(text) {
				k.patchText(text, fmt.Sprintf("%s[%d]", list, i), target)
			}
		}
	}
}

// nobody is the target of a patch whose objects cannot be told: it replaces nothing.
const nobody = `$.^`

// target is what a patch is for: nobody where labels or the like choose it.
func (k *kustomization) target(n *yaml.Node) Target {
	for _, chosen := range []string{"labelSelector", "annotationSelector", "namespace"} {
		if isText(k.field(n, chosen)) {
			return Target{Kind: nobody}
		}
	}
	return Target{Kind: yamlValue(k.field(n, "kind")), Name: yamlValue(k.field(n, "name"))}
}

func (k *kustomization) patchFile(n *yaml.Node, target *Target) {
	written := yamlValue(n)
	if remoteBase.MatchString(written) || len(k.Uses) >= maxEntries {
		return
	}
	use := Use{Path: written, Hands: true, Takes: true, Patch: target, Span: k.span(n)}
	use.Line = k.lineOf(use.Span.Line)
	k.Uses = append(k.Uses, use)
}

// maxPatchBytes bounds the patches that stand in one kustomization.
const maxPatchBytes = 256 << 10

// patchText reads a patch that is written into the kustomization.
func (k *kustomization) patchText(n *yaml.Node, address string, target Target) {
	text := yamlTarget(n).Value
	if !mentions([]byte(text), "mage", "ontainers") {
		return
	}
	at := k.place(n)
	if k.patchBytes += len(text); k.patchBytes > maxPatchBytes {
		k.Unread = append(k.Unread, *k.defeated(at.whole.Line, "patches of more than 256 KiB in one file; the rest was left out"))
		return
	}
	for _, doc := range yamlDocs([]byte(text)) {
		if len(k.Sites) >= yamlSites {
			k.Unread = append(k.Unread, *k.defeated(at.whole.Line, "patches name too many images; the rest was left out"))
			return
		}
		if u := doc.parse(); u != nil {
			u.Line = at.whole.Line
			k.Unread = append(k.Unread, *u)
			return
		}
		file := &File{}
		if isKind(doc.root, yaml.SequenceNode) {
			readOperations(doc, file, strings.TrimPrefix(target.Kind, nobody))
		} else {
			w := &kubeWalk{doc: doc, file: file, seen: map[checks.Span]bool{}, containers: map[int]bool{}}
			w.object(doc.root, nil, 0)
		}
		doc.forget()
		for _, site := range file.Sites {
			k.patched(site, target)
			k.Sites = append(k.Sites, at.moved(site, address))
		}
	}
}

// patched notes the field that a site of a patch sets.
func (k *kustomization) patched(site Site, target Target) {
	if of, ok := site.Patches(target); ok && len(k.Patches) < maxEntries {
		k.Patches = append(k.Patches, of)
	}
}

// Patches is the field that a patch for the target sets where it names this image; false
// where that cannot be told. A JSON patch has no object of its own.
func (s *Site) Patches(target Target) (Patch, bool) {
	of := Patch{Target: target, Field: s.Pointer}
	if s.Object != "" {
		of.Field = strings.TrimPrefix(s.Address, s.Object)
		if target == (Target{}) {
			kind, name, _ := strings.Cut(s.Object, "/")
			of.Target = Target{Kind: regexp.QuoteMeta(kind), Name: regexp.QuoteMeta(name)}
		}
	}
	return of, of.Field != "" && target.Kind != nobody
}

// patchPlace finds where parts of a patch's text stand in the file around it: in a literal
// block line by line, else it is all of the text, because looking for each would take long.
type patchPlace struct {
	outer *yamlDoc
	block *yamlBlock
	whole checks.Span
}

func (k *kustomization) place(n *yaml.Node) *patchPlace {
	p := &patchPlace{outer: k.yamlDoc, whole: k.span(n)}
	if target := yamlTarget(n); target.Style&yaml.LiteralStyle != 0 {
		block := k.block(target)
		p.block = &block
	}
	return p
}

func (p *patchPlace) span(s checks.Span) checks.Span {
	if p.block == nil {
		return p.whole
	}
	return p.block.span(s)
}

func (p *patchPlace) moved(s Site, address string) Site {
	s.Span = p.span(s.Span)
	s.Line = p.outer.lineOf(s.Span.Line)
	s.Raw = string(p.outer.data[p.outer.Start(s.Span.Line)+s.Span.Column-1 : p.outer.Start(s.Span.EndLine)+s.Span.EndColumn-1])
	s.Expr = moved(s.Expr, p.span, p.outer.lineOf)
	if s.Split != nil {
		split := *s.Split
		for _, part := range []**Expr{&split.Tag, &split.Digest} {
			if *part != nil {
				e := moved(**part, p.span, p.outer.lineOf)
				*part = &e
			}
		}
		s.Split = &split
	}
	s.Address = cut(address+": "+s.Address, longestAddress)
	s.Object, s.Pointer, s.Before = "", "", true
	return s
}

// KustomizePatch reads JSON patches, as kustomizations use them: a list of operations.
func KustomizePatch() Reader {
	return Reader{
		Name: "kustomize-patch", Path: isYAMLPath, Read: readKustomizePatch,
		Where: "YAML and JSON that is a list of `op`, `path` and `value`",
		What:  "the images that a JSON patch sets, in place of those in the manifests that it is for",
	}
}

// maybeOperations is the cheap look: a list whose entries have "op" and "path". What costs
// most, the expression, comes last: nearly every file of YAML or JSON gets here.
func maybeOperations(data []byte) bool {
	return len(data) < 1<<20 && mentions(data, "/spec") && mentions(data, "mage", "ontainers") && operationKey.Match(data)
}

var operationKey = regexp.MustCompile(`(?:[-,{]\s*|^\s*|\n\s*)"?op"?\s*:\s*["']?(?:add|replace)`)

func readKustomizePatch(_ string, data []byte) *File {
	if !maybeOperations(data) {
		return nil
	}
	docs := yamlDocs(data)
	defer forgetAll(docs)
	if len(docs) != 1 || docs[0].parse() != nil || !isKind(docs[0].root, yaml.SequenceNode) {
		return nil
	}
	file := &File{Format: "kustomize-patch"}
	readOperations(docs[0], file, "")
	if u := docs[0].overrun(); u != nil {
		file.Unread = append(file.Unread, *u)
	}
	return file
}

// readOperations tells the images that the operations of a JSON patch set.
func readOperations(doc *yamlDoc, file *File, kind string) {
	for _, op := range doc.items(doc.root) {
		path, value := yamlValue(doc.field(op, "path")), doc.field(op, "value")
		switch yamlValue(doc.field(op, "op")) {
		case "add", "replace":
			if value != nil && strings.HasPrefix(path, "/") && len(path) <= longestAddress {
				readOperation(doc, file, kind, path, value)
			}
		}
	}
}

func readOperation(doc *yamlDoc, file *File, kind, path string, value *yaml.Node) {
	w := &kubeWalk{doc: doc, file: file, seen: map[checks.Span]bool{}, containers: map[int]bool{}, name: kind}
	for _, key := range strings.Split(path[1:], "/") {
		step := pointerStep(key, value)
		if describes(step.key) {
			return
		}
		w.steps = append(w.steps, step)
	}
	before := len(file.Sites)
	if last := w.steps[len(w.steps)-1]; last.item == nil {
		key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: last.key}
		w.entry(nil, yamlPair{key: key, value: value}, 0)
	} else {
		w.value(value, 0)
	}
	for i := range file.Sites[before:] {
		file.Sites[before+i].Object = "" // whatever the patch is for
	}
}

// pointerStep is one step of a JSON pointer; "-" is the element after the last.
func pointerStep(key string, value *yaml.Node) kubeStep {
	if key == "-" {
		return kubeStep{index: -1, item: value}
	}
	if index, err := strconv.Atoi(key); err == nil && index >= 0 {
		return kubeStep{index: index, item: value}
	}
	return kubeStep{key: strings.NewReplacer("~1", "/", "~0", "~").Replace(key)}
}
