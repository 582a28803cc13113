package tree

import (
	"bytes"
	"cmp"
	"context"
	"hash/maphash"
	"path"
	"slices"
)

const (
	maxCandidates = 200       // files on one side that are looked at for similarity
	maxCompared   = 256 << 10 // bytes of one of them
	maxRemoved    = 4 << 20   // bytes of all removed ones: their lines are held together
)

// pairing finds which added file is which removed one.
type pairing struct {
	base, head Tree
	from       map[string]Entry // what an added path was
	taken      map[string]bool  // removed paths that have a partner
}

func (p *pairing) pair(old, now Entry) {
	p.from[now.Path] = old
	p.taken[old.Path] = true
}

// likeness is what files must share to be an exact pair; base is their name, or empty for any.
type likeness struct {
	id   string
	mode Mode
	base string
}

// exact pairs files of equal content: those that kept their name first. ids are of added.
func (p *pairing) exact(removed, added []Entry, ids []string) {
	was := map[likeness][]Entry{}
	for _, e := range removed {
		if e.Mode != Submodule && e.SHA != "" {
			named, any := likeness{e.SHA, e.Mode, path.Base(e.Path)}, likeness{e.SHA, e.Mode, ""}
			was[named], was[any] = append(was[named], e), append(was[any], e)
		}
	}
	for i, e := range added {
		p.first(was, likeness{ids[i], e.Mode, path.Base(e.Path)}, e)
	}
	for i, e := range added {
		if _, paired := p.from[e.Path]; !paired {
			p.first(was, likeness{ids[i], e.Mode, ""}, e)
		}
	}
}

// first pairs an added file with the first removed one that is left of its likeness.
func (p *pairing) first(was map[likeness][]Entry, like likeness, now Entry) {
	for len(was[like]) > 0 {
		old := was[like][0]
		was[like] = was[like][1:]
		if !p.taken[old.Path] {
			p.pair(old, now)
			return
		}
	}
}

// candidate is a possible pair and the share of its content that stayed.
type candidate struct {
	old, now Entry
	share    float64
	sameName bool
}

// similar pairs what is left by common lines, the most alike first.
func (p *pairing) similar(ctx context.Context, removed, added []Entry) error {
	removed = left(removed, func(e Entry) bool { return p.taken[e.Path] })
	added = left(added, func(e Entry) bool { _, paired := p.from[e.Path]; return paired })
	if len(removed) == 0 || len(added) == 0 || len(removed) > maxCandidates || len(added) > maxCandidates {
		return nil
	}
	if err := p.base.Prefetch(ctx, paths(removed)); err != nil {
		return err
	}
	seed := maphash.MakeSeed()
	was := make([]lines, len(removed))
	room := maxRemoved
	for i, e := range removed {
		if room > 0 {
			was[i] = linesOf(p.base, e.Path, seed)
			room -= was[i].size
		}
	}
	var found []candidate
	for _, now := range added {
		is := linesOf(p.head, now.Path, seed)
		for i, old := range removed {
			if share := is.share(was[i]); share >= 0.5 {
				found = append(found, candidate{old, now, share, path.Base(old.Path) == path.Base(now.Path)})
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	p.best(found)
	return nil
}

// left are the regular files that have no partner yet.
func left(all []Entry, paired func(Entry) bool) []Entry {
	return slices.DeleteFunc(slices.Clone(all), func(e Entry) bool { return e.Mode != Regular || paired(e) })
}

func paths(entries []Entry) []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.Path)
	}
	return names
}

func (p *pairing) best(found []candidate) {
	slices.SortFunc(found, func(a, b candidate) int {
		if a.sameName != b.sameName && a.share == b.share {
			return map[bool]int{true: -1, false: 1}[a.sameName]
		}
		return cmp.Or(cmp.Compare(b.share, a.share), byPath(a.old, b.old), byPath(a.now, b.now))
	})
	for _, c := range found {
		if _, paired := p.from[c.now.Path]; !paired && !p.taken[c.old.Path] {
			p.pair(c.old, c.now)
		}
	}
}

// lines counts the bytes of a file by the line they stand in.
type lines struct {
	size  int
	bytes map[uint64]int
}

// linesOf reads a file; one that is empty, too large or unreadable is like no other.
func linesOf(t Tree, path string, seed maphash.Seed) lines {
	data, err := t.Read(path)
	if err != nil || len(data) > maxCompared {
		return lines{}
	}
	l := lines{size: len(data), bytes: map[uint64]int{}}
	for line := range bytes.Lines(data) {
		l.bytes[maphash.Bytes(seed, bytes.TrimRight(line, "\r\n"))] += len(line)
	}
	return l
}

// share is the part of the larger file's bytes that both have.
func (l lines) share(other lines) float64 {
	small, large := min(l.size, other.size), max(l.size, other.size)
	if small == 0 || small*2 < large {
		return 0
	}
	common := 0
	for line, n := range l.bytes {
		common += min(n, other.bytes[line])
	}
	return float64(common) / float64(large)
}
