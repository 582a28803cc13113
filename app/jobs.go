package app

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
)

// The pace of the work. GitHub gives a webhook ten seconds; a verdict may take its time.
const (
	patience     = 5 * time.Second // then an in-progress run appears
	checkTime    = 2 * time.Minute // for one check of one change
	leaseTime    = time.Minute
	pollTime     = time.Second
	graceTime    = 4 * time.Second // of the ten that a shutdown may take
	maxTries     = 10
	maxAway      = 24 // with the back-off three hours
	parallel     = 8
	firstBackoff = 2 * time.Second
	lastBackoff  = 10 * time.Minute
	keep         = 30 * 24 * time.Hour // of what is no longer needed
)

// schedules are the rows that come back by themselves.
func schedules() map[string]time.Duration {
	return map[string]time.Duration{
		work.KindInstallations: time.Hour,
		work.KindDeliveries:    time.Hour,
		work.KindRevisit:       5 * time.Minute,
		work.KindPurge:         24 * time.Hour,
	}
}

// most keeps room for heads: what can wait takes few of the places.
func most() map[string]int {
	return map[string]int{
		work.KindSweep: 2, work.KindEnforce: 1, work.KindBase: 3, work.KindVoice: 3,
		work.KindDeliveries: 1, work.KindInstallations: 1, work.KindPurge: 1, work.KindRevisit: 1,
	}
}

// How far back GitHub keeps deliveries.
const (
	window           = 3 * 24 * time.Hour
	enterpriseWindow = 7 * 24 * time.Hour
)

// schedule also has everything looked through at once: much may have happened while no
// process ran.
func (a *App) schedule(ctx context.Context) error {
	var errs []error
	for key, every := range schedules() {
		errs = append(errs, a.store.Schedule(ctx, key, every))
	}
	now := []work.Due{{Key: work.KindInstallations}, {Key: work.KindDeliveries}, {Key: work.KindRevisit}}
	return errors.Join(append(errs, a.store.MakeDue(ctx, now))...)
}

func (a *App) newJudge() *pull.Judge {
	login := ""
	if a.identity.Slug != "" {
		login = a.identity.Slug + "[bot]"
	}
	return &pull.Judge{
		GitHub: func(installation int64) pull.GitHub { return a.hub.Installation(installation) },
		Memory: a.store, Checks: all.Checks, Resolver: a.resolver(), Rules: all.RuleIDs(), Catalogue: all.Rules(), Login: login,
		Web: webOf(a.config.APIURL), Version: a.version,
		Patience: patience, CheckTime: checkTime, Now: a.now, Log: a.log,
		Told: a.admin.Verdict, Panicked: a.admin.Panicked, Tracer: a.traces.Tracer(),
	}
}

// resolver makes what asks registries for one verdict: those that both its policy and the
// operator name.
func (a *App) resolver() func(*policy.Policy) images.Resolver {
	client := lookup.New(lookup.Config{
		UserAgent: "checkrein/" + a.version, Most: lookup.Most, Within: lookup.Within,
		Sightings: a.store, Now: a.now, Detour: a.config.detour, Around: a.traces.Transport,
	})
	return func(p *policy.Policy) images.Resolver {
		return client.Resolver(p.Images.Registries, a.config.Registries)
	}
}

func (a *App) newSweeper(judge *pull.Judge) *sweep.Sweeper {
	s := &sweep.Sweeper{
		App: a.hub, GitHub: func(installation int64) sweep.GitHub { return a.hub.Installation(installation) },
		Memory: a.store, Voices: a.store, Inbox: a.store, Decode: a.identity.Decode, Follow: judge.Follow, Renew: a.hub.Renew,
		Check: pull.Aggregated, AppID: a.config.AppID, Owners: a.config.Owners, Window: enterpriseWindow, Log: a.log, Now: a.now,
	}
	judge.Moved = s.Moved
	if a.config.APIURL == hub.DefaultAPIURL {
		s.Window = window
	}
	return s
}

func (a *App) newWorker(judge *pull.Judge, sweeper *sweep.Sweeper) *work.Worker {
	return &work.Worker{
		Queue: a.store, Handler: a.handler(judge, sweeper), OnPark: park(judge), Ended: a.admin.Ended,
		Parallel: parallel, Most: most(), Lease: cmp.Or(a.config.lease, leaseTime), Poll: pollTime, Grace: graceTime, MaxTries: maxTries, MaxAway: maxAway,
		Backoff: work.Exponential(firstBackoff, lastBackoff), Log: a.log, Now: a.now,
		Tracer: a.traces.Tracer(),
	}
}

// handler does the work of a row by its kind.
func (a *App) handler(judge *pull.Judge, sweeper *sweep.Sweeper) func(context.Context, *work.Claim) error {
	return func(ctx context.Context, claim *work.Claim) error {
		switch {
		case claim.Kind == work.KindPurge:
			return a.store.Purge(ctx, a.now().Add(-keep))
		case sweep.Handles(claim.Kind):
			return sweeper.Do(ctx, claim)
		}
		return judge.Head(ctx, claim)
	}
}

// park tells of a head that is given up; of other work the log and the metrics tell.
func park(judge *pull.Judge) func(context.Context, *work.Claim, error) error {
	return func(ctx context.Context, claim *work.Claim, failure error) error {
		if claim.Kind != work.KindHead {
			return nil
		}
		return judge.Park(ctx, claim, failure)
	}
}

// webOf is the address of GitHub's pages behind an API address.
func webOf(api string) string {
	u, err := url.Parse(api)
	if err != nil || strings.EqualFold(u.Host, "api.github.com") {
		return "https://github.com"
	}
	if strings.HasSuffix(strings.ToLower(u.Host), ".ghe.com") { // there the pages are on the host without "api."
		return u.Scheme + "://" + strings.TrimPrefix(u.Host, "api.")
	}
	return u.Scheme + "://" + u.Host
}
