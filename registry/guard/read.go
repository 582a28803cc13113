package guard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/packages"
)

// How old a whole list may be, and from how many versions on it may be older: at 100,000
// versions one list is all that a token of GitHub Actions may ask in an hour.
const (
	listAge  = time.Minute
	largeAge = 10 * time.Minute
	large    = 1000
)

func (v *view) outdated(now time.Time) bool {
	age := listAge
	if len(v.versions) > large {
		age = largeAge
	}
	return v.read.IsZero() || now.Sub(v.read) >= age
}

// reading is one caller's look at a package.
type reading struct {
	g     *Guard
	v     *view
	src   source
	rules rules
	fresh []registry.Manifest // read from the registry, to be kept
}

// everything reads the whole list and what is new among roots and nested indexes.
func (r *reading) everything(ctx context.Context) error {
	list, o, err := r.src.list(ctx)
	if err != nil {
		return fmt.Errorf("list of versions: %w", err)
	}
	keep, err := r.g.keep.read()
	if err != nil {
		return err
	}
	r.v.graph.Retry()
	r.g.memory.Glimpsed(r.v.key.pkg, r.v.replace(list, r.rules.now))
	r.v.anchor(keep, r.rules)
	if err := r.manifests(ctx); err != nil {
		return err
	}
	if err := r.referrers(ctx); err != nil {
		return err
	}
	r.v.order, r.v.read = o, r.rules.now
	return nil
}

// again goes by the list that was read, with today's keep file.
func (r *reading) again(ctx context.Context) error {
	keep, err := r.g.keep.read()
	if err != nil {
		return err
	}
	r.v.anchor(keep, r.rules)
	return r.manifests(ctx)
}

// latest reads what came last.
func (r *reading) latest(ctx context.Context) error {
	list, err := r.src.newest(ctx, r.v.order, r.v.sights.Tags)
	if err != nil {
		return fmt.Errorf("newest versions: %w", err)
	}
	if !r.v.whole { // such a list tells of new tags only
		list = r.v.addTags(list)
	}
	r.g.memory.Glimpsed(r.v.key.pkg, r.v.merge(list, r.rules.now))
	r.v.anchor(r.v.keep, r.rules)
	return r.manifests(ctx)
}

// addTags joins tags with those that are known of the same manifest.
func (v *view) addTags(list []registry.Version) []registry.Version {
	for i, one := range list {
		if known, ok := v.versions[one.Digest]; ok {
			list[i].Tags = append(known.Tags[:len(known.Tags):len(known.Tags)], one.Tags...)
		}
	}
	return list
}

// manifests reads what the graph wants until it wants nothing. What cannot be read is
// noted in the graph; an error is only one of the caller going away.
func (r *reading) manifests(ctx context.Context) error {
	for wants := r.v.graph.Wants(); len(wants) > 0; wants = r.v.graph.Wants() {
		answers := make([]answer, len(wants))
		group := errgroup.Group{}
		group.SetLimit(atOnce)
		for i, d := range wants {
			if m, ok := r.v.stored[d]; ok {
				answers[i].manifest = m
				continue
			}
			group.Go(func() error {
				answers[i].manifest, answers[i].err = r.src.manifest(ctx, d)
				return nil
			})
		}
		_ = group.Wait()
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("read manifests: %w", err)
		}
		for i, d := range wants {
			r.take(d, answers[i])
		}
	}
	r.store()
	return nil
}

type answer struct {
	manifest registry.Manifest
	err      error
}

// take puts one answer into the graph.
func (r *reading) take(d registry.Digest, a answer) {
	_, listed := r.v.versions[d]
	switch {
	case a.err == nil:
		if _, ok := r.v.stored[d]; !ok {
			r.fresh = append(r.fresh, a.manifest)
		}
		r.v.graph.Add(a.manifest)
	case lost(a.err) && !listed && !r.v.whole && r.onlyKept(d):
		r.v.graph.Remove(d) // in use elsewhere, or gone: nobody said that it is here
	case lost(a.err):
		r.v.graph.Miss(d, a.err)
	default:
		r.v.graph.Blind(d, a.err)
	}
}

// onlyKept reports whether nothing but the keep file or an earlier sight tells of d.
func (r *reading) onlyKept(d registry.Digest) bool {
	_, needed := r.v.graph.Explain(d)
	return !needed
}

// store keeps what was read for the next reading.
func (r *reading) store() {
	if len(r.fresh) > 0 {
		r.g.memory.PutManifests(r.v.key.pkg, r.fresh)
		for _, m := range r.fresh {
			r.v.stored[m.Digest] = m
		}
		r.fresh = nil
	}
}

// referrers asks, where the registry can tell, who is about each manifest that is kept.
func (r *reading) referrers(ctx context.Context) error {
	asked := map[registry.Digest]bool{}
	for !r.v.blindFor {
		var next []registry.Digest
		for _, d := range r.v.graph.Reached() {
			if !asked[d] {
				asked[d] = true
				next = append(next, d)
			}
		}
		if len(next) == 0 {
			return nil
		}
		if err := r.ask(ctx, next); err != nil {
			return err
		}
		if err := r.manifests(ctx); err != nil {
			return err
		}
	}
	return nil
}

// ask asks about the first one alone: most often the answer is that there is no such API.
func (r *reading) ask(ctx context.Context, subjects []registry.Digest) error {
	answers := make([][]packages.Referrer, len(subjects))
	one := func(ctx context.Context, i int) (err error) {
		answers[i], err = r.src.referrers(ctx, subjects[i])
		return err
	}
	err := one(ctx, 0)
	if errors.Is(err, packages.ErrNoReferrers) {
		r.v.blindFor = true
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := 1; i < len(subjects) && err == nil; i++ {
		group.Go(func() error {
			if err := one(ctx, i); !errors.Is(err, packages.ErrNoReferrers) {
				return err
			}
			return nil // such a subject has none
		})
	}
	if err := errors.Join(err, group.Wait()); err != nil {
		return fmt.Errorf("referrers: %w", err)
	}
	for i, all := range answers {
		for _, ref := range all {
			r.v.graph.Refer(subjects[i], ref.Digest, ref.Artifact)
		}
	}
	return nil
}

// candidate reads what is to go: it may be about something that is kept.
func (r *reading) candidate(ctx context.Context, d registry.Digest) error {
	if _, ok := r.v.graph.Known(d); ok {
		return nil
	}
	m, ok := r.v.stored[d]
	if !ok {
		var err error
		if m, err = r.src.manifest(ctx, d); err != nil {
			return err
		}
		r.fresh = append(r.fresh, m)
	}
	r.v.graph.Add(m)
	r.store()
	return nil
}
