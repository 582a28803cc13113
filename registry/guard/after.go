package guard

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/checkrein/checkrein/registry/packages"
)

// undoable is how long GitHub can restore a version.
const undoable = 30 * 24 * time.Hour

// lookAfter reads once more what came last: when a root arrived meanwhile that needs what
// went, it comes back at once.
func (d *deletion) lookAfter(ctx context.Context) {
	r := d.reading
	r.rules = d.g.rules(d.caller.pkg)
	if err := r.latest(ctx); err != nil {
		r.v.read = time.Time{} // the next reading sees it
		d.g.log.Warn("the look after a deletion failed: the next reading looks again", "package", d.caller.pkg, "digest", d.version.Digest, "error", err)
		return
	}
	if path, ok := r.v.graph.Explain(d.version.Digest); ok && d.tag == "" {
		r.restore(ctx, d.intent, path.String())
	}
}

// heal restores what was deleted here and a root now needs, and tells what is missing.
func (r *reading) heal(ctx context.Context) (restored bool, err error) {
	gone, err := r.g.memory.Deleted(ctx, r.v.key.pkg, r.rules.now.Add(-undoable))
	if err != nil {
		return false, err
	}
	if err := r.refill(ctx, gone); err != nil {
		return false, err
	}
	for _, i := range gone {
		if _, listed := r.v.versions[i.Digest]; listed || i.Tag != "" {
			continue
		}
		r.v.graph.Remember(r.v.stored[i.Digest])
		if path, ok := r.v.graph.Explain(i.Digest); ok {
			restored = r.restore(ctx, i, path.String()) || restored
		}
	}
	for _, path := range r.v.graph.Missing(r.v.whole) {
		r.g.log.Warn("a root needs what is not there", "package", r.v.key.pkg, "digest", path.To, "path", path.String())
	}
	return restored, nil
}

// refill reads the stored manifests again when other callers have deleted what this view
// never read: whom it was about counts.
func (r *reading) refill(ctx context.Context, gone []Intent) error {
	for _, i := range gone {
		if _, ok := r.v.stored[i.Digest]; ok || i.Tag != "" {
			continue
		}
		all, err := r.g.memory.Manifests(ctx, r.v.key.pkg)
		for _, m := range all {
			r.v.stored[m.Digest] = m
		}
		return err
	}
	return nil
}

// restore brings one manifest back; the view has to be read anew after it.
func (r *reading) restore(ctx context.Context, i Intent, why string) bool {
	record := Record{
		At: r.g.now(), Package: i.Package, Event: Undone, Version: i.Version, Digest: string(i.Digest), Tags: i.Tags,
		Who: i.Who, Did: i.Did, Why: why, Intent: i.ID,
	}
	err := r.src.restore(ctx, i, func() (packages.Content, error) {
		bytes, mediaType, err := r.g.memory.Content(ctx, i.ID)
		return packages.Content{Bytes: bytes, MediaType: mediaType, Digest: i.Digest}, err
	})
	r.g.views.drop(r.v.key)
	r.v.read = time.Time{}
	if err != nil {
		record.Event = RestoreFailed
		record.Why = why + ": " + err.Error()
		r.g.memory.Note(record)
		r.g.log.Error("what a root needs could not be restored", "package", i.Package, "digest", i.Digest, "path", why, "error", err)
		return false
	}
	r.g.memory.End(i.ID, Restored, record)
	r.g.log.Warn("restored what a root needs", "package", i.Package, "digest", i.Digest, "path", why)
	return true
}

// settle finds out about intents that nobody knows the end of. A caller that has just read
// one version of the package can be told about another.
func (d *deletion) settle(ctx context.Context) *refusal {
	open, err := d.g.memory.Open(ctx, d.caller.pkg)
	if err != nil {
		return refuse(Unreadable, d.version.Digest, "the journal cannot be read: nothing is deleted without it")
	}
	for _, i := range open {
		there, err := d.src.exists(ctx, i)
		if err != nil {
			return refuse(Unreadable, i.Digest, "nobody knows whether an earlier deletion of %s took place, and it cannot be read now: %s", i.Digest, err)
		}
		record := Record{At: d.g.now(), Package: i.Package, Event: Deleted, Version: i.Version, Digest: string(i.Digest), Tags: i.Tags,
			Who: i.Who, Did: i.Did, Why: "found by a later reading", Intent: i.ID}
		outcome := Gone
		if there {
			outcome, record.Event = Kept, NotDeleted
		}
		d.g.memory.End(i.ID, outcome, record)
		d.g.views.drop(viewKey{d.caller.pkg, d.caller.hash})
	}
	return nil
}

func headerOf(err error) http.Header {
	var e *packages.StatusError
	if errors.As(err, &e) {
		return e.Header
	}
	return nil
}
