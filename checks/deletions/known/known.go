// Package known is the table of what deletes: commands, requests, actions and calls, each
// with the class of what it takes away, its dry run, and what makes it safe.
package known

// Class is the kind of thing that is deleted.
type Class string

const (
	Images         Class = "images"         // container images and their manifests
	Packages       Class = "packages"       // versions of other packages
	Infrastructure Class = "infrastructure" // machines, clusters, stacks, services
	Data           Class = "data"           // buckets, tables, volumes
	Refs           Class = "refs"           // branches, tags, releases, repositories
	// Harmless is what is made again by itself: caches, artifacts, what lives on a hosted runner.
	Harmless Class = "harmless"
)

// Row is one entry of the table.
type Row struct {
	// ID names the row in cases and documents: "gh-api-packages", "aws-s3-rm".
	ID    string
	Class Class
	// Says completes "this …": "deletes versions of a container package".
	Says string
	// Dry is how to see beforehand what would go.
	Dry Dry
	// Whole: it deletes a whole package, repository, registry, bucket, database or cluster.
	Whole bool
	// Local: harmless on a hosted runner only: what it deletes lives on the machine that runs it.
	Local bool
	// Later: it only arranges for a deletion that runs elsewhere (a lifecycle policy, a scheduled task).
	Later bool
	// Guard says how it is pointed at checkrein guard, or why it cannot be; only of images and packages.
	Guard string
	Note  string
	// Kube: it goes to the cluster that is set; harmless where the job made that cluster itself.
	Kube bool
	// Look shows what is there before it goes, without telling what would; not a dry run.
	Look string
	// Facts are the numbers of the patterns that the row carries, for the coverage table.
	Facts []int
	// Likes are commands, uses or calls that the row is about, the first the plainest.
	Likes []string

	match matcher
}

// Dry is how a deletion is previewed; exactly one of Flag, Input and Preview is set, or none.
type Dry struct {
	Flag    string // to be added to the command: "--dryrun"
	Input   string // of an action: "dry-run: true"
	Preview string // another command that shows it: "terraform plan -destroy"
}

// Action is one use of an action.
type Action struct {
	Name string            // "dataaxiom/ghcr-cleanup-action", a path within the repository included
	Ref  string            // tag, branch or commit
	With map[string]string // inputs as written, `${{ … }}` included
}

// Deed is one deletion, or one preview of a deletion.
type Deed struct {
	Row *Row
	// Target is what goes, as far as it is written: "acme/cloud", "s3://backups"; gaps are "…".
	Target string
	// Preview: it is the dry run of its row, by what stands there literally.
	Preview bool
	// Chosen is what decides the target, or whether it is a dry run, and is not in the
	// repository: "inputs.bucket", "vars.DRY_RUN", "secrets.NAMESPACE".
	Chosen []string
	// Unsafe says why its settings take manifests that tagged indexes need; empty: they do
	// not, or that cannot be (see Row.Class).
	Unsafe string
}
