package lookup

import (
	"context"
	"time"

	"github.com/checkrein/checkrein/checks/images"
)

// Tag is a tag of a repository in a registry.
type Tag struct{ Registry, Repository, Name string }

// Seen is what a tag stood for at a time.
type Seen struct {
	Tag
	Digest string
	At     time.Time
}

// Sightings keeps what tags stood for.
type Sightings interface {
	// See keeps what was seen and answers for each of these tags every digest that it is
	// known to have stood for, by when it was first seen.
	See(ctx context.Context, seen []Seen) (map[Tag][]images.Sighting, error)
}
