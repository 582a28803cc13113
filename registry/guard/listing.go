package guard

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/packages"
)

// maxPages bounds what one package may hold: a list without end is none.
const maxPages = 10_000

// maxListings bounds how often a list is read anew because it changed under the reading.
const maxListings = 3

var errSlipped = errors.New("versions were deleted while the list was read, so that others may be on no page of it")

func (g *github) list(ctx context.Context) (all []registry.Version, o order, err error) {
	for range maxListings {
		if all, o, err = g.listOnce(ctx); !errors.Is(err, errSlipped) {
			break
		}
	}
	return all, o, err
}

// listOnce reads all pages. A version that goes while they are read has those behind it
// move up, one of them onto a page that was read already. So a mark on the last page is
// looked up first: a push before it makes it come later and one version appear twice, a
// deletion makes it come earlier and one appear never.
func (g *github) listOnce(ctx context.Context) ([]registry.Version, order, error) {
	first, err := g.Page(ctx, 1, "active")
	if err != nil || first.Next == 0 {
		return first.Versions, orderOf(first.Versions, 1), err
	}
	marked, err := g.mark(ctx, first.Last)
	if err != nil {
		return nil, order{}, err
	}
	all, pages, err := g.pages(ctx)
	if err != nil {
		return nil, order{}, err
	}
	if marked.digest != "" && marked.slipped(all) {
		return nil, order{}, errSlipped
	}
	return all, orderOf(all, pages), nil
}

// mark is a version and its place in the list, from 0.
type mark struct {
	digest registry.Digest
	place  int
}

// mark takes the first version of a page. Where none tells which page is the last there
// is no mark.
func (g *github) mark(ctx context.Context, last int) (mark, error) {
	if last == 0 {
		return mark{}, nil
	}
	page, err := g.Page(ctx, last, "active")
	if err != nil {
		return mark{}, err
	}
	if len(page.Versions) == 0 {
		return mark{}, errSlipped
	}
	return mark{page.Versions[0].Digest, (last - 1) * packages.PerPage}, nil
}

// slipped reports whether a version before the mark may be missing from a list.
func (m mark) slipped(all []registry.Version) bool {
	place := slices.IndexFunc(all, func(v registry.Version) bool { return v.Digest == m.digest })
	if place < 0 {
		return true
	}
	seen, twice := map[registry.Digest]bool{}, 0
	for _, v := range all[:place] {
		if seen[v.Digest] {
			twice++
		}
		seen[v.Digest] = true
	}
	return place-m.place != twice
}

func (g *github) pages(ctx context.Context) (all []registry.Version, pages int, err error) {
	for number := 1; ; {
		page, err := g.Page(ctx, number, "active")
		if err != nil {
			return nil, 0, err
		}
		all = append(all, page.Versions...)
		if page.Next == 0 || len(page.Versions) == 0 {
			return all, number, nil
		}
		if number = page.Next; number > maxPages {
			return nil, 0, fmt.Errorf("list of versions: more than %d pages", maxPages)
		}
	}
}
