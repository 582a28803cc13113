package guard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/packages"
)

// deletion is one that somebody asks for, from the first look to the last.
type deletion struct {
	g      *Guard
	caller caller
	src    source
	api    bool   // it came through the API
	did    string // what was asked, in words
	tag    string // only this tag goes
	// now is what the tag will name afterwards, where it is put over another manifest.
	now     registry.Digest
	forward func(context.Context) (status int, err error)

	version registry.Version
	who     string
	reading *reading
	intent  Intent
	outcome Event // of forwarding; empty: it was not
}

// unauthorized is the upstream's own answer to a caller that has to say who it is.
type unauthorized struct{ header http.Header }

func (unauthorized) Error() string { return "the upstream does not accept the credential" }

// decide decides and, where nothing stands against it, forwards. It answers a refusal, or nil
// when the request was forwarded; then forward knows the answer.
func (d *deletion) decide(ctx context.Context) (*refusal, error) {
	unlock, err := d.g.memory.Lock(ctx, d.caller.pkg)
	if err != nil {
		return refuse(Unreadable, d.caller.pkg, "%s", errBusy), nil
	}
	defer unlock()
	why, err := d.consider(ctx)
	if err != nil {
		return nil, err
	}
	if why != nil {
		if d.who != "" { // strangers fill no journal
			d.note(d.g.now(), Refused, why)
		}
		return why, nil
	}
	// From here on the caller's going away changes nothing.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goTime)
	defer cancel()
	if why := d.begin(ctx); why != nil {
		d.note(d.g.now(), Refused, why)
		return why, nil
	}
	d.send(ctx)
	return nil, nil
}

// goTime bounds what follows the decision: forwarding and looking after it.
const goTime = 2 * time.Minute

// consider looks, and answers what stands against the deletion.
func (d *deletion) consider(ctx context.Context) (*refusal, error) {
	var err error
	if d.version, err = d.src.target(ctx); err != nil {
		return d.unreadable(err)
	}
	d.who = d.g.who(ctx, d.caller, d.api)
	if why := d.settle(ctx); why != nil {
		return why, nil
	}
	fresh, err := d.look(ctx)
	if err != nil {
		return refuse(Unreadable, d.version.Digest, "%s", err), nil
	}
	if why := d.judge(); why != nil {
		return why, nil
	}
	if fresh { // the list took its time
		if d.version, err = d.src.target(ctx); err != nil {
			return d.unreadable(err)
		}
	}
	d.reading.rules = d.g.rules(d.caller.pkg)
	if err := d.reading.latest(ctx); err != nil {
		d.reading.v.read = time.Time{}
		return refuse(Unreadable, d.version.Digest, "%s", err), nil
	}
	return d.judge(), nil
}

// unreadable turns a failed look at the version itself into an answer.
func (d *deletion) unreadable(err error) (*refusal, error) {
	field := d.did
	switch status := packages.Status(err); status {
	case http.StatusUnauthorized:
		return nil, unauthorized{headerOf(err)}
	case http.StatusNotFound, http.StatusForbidden:
		return refuse(Unreadable, field, "the caller cannot read this itself: the upstream answers %d", status), nil
	}
	return refuse(Unreadable, field, "%s", err), nil
}

// look has the view of the caller brought up to date; fresh says that the list was read.
func (d *deletion) look(ctx context.Context) (fresh bool, err error) {
	r, fresh, err := d.g.look(ctx, d.caller, d.src)
	if err != nil {
		return fresh, err
	}
	d.reading = r
	return fresh, r.candidate(ctx, d.version.Digest)
}

// look is the package as a caller sees it now.
func (g *Guard) look(ctx context.Context, c caller, src source) (r *reading, fresh bool, err error) {
	for range maxHeals {
		var healed bool
		r, fresh, healed, err = g.lookOnce(ctx, c, src)
		if err != nil || !healed {
			return r, fresh, err
		}
	}
	return nil, fresh, errors.New("what roots need was restored, and more of it is missing every time the list is read")
}

// maxHeals bounds how often a list is read again because something was restored: once for
// every storey of nested indexes that went.
const maxHeals = 5

func (g *Guard) lookOnce(ctx context.Context, c caller, src source) (r *reading, fresh, healed bool, err error) {
	key := viewKey{c.pkg, c.hash}
	v := g.views.get(key)
	if v == nil {
		if v, err = g.open(ctx, key, src); err != nil {
			return nil, false, false, err
		}
	}
	r = &reading{g: g, v: v, src: src, rules: g.rules(c.pkg)}
	if fresh = v.outdated(r.rules.now); !fresh {
		err = r.again(ctx)
	} else if err = r.everything(ctx); err == nil {
		healed, err = r.heal(ctx)
	}
	if err != nil || healed {
		g.views.drop(key)
		return r, fresh, healed, err
	}
	g.views.put(v)
	return r, fresh, false, nil
}

// open begins a view with what was stored of manifests.
func (g *Guard) open(ctx context.Context, key viewKey, src source) (*view, error) {
	sights, err := g.sightsOf(ctx, key.pkg)
	if err != nil {
		return nil, err
	}
	all, err := g.memory.Manifests(ctx, key.pkg)
	if err != nil {
		return nil, fmt.Errorf("stored manifests: %w", err)
	}
	v := newView(key, sights, src.whole())
	v.stored = make(map[registry.Digest]registry.Manifest, len(all))
	for _, m := range all {
		v.stored[m.Digest] = m
	}
	return v, nil
}

// judge decides by the view, with the tags that either look found.
func (d *deletion) judge() *refusal {
	v := d.reading.v
	one := d.version
	if listed, ok := v.versions[one.Digest]; ok {
		one.Tags = union(one.Tags, listed.Tags)
		one.Created, one.Updated = later(one.Created, listed.Created), later(one.Updated, listed.Updated)
	}
	if one.Last().IsZero() {
		seen := newSights()
		v.meet(one.Digest, d.reading.rules.now, &seen)
		d.g.memory.Glimpsed(d.caller.pkg, seen)
	}
	d.version = one
	return v.judge(one, d.reading.rules)
}

func union(a, b []string) []string {
	all := slices.Sorted(slices.Values(append(slices.Clone(a), b...)))
	return slices.Compact(all)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// begin holds the brake and writes the intent down.
func (d *deletion) begin(ctx context.Context) *refusal {
	v, now := d.reading.v, d.g.now()
	hour, err := d.g.memory.Hour(ctx, d.caller.pkg)
	if err != nil {
		return refuse(Unreadable, d.version.Digest, "the journal cannot be read: nothing is deleted without it")
	}
	if hour.Began.IsZero() || now.Sub(hour.Began) >= time.Hour {
		hour = Hour{Began: now, Versions: len(v.versions)}
	}
	if brake := d.reading.rules.rule.Brake; v.whole && brake.Stops(hour.Deleted, hour.Versions) {
		return refuse(Brake, d.version.Digest, "%d of the %d versions that %s had at %s went since: the policy's brake lets %d%% go within an hour; the next begins at %s",
			hour.Deleted, hour.Versions, d.caller.pkg, hour.Began.UTC().Format(time.RFC3339), brake.Share, hour.Began.Add(time.Hour).UTC().Format(time.RFC3339))
	}
	hour.Deleted++
	content := d.src.kept()
	d.intent = Intent{
		At: now, Package: d.caller.pkg, Version: d.version.ID, Digest: d.version.Digest, Tag: d.tag, Tags: d.version.Tags,
		Who: d.who, Did: d.did, Content: content.Bytes, MediaType: content.MediaType, Hour: hour,
	}
	if d.intent.ID, err = d.g.memory.Begin(ctx, d.intent); err != nil {
		d.g.log.Error("an intent cannot be written down: the deletion is refused", "package", d.caller.pkg, "error", err)
		return refuse(Unreadable, d.version.Digest, "the journal cannot be written: nothing is deleted without it")
	}
	return nil
}

// send forwards, notes how it ended, and looks once more.
func (d *deletion) send(ctx context.Context) {
	status, err := d.forward(ctx)
	switch {
	case err == nil && status/100 == 2:
		d.outcome = Deleted
		d.end(Gone, Deleted, "")
		d.forget()
		d.lookAfter(ctx)
	case err == nil && status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		d.outcome = NotDeleted
		d.end(Kept, NotDeleted, fmt.Sprintf("the upstream answers %d", status))
	default:
		// Nobody knows whether it went: the intent stays open.
		d.outcome = Unknown
		d.note(d.g.now(), Unknown, refuse("", "", "the upstream answers %d, or nothing", status))
		d.g.log.Warn("a deletion ended in doubt: its package refuses until a reading shows", "package", d.caller.pkg, "version", d.version.ID, "digest", d.version.Digest, "status", status)
	}
}

// forget takes out of the view what went.
func (d *deletion) forget() {
	v := d.reading.v
	if d.tag != "" {
		d.g.memory.Glimpsed(d.caller.pkg, v.untag(d.version.Digest, d.tag, d.now))
		return
	}
	d.g.memory.Glimpsed(d.caller.pkg, v.remove(d.version))
}

func (d *deletion) end(o Outcome, e Event, why string) {
	d.g.memory.End(d.intent.ID, o, d.record(d.g.now(), e, "", why))
}

func (d *deletion) note(at time.Time, e Event, why *refusal) {
	d.g.memory.Note(d.record(at, e, string(why.code), why.why))
}

func (d *deletion) record(at time.Time, e Event, code, why string) Record {
	return Record{
		At: at, Package: d.caller.pkg, Event: e, Code: code, Version: d.version.ID, Digest: string(d.version.Digest), Tags: d.version.Tags,
		Who: d.who, Did: d.did, Why: why, Intent: d.intent.ID,
	}
}
