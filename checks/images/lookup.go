package images

import (
	"context"
	"time"
)

// Resolver asks registries. Whoever implements it decides which registries may be asked
// and how often: a question may stay without an answer.
type Resolver interface {
	// Resolve answers questions, each once, in their order. The first ones matter most.
	Resolve(ctx context.Context, questions []Question) []Answer
}

// Question is a reference to look up: with a Digest, whether it is still there, else
// what the tag stands for now.
type Question struct {
	Name   string // without tag and digest, as written: "redis", "ghcr.io/acme/api"
	Tag    string // empty: what the registry takes when none is written
	Digest string // "sha256:…"
	// Keep: remember what the tag stands for, and answer all that it ever stood for.
	Keep bool
}

// Answer is what a registry said; the zero Answer says nothing.
type Answer struct {
	// Digest is what the tag stands for now: the index where there is one, never the
	// image of one platform.
	Digest string
	// Gone: the registry knows the repository and says that it has no such manifest.
	Gone bool
	// Seen are the digests that the tag was seen with, the oldest first; only with Keep.
	Seen []Sighting
	// Problem says in a few words why there is no answer; a reader of the verdict is told.
	Problem string
	// Unasked says why the registry was not to be asked; only who wanted an edit is told.
	Unasked string
}

// Sighting is a digest that a tag was seen with.
type Sighting struct {
	Digest      string
	First, Last time.Time
}
