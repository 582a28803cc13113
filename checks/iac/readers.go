package iac

import (
	"slices"
	"sync"
)

// Reader reads one format.
type Reader struct {
	// Name is the format's name as documents and reports show it.
	Name string
	// Where and What tell, for the documents and in Markdown, which files are of the format
	// and which references are read in them.
	Where, What string
	// Path reports whether a file at this slash-separated path may be of the format.
	Path func(path string) bool
	// Read answers nil when the bytes are not of this format. It never panics on
	// purpose, never allocates without bound and tells what it could not read in File.Unread.
	Read func(path string, data []byte) *File
}

// Readers is the one list of formats; of those whose Path fits, the first that
// recognises the bytes reads them.
func Readers() []Reader {
	return slices.Concat(
		[]Reader{Dockerfile(), Dotenv(), Terraform(), Nomad(), Devcontainer(), Programs(), GitHubActions()},
		[]Reader{Helm(), HelmTemplate(), HelmValues()},
		Pipelines(), // known by their names: those that look at the content come after
		[]Reader{Kustomize(), Skaffold(), Compose(), CloudFormation(), Kubernetes(), KustomizePatch(), ECSTaskDefinition()},
		Platforms(), []Reader{Commands()},
	)
}

// readers is the list made once: every path of a tree is held against it, several times.
var readers = sync.OnceValue(Readers)

var pipelines = sync.OnceValue(Pipelines)
