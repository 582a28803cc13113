package iac

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Skaffold reads skaffold.yaml: the images that it builds and tags, and the
// manifests and kustomizations that it puts them into. Profiles count as if all
// were on. Helm releases are not followed.
func Skaffold() Reader {
	return Reader{
		Name:  "skaffold",
		Where: "`skaffold.yaml`, `skaffold.yml`",
		What:  "none itself: what it builds is local in the manifests and kustomizations that it names",
		Path:  func(p string) bool { return skaffoldName.MatchString(path.Base(p)) },
		Read:  readSkaffold,
	}
}

var skaffoldName = regexp.MustCompile(`^skaffold\.ya?ml$`)

func readSkaffold(_ string, data []byte) *File {
	docs, unread := boundedDocs(data)
	s := &skaffold{File: &File{Unread: unread}}
	for _, doc := range docs {
		if u := doc.parse(); u != nil {
			s.Format = "skaffold"
			s.Unread = append(s.Unread, *u)
			continue
		}
		s.document(doc)
		doc.forget()
	}
	if s.Format == "" {
		return nil
	}
	return s.File
}

// skaffold is one file while it is read.
type skaffold struct {
	*File
	*yamlDoc
	full bool // that it names too much is told
}

func (s *skaffold) document(doc *yamlDoc) {
	if !strings.HasPrefix(yamlValue(doc.field(doc.root, "apiVersion")), "skaffold/") {
		return
	}
	s.Format, s.yamlDoc = "skaffold", doc
	s.pipeline(doc.root)
	for _, profile := range doc.items(doc.field(doc.root, "profiles")) {
		s.pipeline(profile)
	}
	if !s.deploys(doc.root) {
		s.manifests(doc.field(doc.root, "apiVersion"), "k8s/*.yaml") // what Skaffold takes when nothing is said
	}
	if u := doc.overrun(); u != nil {
		s.Unread = append(s.Unread, *u)
	}
}

// deploys reports whether a configuration says what is deployed.
func (s *skaffold) deploys(n *yaml.Node) bool {
	paths := [][]string{
		{"manifests", "rawYaml"}, {"manifests", "kustomize"}, {"manifests", "helm"}, {"manifests", "kpt"},
		{"deploy", "kubectl", "manifests"}, {"deploy", "kustomize"}, {"deploy", "helm"},
	}
	return slices.ContainsFunc(paths, func(p []string) bool { return s.path(n, p...) != nil })
}

// pipeline reads what a configuration, or one of its profiles, builds and deploys.
func (s *skaffold) pipeline(n *yaml.Node) {
	for _, artifact := range s.items(s.path(n, "build", "artifacts")) {
		if image := yamlValue(s.field(artifact, "image")); image != "" && s.room(artifact) {
			s.Sets = append(s.Sets, Set{Name: image, Tag: true})
		}
	}
	for _, list := range []*yaml.Node{s.path(n, "manifests", "rawYaml"), s.path(n, "deploy", "kubectl", "manifests")} {
		for _, item := range s.items(list) {
			s.manifests(item, yamlValue(item))
		}
	}
	for _, part := range []string{"manifests", "deploy"} {
		s.kustomize(s.path(n, part, "kustomize"))
	}
}

// kustomize notes the kustomizations; without paths, the one beside this file.
func (s *skaffold) kustomize(n *yaml.Node) {
	if n == nil {
		return
	}
	paths := s.items(s.field(n, "paths"))
	if paths == nil {
		s.use(n, Use{}, ".")
	}
	for _, item := range paths {
		s.use(item, Use{}, yamlValue(item))
	}
}

// manifests notes manifests by path, folder or glob.
func (s *skaffold) manifests(at *yaml.Node, written string) {
	switch {
	case strings.ContainsAny(written, "*?[{"):
		s.use(at, Use{Glob: true, Path: written}, "")
	case isYAMLPath(written):
		s.use(at, Use{Path: written}, "")
	case written != "":
		s.use(at, Use{Glob: true, Path: written + "/**"}, "")
	}
}

// Bounds of a glob: matching tries every combination of its alternatives.
const (
	maxGlob         = 512 // bytes
	maxBraces       = 2
	maxAlternatives = 16
)

// use notes a use of one path, or of a folder's kustomization.
func (s *skaffold) use(at *yaml.Node, use Use, folder string) {
	written := use.Path + folder
	if written == "" || strings.Contains(written, "://") || !s.room(at) {
		return
	}
	use.Span, use.Hands = s.span(at), true
	use.Line = s.lineOf(use.Span.Line)
	switch {
	case use.Glob && !isSmallGlob(written):
		s.Unread = append(s.Unread, *s.defeated(use.Span.Line, "a glob that is too long or has too many alternatives"))
	case folder != "":
		s.Uses = append(s.Uses, folderUses(use, folder)...)
	default:
		s.Uses = append(s.Uses, use)
	}
}

func isSmallGlob(glob string) bool {
	return len(glob) <= maxGlob && strings.Count(glob, "{") <= maxBraces && strings.Count(glob, ",") <= maxAlternatives
}

// room reports whether the file may name more, and tells once when not.
func (s *skaffold) room(at *yaml.Node) bool {
	if len(s.Uses)+len(s.Sets) < maxEntries {
		return true
	}
	if !s.full {
		s.full = true
		s.Unread = append(s.Unread, *s.defeated(s.span(at).Line, "names too many images and manifests; the rest was left out"))
	}
	return false
}
