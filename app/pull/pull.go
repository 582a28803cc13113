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

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/verdict"
)

// Judge judges heads.
type Judge struct {
	// GitHub is the client of an installation.
	GitHub func(installation int64) GitHub
	Memory Memory
	// Checks makes the list of checks for one evaluation under one policy.
	Checks func(p *policy.Policy, facts images.Facts) []checks.Check
	// Rules are the ids that policies may name.
	Rules []string
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
			j.Log.Info("nothing to judge any more", "key", claim.Key, "reason", err)
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
	places := []string{aggregate}
	for _, c := range e.Checks(policy.Default(), nil) {
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
		github: j.GitHub(head.Repo.Installation),
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

// target is one thing the head must be judged against: a pull request's base tip
// or the base of a merge group.
type target struct {
	pull   int    // 0: a merge group
	base   string // branch name
	commit string // what the head is compared with
	tip    hub.Tip
	// validPolicy is the tip's own policy file when it is valid.
	validPolicy []byte
}

// ask gets GitHub's state and takes over what it tells differently from the store.
func (e *evaluation) ask(ctx context.Context) ([]target, error) {
	ask := hub.Ask{Repo: e.repo, Head: e.sha, Policy: policy.Path}
	ask.Pulls = e.head.Numbers
	for _, g := range e.head.Groups {
		ask.Bases = append(ask.Bases, g.BaseRef)
	}
	asked := e.Now()
	state, err := e.github.State(ctx, ask)
	if err != nil {
		return nil, fmt.Errorf("ask for the state of %s: %w", e.sha, err)
	}
	e.state = state
	e.rename(state.Repo)
	if state.Archived {
		return nil, nil
	}
	var targets []target
	for _, p := range state.Pulls {
		if err := e.learn(ctx, p, asked); err != nil {
			return nil, err
		}
		if tip, ok := state.Tips[p.BaseRef]; ok && p.Open && p.Head == e.sha {
			targets = append(targets, target{pull: p.Number, base: p.BaseRef, commit: tip.Commit, tip: tip})
		}
	}
	for _, g := range e.head.Groups {
		if tip, ok := state.Tips[g.BaseRef]; ok {
			targets = append(targets, target{base: g.BaseRef, commit: g.Base, tip: tip})
		}
	}
	return targets, nil
}

// learn takes over a pull request as GitHub shows it; a head that no event told of becomes due.
func (e *evaluation) learn(ctx context.Context, p hub.Pull, asked time.Time) error {
	known := false
	for _, have := range e.head.Pulls {
		if have.Number == p.Number {
			known = have.Head == p.Head && have.BaseRef == p.BaseRef && have.Open == p.Open
		}
	}
	if known {
		return nil
	}
	now := webhook.Pull{Repo: e.head.Repo, Number: p.Number, Head: p.Head, BaseRef: p.BaseRef, Open: p.Open}
	if err := e.Memory.SetPull(ctx, now, asked); err != nil {
		return fmt.Errorf("note pull request #%d: %w", p.Number, err)
	}
	if p.Open && p.Head != e.sha {
		if err := e.Memory.MakeDue(ctx, []webhook.Due{{Repository: e.repo.ID, SHA: p.Head}}); err != nil {
			return fmt.Errorf("make head %s due: %w", p.Head, err)
		}
	}
	return nil
}

// judged is one target with its verdict.
type judged struct {
	target
	ruling
	verdict *verdict.Verdict
	changed int // how many files the change touches
}

// judge reaches a verdict for every target; targets that compare the same and
// have the same policy share it.
func (e *evaluation) judge(ctx context.Context, targets []target) ([]judged, error) {
	var all []judged
	seen := map[string]int{}
	for _, t := range targets {
		same := t.commit + " " + t.base
		if i, ok := seen[same]; ok {
			again := all[i]
			again.target = t
			all = append(all, again)
			continue
		}
		one, err := e.judgeOne(ctx, t)
		if err != nil {
			return nil, err
		}
		seen[same] = len(all)
		all = append(all, one)
	}
	return all, e.facts.flush()
}

func (e *evaluation) judgeOne(ctx context.Context, t target) (judged, error) {
	rule, err := e.ruling(ctx, t)
	if err != nil {
		return judged{}, err
	}
	t.validPolicy = rule.valid
	list := e.Checks(rule.policy, e.facts)
	reports, changed, err := e.run(ctx, t, list)
	if err != nil {
		return judged{}, err
	}
	v := verdict.Conclude(reports, rule.policy, e.Now().UTC(), verdict.Options{})
	return judged{target: t, verdict: &v, changed: changed, ruling: rule}, nil
}
