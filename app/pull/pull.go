// Package pull judges one head commit: gather, check, conclude, publish. A check
// run belongs to a commit, so the verdict of a head is the worst over all open
// pull requests and merge groups that have it.
package pull

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema"
)

// Judge judges heads.
type Judge struct {
	// GitHub is the client of an installation.
	GitHub func(installation int64) GitHub
	Memory Memory
	// Checks makes the list of checks for one evaluation under one policy.
	Checks func(p *policy.Policy, facts images.Facts, resolver images.Resolver, deployed schema.Deployments) []checks.Check
	// Resolver makes what asks registries for one verdict under a policy; nil, or what it
	// makes is nil: nothing is looked up.
	Resolver func(p *policy.Policy) images.Resolver
	// Rules are the ids that policies may name.
	Rules []string
	// Catalogue are all rules with the severities that they have by themselves.
	Catalogue []checks.Rule
	// Login is the app's own account, "checkrein[bot]"; empty: not known.
	Login string
	// Web is the address of GitHub's pages.
	Web string
	// Version is the product's version, for the published texts.
	Version string
	// Patience is how long judging may take before an in-progress run appears.
	Patience time.Duration
	// CheckTime bounds one check of one change.
	CheckTime time.Duration
	Now       func() time.Time
	Log       *slog.Logger
	// Moved hears what changed on a base, and judges anew what hangs on it but for the head
	// that is being judged; nil: nobody does.
	Moved func(ctx context.Context, repository int64, branch string, m Moved, except string) error
	// Told and Panicked count; nil: nobody does.
	Told     func(conclusion string)
	Panicked func()
	Tracer   trace.Tracer // of spans for checks and for publishing; nil: there are none

	bases turns
	leads leads
}

// stubborn is how many attempts it takes to believe that a commit is gone: right
// after a push GitHub may not know it everywhere yet.
const stubborn = 5

// Head judges the head commit that the claim is for. An error means: try again later.
// Where the App is no longer installed, or the commit is gone, nobody waits for a verdict.
func (j *Judge) Head(ctx context.Context, claim *work.Claim) error {
	err := j.judgeHead(ctx, claim)
	if claim.Tries < stubborn {
		return err
	}
	for _, over := range []error{hub.ErrNoInstallation, hub.ErrNoRepository, hub.ErrUnknownCommit} {
		if errors.Is(err, over) {
			j.Log.InfoContext(ctx, "nothing to judge any more", "key", claim.Key, "reason", err)
			return nil
		}
	}
	return err
}

func (j *Judge) judgeHead(ctx context.Context, claim *work.Claim) error {
	e, err := j.open(ctx, claim)
	if err != nil || e == nil {
		return err
	}
	stop := e.watch(ctx)
	defer stop()
	wanted, err := e.ask(ctx)
	if err != nil {
		return err
	}
	if e.state.Archived {
		return nil // nothing can be written any more
	}
	if len(wanted) == 0 {
		return e.abandon(ctx)
	}
	judged, err := e.judge(ctx, wanted)
	if err != nil {
		return err
	}
	return e.publish(ctx, judged)
}

// Park tells a head that could not be judged after many attempts: undecided, with the reason.
func (j *Judge) Park(ctx context.Context, claim *work.Claim, reason error) error {
	e, err := j.open(ctx, claim)
	if err != nil || e == nil {
		return err
	}
	why := fmt.Sprintf("this commit could not be judged after %d attempts: %v", claim.Tries, reason)
	return e.undecided(ctx, why)
}

// evaluation is one attempt at one head.
type evaluation struct {
	*Judge
	claim     *work.Claim
	head      Head
	repo      hub.Repo
	sha       string
	github    GitHub
	published Published
	facts     *factCache
	state     hub.State
	progress  progress
	started   time.Time
	// found are runs of an interrupted attempt that the store does not know.
	found map[string]hub.Run
}

// places are where a head may have runs.
func (e *evaluation) places() []string {
	places := []string{aggregate, policy.Name}
	for _, c := range e.Checks(policy.Default(), nil, nil, nil) {
		places = append(places, c.Name())
	}
	return places
}

// open finds out what the store knows; nil when nobody waits for a verdict and
// nothing begun is left to conclude.
func (j *Judge) open(ctx context.Context, claim *work.Claim) (*evaluation, error) {
	repository, sha, err := work.ParseHeadKey(claim.Key)
	if err != nil {
		return nil, err
	}
	head, err := j.Memory.Head(ctx, repository, sha)
	if errors.Is(err, ErrUnknownRepository) {
		return nil, nil // there is nobody to ask
	}
	if err != nil {
		return nil, fmt.Errorf("look up head %s: %w", sha, err)
	}
	published, _, err := j.Memory.Verdict(ctx, repository, sha)
	if err != nil {
		return nil, fmt.Errorf("look up the verdict of %s: %w", sha, err)
	}
	if published.Runs == nil {
		published.Runs = map[string]PublishedRun{}
	}
	published.Repository, published.SHA = repository, sha
	e := &evaluation{
		Judge: j, claim: claim, head: head, sha: sha, published: published,
		repo:   hub.Repo{ID: repository, Owner: head.Repo.Owner, Name: head.Repo.Name},
		github: fenced{j.GitHub(head.Repo.Installation), j.Memory, claim},
		facts:  &factCache{ctx: ctx, memory: j.Memory}, started: j.Now(),
	}
	if claim.Resumed {
		if err := e.recover(ctx); err != nil {
			return nil, err
		}
	}
	// A re-run may be asked for on a head whose events were missed; and a run that was
	// begun is concluded as superseded only on GitHub's word, because deliveries may
	// come late and out of order.
	if head.Open() || claim.Rerun || e.hasBegun() {
		return e, nil
	}
	return nil, e.end(ctx, ended(head))
}
