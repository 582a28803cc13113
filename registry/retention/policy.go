// Package retention reads the policy that says what may be deleted from which packages.
package retention

import (
	"time"

	"github.com/bmatcuk/doublestar/v4"
)

// Policy says what may go, package by package. The zero value is Default.
type Policy struct{ Packages []Rule }

// Rule is what counts for the packages that Match names.
type Rule struct {
	Match        string // owner/package, a doublestar glob; the first rule that matches counts
	Keep         Keep
	Delete       Delete
	WholePackage bool
	Brake        Brake
}

// Keep is what stays whatever Delete says.
type Keep struct {
	Tags        []string // globs
	NewestRoots int
	YoungerThan time.Duration
}

// Delete is what may go when nothing needs it.
type Delete struct {
	Untagged bool
	Tags     []string // globs
}

// Brake bounds how much of a package may go within an hour.
type Brake struct {
	Share int // percent of the versions it had when the hour began; 0: no bound
	Min   int // versions from which on it counts
}

// DefaultRule counts where no policy names a package: untagged versions that nothing
// needs may go, up to half of a package an hour.
func DefaultRule() Rule {
	return Rule{Match: "**", Delete: Delete{Untagged: true}, Brake: Brake{Share: 50, Min: 50}}
}

// For is the rule of a package, named owner/package in small letters.
func (p Policy) For(name string) Rule {
	for _, r := range p.Packages {
		if matches(r.Match, name) {
			return r
		}
	}
	return DefaultRule()
}

// MayDelete reports whether the policy names a tag for deletion, and not for keeping.
func (r Rule) MayDelete(tag string) bool {
	return matchesAny(r.Delete.Tags, tag) && !matchesAny(r.Keep.Tags, tag)
}

// Stops reports whether the brake holds one more deletion when so many of so many
// versions went within the hour.
func (b Brake) Stops(deleted, versions int) bool {
	if b.Share == 0 || versions < b.Min {
		return false
	}
	return (deleted+1)*100 > versions*b.Share
}

func matchesAny(globs []string, s string) bool {
	for _, g := range globs {
		if matches(g, s) {
			return true
		}
	}
	return false
}

func matches(glob, s string) bool {
	ok, err := doublestar.Match(glob, s)
	return err == nil && ok
}
