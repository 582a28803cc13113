package guard

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/packages"
)

// source is where one caller's deletion takes place, seen with the caller's credential.
type source interface {
	// target reads what is to go.
	target(context.Context) (registry.Version, error)
	// list reads what the package has.
	list(context.Context) ([]registry.Version, order, error)
	// newest reads what came last; known are the tags that are known, by their manifests.
	newest(ctx context.Context, o order, known map[string]registry.Digest) ([]registry.Version, error)
	manifest(context.Context, registry.Digest) (registry.Manifest, error)
	referrers(context.Context, registry.Digest) ([]packages.Referrer, error)
	// exists tells whether what an intent was about is still there.
	exists(context.Context, Intent) (bool, error)
	// restore brings back what went; content answers the bytes that were kept.
	restore(ctx context.Context, i Intent, content func() (packages.Content, error)) error
	// kept is what restore will need, read by target.
	kept() packages.Content
	whole() bool // list has every manifest
}

// atOnce bounds the requests of one reading that are under way together.
const atOnce = 10

// github is a container package of the API, with one version to go.
type github struct {
	*packages.Package
	id int64
}

func (g *github) target(ctx context.Context) (registry.Version, error) { return g.Version(ctx, g.id) }

// orderOf finds out at which end new versions appear: GitHub documents no order.
func orderOf(all []registry.Version, pages int) order {
	if len(all) < 2 {
		return order{pages: pages}
	}
	first, last := all[0], all[len(all)-1]
	ascending := first.Created.Before(last.Created) || first.Created.Equal(last.Created) && first.ID < last.ID
	return order{newestLast: ascending, pages: pages}
}

// newest reads the page where new versions appear, and what follows it.
func (g *github) newest(ctx context.Context, o order, _ map[string]registry.Digest) ([]registry.Version, error) {
	number := 1
	if o.newestLast {
		number = o.pages
	}
	var all []registry.Version
	for {
		page, err := g.Page(ctx, number, "active")
		if err != nil {
			return nil, err
		}
		all = append(all, page.Versions...)
		switch {
		case o.newestLast && len(all) == 0 && number > 1:
			number-- // what was the last page has emptied
		case o.newestLast && page.Next > number:
			number = page.Next
		default:
			return all, nil
		}
	}
}

func (g *github) manifest(ctx context.Context, d registry.Digest) (registry.Manifest, error) {
	return g.Manifest(ctx, d)
}

func (g *github) referrers(ctx context.Context, d registry.Digest) ([]packages.Referrer, error) {
	return g.Referrers(ctx, d)
}

func (g *github) exists(ctx context.Context, i Intent) (bool, error) {
	if i.Tag != "" {
		return tagStands(ctx, g.Repository, i)
	}
	_, err := g.Version(ctx, i.Version)
	return found(err)
}

func (g *github) restore(ctx context.Context, i Intent, _ func() (packages.Content, error)) error {
	return g.Restore(ctx, i.Version)
}

func (g *github) kept() packages.Content { return packages.Content{} }
func (g *github) whole() bool            { return true }

// oci is a repository of a registry, with one manifest or tag to go.
type oci struct {
	*packages.Repository
	reference string // tag or digest
	content   packages.Content
}

func (o *oci) target(ctx context.Context) (registry.Version, error) {
	var err error
	if o.content, err = o.Content(ctx, o.reference); err != nil {
		return registry.Version{}, err
	}
	return registry.Version{Digest: o.content.Digest, Tags: o.tags()}, nil
}

// tags is what target knows of tags: the one it was asked for.
func (o *oci) tags() []string {
	if _, err := registry.ParseDigest(o.reference); err == nil {
		return nil
	}
	return []string{o.reference}
}

func (o *oci) list(ctx context.Context) ([]registry.Version, order, error) {
	tags, err := o.Tags(ctx)
	if packages.Status(err) == http.StatusNotFound {
		err = nil // a repository without tags is none to some registries
	}
	if err != nil {
		return nil, order{}, err
	}
	all, err := o.resolve(ctx, tags)
	return all, order{}, err
}

// newest looks for tags that nobody has seen.
func (o *oci) newest(ctx context.Context, _ order, known map[string]registry.Digest) ([]registry.Version, error) {
	tags, err := o.Tags(ctx)
	if packages.Status(err) == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return o.resolve(ctx, slices.DeleteFunc(tags, func(tag string) bool { _, ok := known[tag]; return ok }))
}

// resolve asks for each tag which manifest it names.
func (o *oci) resolve(ctx context.Context, tags []string) ([]registry.Version, error) {
	digests := make([]registry.Digest, len(tags))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, tag := range tags {
		group.Go(func() (err error) {
			digests[i], _, err = o.Resolve(ctx, tag)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	at := map[registry.Digest]int{}
	var all []registry.Version
	for i, tag := range tags {
		d := digests[i]
		if d == "" {
			continue // it went meanwhile
		}
		if _, ok := at[d]; !ok {
			at[d] = len(all)
			all = append(all, registry.Version{Digest: d})
		}
		all[at[d]].Tags = append(all[at[d]].Tags, tag)
	}
	return all, nil
}

func (o *oci) manifest(ctx context.Context, d registry.Digest) (registry.Manifest, error) {
	if d == o.content.Digest { // target has just read it
		return registry.Parse(o.content.Bytes, d, o.content.MediaType)
	}
	return o.Manifest(ctx, d)
}

func (o *oci) referrers(ctx context.Context, d registry.Digest) ([]packages.Referrer, error) {
	return o.Referrers(ctx, d)
}

func (o *oci) exists(ctx context.Context, i Intent) (bool, error) {
	if i.Tag != "" {
		return tagStands(ctx, o.Repository, i)
	}
	_, err := o.Content(ctx, string(i.Digest))
	return found(err)
}

func (o *oci) restore(ctx context.Context, i Intent, content func() (packages.Content, error)) error {
	c, err := content()
	if err != nil {
		return err
	}
	return o.Put(ctx, string(i.Digest), c)
}

func (o *oci) kept() packages.Content { return o.content }
func (o *oci) whole() bool            { return false }

// tagStands reports whether a tag still names the manifest that it was to be taken from.
func tagStands(ctx context.Context, r *packages.Repository, i Intent) (bool, error) {
	d, ok, err := r.Resolve(ctx, i.Tag)
	return ok && d == i.Digest, err
}

func found(err error) (bool, error) {
	switch {
	case err == nil:
		return true, nil
	case packages.Status(err) == http.StatusNotFound:
		return false, nil
	}
	return false, err
}

// lost says that the registry answered, and that the manifest is not there.
func lost(err error) bool {
	return packages.Status(err) == http.StatusNotFound && !errors.Is(err, registry.ErrUnread)
}
