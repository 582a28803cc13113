package policy

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// looserLocks compares what an organisation locks: a lock taken away lets repositories
// be milder than the organisation, a lock over a value that is not the hardest takes
// from a repository the harder one that it may have.
func (own ownSeverities) looserLocks(before, after *Policy) []Loosening {
	var all []Loosening
	for _, lock := range missing(before.Locked, after.Locked) {
		if lockOver(after.Locked, lock) == "" && judges(lock) {
			all = append(all, Loosening{Key: "locked", Subject: lock, Before: "locked", After: "free", Entries: []string{lock},
				Why: "Every repository of the organisation may set this milder than the organisation does."})
		}
	}
	for _, lock := range missing(after.Locked, before.Locked) {
		if lockOver(before.Locked, lock) == "" && !own.hardest(after, lock) {
			all = append(all, Loosening{Key: "locked", Subject: lock, Before: "free", After: "locked", Entries: []string{lock},
				Why: "What a repository of the organisation sets harder than this no longer counts."})
		}
	}
	return all
}

// judges reports whether a key, or one below it, has a say in a verdict.
func judges(key string) bool { return key != "comment" && key != "details" }

// hardest reports whether nothing under the lock could be harder than in p. Exceptions
// of repositories only make them milder.
func (own ownSeverities) hardest(p *Policy, lock string) bool {
	for _, a := range aspects() {
		if under(lock, a.key) && !a.hardest(p) {
			return false
		}
	}
	if lock == "rules" {
		return false // a rule that is still to come may be locked at less than block
	}
	rule, single := strings.CutPrefix(lock, "rules.")
	return !single || own.strength(p, rule).mildest >= checks.Block.Rank()
}

// lockOver is the lock that holds key: the key itself or one above it; else empty.
func lockOver(locks []string, key string) string {
	if i := slices.IndexFunc(locks, func(lock string) bool { return under(lock, key) }); i >= 0 {
		return locks[i]
	}
	return ""
}

// under reports whether key is above itself or stands below it.
func under(above, key string) bool {
	return key == above || strings.HasPrefix(key, above+".")
}
