package guard

import (
	"slices"
	"time"

	"github.com/checkrein/checkrein/registry"
)

// view is one package as one caller sees it. What another caller read is in it only where
// this caller's own list leads to it: manifests, which their digests prove.
type view struct {
	key      viewKey
	graph    *registry.Graph
	versions map[registry.Digest]registry.Version // that the list has
	sights   *Sights                              // of the package, shared by its views
	keep     map[registry.Digest]registry.RootKind
	stored   map[registry.Digest]registry.Manifest // read earlier, by anybody; used when the own list leads there
	order    order
	read     time.Time // when the list was read whole
	whole    bool      // the list has every manifest, not only tagged ones
	blindFor bool      // the registry has no referrers API
	size     int       // versions when it was used last
}

type viewKey struct{ pkg, caller string }

// order says where the list has what came last.
type order struct {
	newestLast bool
	pages      int
}

func newView(key viewKey, sights *Sights, whole bool) *view {
	return &view{key: key, graph: registry.NewGraph(), versions: map[registry.Digest]registry.Version{}, sights: sights,
		keep: map[registry.Digest]registry.RootKind{}, whole: whole}
}

// replace takes a whole list in: what is not in it is gone.
func (v *view) replace(list []registry.Version, now time.Time) Sights {
	listed := make(map[registry.Digest]bool, len(list))
	for _, one := range list {
		listed[one.Digest] = true
	}
	for d := range v.versions {
		if !listed[d] {
			v.graph.Remove(d)
			delete(v.versions, d)
		}
	}
	seen := v.merge(list, now)
	tags := map[string]bool{}
	for _, one := range list {
		for _, tag := range one.Tags {
			tags[tag] = true
		}
	}
	for tag, d := range v.sights.Tags {
		if !tags[tag] {
			delete(v.sights.Tags, tag)
			seen.Tags[tag] = ""
			v.touch(d, now, &seen)
		}
	}
	return seen
}

// merge takes some versions in; the others stay as they were. It answers what is new
// about tags.
func (v *view) merge(list []registry.Version, now time.Time) Sights {
	seen := newSights()
	first := len(v.sights.Tags) == 0
	for _, one := range list {
		before := v.versions[one.Digest]
		for _, tag := range before.Tags {
			if !slices.Contains(one.Tags, tag) {
				v.graph.Unroot(one.Digest, registry.Root{Kind: registry.Tagged, Name: tag})
			}
		}
		v.versions[one.Digest] = one
		v.graph.List(one.Digest)
		for _, tag := range one.Tags {
			v.graph.Root(one.Digest, registry.Root{Kind: registry.Tagged, Name: tag})
			v.sawTag(tag, one.Digest, now, first, &seen)
		}
		if one.Last().IsZero() {
			v.meet(one.Digest, now, &seen)
		}
	}
	return seen
}

// sawTag notes where a tag points. A tag that moved leaves a manifest that somebody used a
// moment ago; the first list of all tells of no move.
func (v *view) sawTag(tag string, d registry.Digest, now time.Time, first bool, seen *Sights) {
	before, known := v.sights.Tags[tag]
	if before == d {
		return
	}
	v.sights.Tags[tag], seen.Tags[tag] = d, d
	if known {
		v.touch(before, now, seen)
	}
	if !first {
		v.touch(d, now, seen)
	}
}

// meet notes when a manifest was seen first: nothing else tells its age.
func (v *view) meet(d registry.Digest, now time.Time, seen *Sights) {
	if _, ok := v.sights.First[d]; !ok {
		v.sights.First[d], seen.First[d] = now, now
	}
}

func newSights() Sights {
	return Sights{Tags: map[string]registry.Digest{}, Touched: map[registry.Digest]time.Time{}, First: map[registry.Digest]time.Time{}}
}

func (v *view) touch(d registry.Digest, now time.Time, seen *Sights) {
	v.sights.Touched[d], seen.Touched[d] = now, now
}

// anchor makes roots of what is kept, and of what is young; what is neither any more is
// none.
func (v *view) anchor(keep map[registry.Digest]registry.RootKind, r rules) {
	for d, kind := range v.keep {
		if keep[d] != kind {
			v.graph.Unroot(d, registry.Root{Kind: kind})
		}
	}
	v.keep = keep
	for d, kind := range keep {
		if _, listed := v.versions[d]; listed || !v.whole {
			v.graph.Root(d, registry.Root{Kind: kind})
		}
	}
	young := registry.Root{Kind: registry.Young}
	for d, one := range v.versions {
		if r.now.Sub(v.since(one)) < r.age() {
			v.graph.Root(d, young)
		} else {
			v.graph.Unroot(d, young)
		}
	}
	for d := range v.sights.Touched {
		if _, listed := v.versions[d]; listed || v.whole {
			continue
		}
		if r.now.Sub(v.since(registry.Version{Digest: d})) < r.age() {
			v.graph.Root(d, young)
		} else {
			v.graph.Unroot(d, young)
		}
	}
}

// remove tells that a version went through this guard: nobody will tag it any more.
func (v *view) remove(one registry.Version) Sights {
	seen := Sights{Tags: map[string]registry.Digest{}}
	v.graph.Remove(one.Digest)
	delete(v.versions, one.Digest)
	for _, tag := range one.Tags {
		delete(v.sights.Tags, tag)
		seen.Tags[tag] = ""
	}
	return seen
}

// untag tells that only a tag went; now names what it points to, if anything.
func (v *view) untag(d registry.Digest, tag string, now registry.Digest) Sights {
	v.graph.Unroot(d, registry.Root{Kind: registry.Tagged, Name: tag})
	if one, ok := v.versions[d]; ok {
		one.Tags = slices.DeleteFunc(slices.Clone(one.Tags), func(t string) bool { return t == tag })
		v.versions[d] = one
	}
	if now == "" {
		delete(v.sights.Tags, tag)
	} else {
		v.sights.Tags[tag] = now
	}
	return Sights{Tags: map[string]registry.Digest{tag: now}}
}
