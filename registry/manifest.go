package registry

// Kind says what a manifest can refer to.
type Kind string

// The kinds of manifests that are read.
const (
	Image Kind = "image" // an image or artifact: blobs only
	Index Kind = "index" // refers to other manifests
	// Unknown is a child of which only its own bytes can tell what it is.
	Unknown Kind = "unknown"
)

// Manifest is what the graph must know of one manifest.
type Manifest struct {
	Digest    Digest
	MediaType string // as the bytes say it, else as the registry says it
	Kind      Kind   // Image or Index
	Children  []Child
	Subject   Digest // what it is about: a signature, an SBOM; empty for none
	Artifact  string // artifactType, else the config's media type when that is no image's
	// Empty: it holds nothing that could be pulled. Such manifests are put over a tag to
	// take the tag away where no registry call does.
	Empty bool
}

// Child is one entry of an index.
type Child struct {
	Digest Digest
	Kind   Kind   // by its descriptor's media type
	Label  string // platform, as linux/arm64/v8, or what else tells it from its siblings
}
