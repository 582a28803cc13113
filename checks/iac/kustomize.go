package iac

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// maxEntries bounds the files that one kustomization or Skaffold file names, and the images that it sets.
const maxEntries = 2000

// Kustomize reads kustomizations and components: the files and folders they are
// made of, and the images that they and their patches put in place of others.
// Replacements and charts are not followed: what a manifest says is judged as it is written.
func Kustomize() Reader {
	return Reader{
		Name:  "kustomize",
		Where: "`kustomization.yaml`, `kustomization.yml`, `Kustomization`",
		What:  "`images` with a `newTag` or a `digest`; they hold for what `resources`, `bases` and `components` reach, and so do patches that set an image",
		Path:  func(p string) bool { return slices.Contains(kustomizations(), path.Base(p)) },
		Read:  readKustomize,
	}
}

// kustomizations are the names that a folder's kustomization may have.
func kustomizations() []string {
	return []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
}

func readKustomize(_ string, data []byte) *File {
	docs := yamlDocs(data)
	defer forgetAll(docs)
	if len(docs) == 0 {
		return nil
	}
	doc, file := docs[0], &File{Format: "kustomize"} // kustomize itself takes no more than one
	if u := doc.parse(); u != nil {
		file.Unread = []Unread{*u}
		return file
	}
	if !isKustomize(doc) {
		return nil
	}
	k := &kustomization{yamlDoc: doc, File: file}
	file.Open = k.isOpen()
	for _, list := range []string{"resources", "bases"} {
		k.parts(list, false)
	}
	k.parts("components", true)
	k.images()
	k.patches()
	k.replacements()
	k.charts()
	if u := doc.overrun(); u != nil {
		file.Unread = append(file.Unread, *u)
	}
	return file
}

// isKustomize tells kustomize's own objects from those of the same name that Flux has.
func isKustomize(doc *yamlDoc) bool {
	version, kind := yamlValue(doc.field(doc.root, "apiVersion")), yamlValue(doc.field(doc.root, "kind"))
	return isKind(doc.root, yaml.MappingNode) &&
		(version == "" || strings.HasPrefix(version, "kustomize.config.k8s.io/")) &&
		(kind == "" || kind == "Kustomization" || kind == "Component")
}

// isOpen: objects come from elsewhere too, or other fields are taken for images.
func (k *kustomization) isOpen() bool {
	for _, field := range []string{"helmCharts", "helmChartInflationGenerator", "generators", "transformers", "configurations", "replacements"} {
		if k.field(k.root, field) != nil {
			return true
		}
	}
	return yamlValue(k.field(k.root, "kind")) == "Component" // its user's objects
}

// kustomization is one file while it is read.
type kustomization struct {
	*yamlDoc
	*File
	patchBytes int
}

// remoteBase is what kustomize fetches from elsewhere.
var remoteBase = regexp.MustCompile(`://|\?|^git@|^(?:github\.com|gitlab\.com|bitbucket\.org)[/:]`)

// parts notes the files and folders of a list. What components set holds for this
// file's own resources; so does an image stream in a manifest beside them.
func (k *kustomization) parts(list string, component bool) {
	for _, item := range k.items(k.field(k.root, list)) {
		written := yamlValue(item)
		switch {
		case written == "" || remoteBase.MatchString(written):
			k.Open = true
			continue
		case len(k.Uses) >= maxEntries:
			k.Unread = append(k.Unread, *k.defeated(k.span(item).Line, "names too many files; the rest was left out"))
			return
		}
		use := Use{Span: k.span(item), Hands: true, Takes: component}
		use.Line = k.lineOf(use.Span.Line)
		if isYAMLPath(written) {
			use.Path, use.Takes = written, true
			k.Uses = append(k.Uses, use)
			continue
		}
		k.Uses = append(k.Uses, folderUses(use, written)...)
	}
}

// folderUses are the uses of a folder's kustomization, whichever name it has.
func folderUses(use Use, folder string) []Use {
	var uses []Use
	for _, name := range kustomizations() {
		use.Path = path.Join(folder, name)
		uses = append(uses, use)
	}
	return uses
}

// replacements tells those that put into image fields what is not followed; of those that
// stand in files of their own it is not known.
func (k *kustomization) replacements() {
	for _, item := range k.items(k.field(k.root, "replacements")) {
		for _, target := range k.items(k.field(item, "targets")) {
			for _, field := range k.items(k.field(target, "fieldPaths")) {
				if path := yamlValue(field); path != "image" && !strings.HasSuffix(path, ".image") {
					continue
				}
				if len(k.Unread) >= maxEntries {
					return
				}
				k.Unread = append(k.Unread, Unread{Line: k.span(field).Line, Kind: checks.Unsupported, Reason: "replacements that write an image are not followed"})
			}
		}
	}
}

// charts finds what is plainly an image among the values that charts get here.
func (k *kustomization) charts() {
	v := &values{yamlDoc: k.yamlDoc, File: k.File, told: map[checks.Span]bool{}}
	for i, item := range k.items(k.field(k.root, "helmCharts")) {
		v.images(k.field(item, "valuesInline"), "helmCharts["+elementName(k.yamlDoc, item, i)+"].valuesInline", 0)
	}
}

// images reads the images that are put in place of others. One with a tag or a
// digest is a place where an image is named; a new name alone keeps the tag.
func (k *kustomization) images() {
	for _, item := range k.items(k.field(k.root, "images")) {
		name, as := k.field(item, "name"), k.field(item, "newName")
		tag, digest := k.field(item, "newTag"), k.field(item, "digest")
		if !isText(name) || !isText(as) && !isText(tag) && !isText(digest) {
			continue
		}
		if len(k.Sets) >= maxEntries {
			k.Unread = append(k.Unread, *k.defeated(k.span(item).Line, "sets too many images; the rest was left out"))
			return
		}
		set := Set{Name: yamlValue(name), As: yamlValue(as), Tag: isText(tag) || isText(digest)}
		k.Sets = append(k.Sets, set)
		if !isText(as) {
			as = name
		}
		if set.Tag {
			k.site(set.Name, as, tag, digest)
		}
	}
}

func (k *kustomization) site(entry string, name, tag, digest *yaml.Node) {
	walk := kubeWalk{doc: k.yamlDoc} // envsubst and the like fill in placeholders here, too
	field, key, split := tag, "newTag", Split{}
	if isText(tag) {
		expr := walk.text(tag)
		split.Tag = &expr
	}
	if isText(digest) {
		expr := walk.text(digest)
		field, key, split.Digest = digest, "digest", &expr
	}
	span := k.span(field)
	k.Sites = append(k.Sites, Site{
		Address: cut("images[name="+entry, longestAddress) + "]." + key, For: entry,
		Raw: k.raw(field), Span: span, Line: k.lineOf(span.Line), Expr: walk.text(name), Split: &split,
	})
}
