package guard

import (
	"context"
	"time"

	"github.com/checkrein/checkrein/registry"
)

// Memory is what must survive a restart.
type Memory interface {
	Journal
	Manifests
	Roots
	Lock
}

// Journal keeps what was decided, in order; nothing in it is changed afterwards. Packages
// are named owner/package in small letters, or as the registry names the repository.
type Journal interface {
	// Begin returns once the intent is durable; nothing is forwarded before.
	Begin(context.Context, Intent) (id int64, err error)
	// End tells how an intent ended. It rides with the next write: when the process ends
	// before, the intent stays open.
	End(id int64, o Outcome, r Record)
	// Note adds a record. It rides with the next write.
	Note(Record)
	// Open are the package's intents of which nobody knows how they ended.
	Open(ctx context.Context, pkg string) ([]Intent, error)
	// Deleted are the package's deletions since a time that were not undone, without Content.
	Deleted(ctx context.Context, pkg string, since time.Time) ([]Intent, error)
	// Content is the manifest that an intent kept.
	Content(ctx context.Context, id int64) (content []byte, mediaType string, err error)
	// Hour is the hour of the package that began last.
	Hour(ctx context.Context, pkg string) (Hour, error)
	// Salt is what the hashes of credentials are mixed with: random, the same every time.
	Salt(context.Context) ([]byte, error)
}

// Intent is a deletion that is about to be forwarded.
type Intent struct {
	ID      int64 // given by Begin
	At      time.Time
	Package string
	Version int64 // of GitHub; 0 on other registries
	Digest  registry.Digest
	Tag     string // only this tag goes; empty: the manifest
	Tags    []string
	Who     string
	Did     string // what was asked, in words
	// Content and MediaType are what can be put back where the registry itself cannot
	// restore; empty on GitHub.
	Content   []byte
	MediaType string
	Hour      Hour // as it is with this deletion
}

// Outcome says how an intent ended.
type Outcome string

// The outcomes.
const (
	Gone     Outcome = "deleted"
	Kept     Outcome = "kept"     // the upstream refused, or it is there all the same
	Restored Outcome = "restored" // it was deleted, and brought back
)

// Hour counts what went from a package in an hour, for the brake.
type Hour struct {
	Began    time.Time
	Versions int // that the package had when it began
	Deleted  int
}

// Record is one line of the journal.
type Record struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Package string    `json:"package"`
	Event   Event     `json:"event"`
	Code    string    `json:"code,omitempty"` // why it was refused
	Version int64     `json:"version,omitempty"`
	Digest  string    `json:"digest,omitempty"`
	Tags    []string  `json:"tags,omitempty"`
	Who     string    `json:"who"`
	Did     string    `json:"did"`
	Why     string    `json:"why,omitempty"` // the path from the root, or what else decided
	Intent  int64     `json:"intent,omitempty"`
}

// Event is what a record tells.
type Event string

// The events.
const (
	Refused       Event = "refused"
	Intended      Event = "intended"
	Deleted       Event = "deleted"
	NotDeleted    Event = "not deleted"
	Unknown       Event = "unknown" // the upstream did not say whether it deleted
	Moved         Event = "moved"   // a tag was pushed over another manifest
	Undone        Event = "restored"
	RestoreFailed Event = "restore failed"
	Missing       Event = "missing" // a root needs what is not there
)

// Manifests keeps what was read of manifests; their digests say whether it is right.
type Manifests interface {
	// Manifests are those of a package.
	Manifests(ctx context.Context, pkg string) ([]registry.Manifest, error)
	// PutManifests adds some. It rides with the next write.
	PutManifests(pkg string, all []registry.Manifest)
}

// Sights are what was seen of a package's tags and when.
type Sights struct {
	Tags    map[string]registry.Digest    // as they were seen last; an empty digest takes one out
	Touched map[registry.Digest]time.Time // when a manifest got or lost a tag
	First   map[registry.Digest]time.Time // when it was seen first, where nothing tells its age
}

// Roots keeps sights.
type Roots interface {
	Sights(ctx context.Context, pkg string) (Sights, error)
	// Saw adds sights and returns once they are durable.
	Saw(ctx context.Context, pkg string, s Sights) error
	// Glimpsed adds sights that ride with the next write.
	Glimpsed(pkg string, s Sights)
}

// Lock has one deletion of a package decided at a time.
type Lock interface {
	// Lock waits for its turn; the returned function gives it up.
	Lock(ctx context.Context, pkg string) (unlock func(), err error)
}
