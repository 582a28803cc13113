package guard_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/registry"
)

// dangling answers what is missing under tags, found without the product's graph: every
// manifest that a tag leads to over children, subjects and fallback tags.
func (w *world) dangling() []string {
	there := map[string][]string{}
	for _, v := range w.pack.Versions() {
		if v.Deleted.IsZero() {
			there[v.Digest] = v.Tags
		}
	}
	var missing []string
	seen := map[string]bool{}
	var walk func(path, digest string)
	walk = func(path, digest string) {
		if seen[digest] {
			return
		}
		seen[digest] = true
		path += " -> " + w.names[digest]
		if _, ok := there[digest]; !ok && w.names[digest] != lostBefore {
			missing = append(missing, path)
		}
		for _, c := range childrenOf(w.contents[digest]) {
			walk(path, c)
		}
		for other, text := range w.contents { // pushed at any time
			var about struct{ Subject struct{ Digest string } }
			if json.Unmarshal([]byte(text), &about) == nil && about.Subject.Digest == digest {
				walk(path, other)
			}
		}
	}
	for digest, tags := range there {
		if len(tags) > 0 {
			walk(fmt.Sprint(tags), digest)
		}
	}
	slices.Sort(missing)
	return missing
}

// whole fails when something is missing under a tag.
func (w *world) whole() {
	w.Helper()
	if missing := w.dangling(); len(missing) > 0 {
		w.Errorf("dangling:\n%s", strings.Join(missing, "\n"))
	}
}

// fallbackTag is the tag by which tools tie a manifest to its subject.
func fallbackTag(d registry.Digest, suffix string) string {
	return strings.Replace(string(d), ":", "-", 1) + suffix
}

// childrenOf are the digests that an index lists.
func childrenOf(manifest string) (all []string) {
	var m struct {
		Manifests []struct{ Digest string }
	}
	_ = json.Unmarshal([]byte(manifest), &m)
	for _, c := range m.Manifests {
		all = append(all, c.Digest)
	}
	return all
}
