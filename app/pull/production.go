package pull

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema"
	"github.com/checkrein/checkrein/checks/schema/deployed"
	"github.com/checkrein/checkrein/checks/tree"
)

// production tells what runs by GitHub, for one target of an evaluation.
type production struct {
	*evaluation
	target target
	policy *policy.Policy
	// until is when one of the commits no longer counts; zero: they all go on counting.
	until time.Time
	// base: the base counts, so that a push to it may change what was concluded.
	base bool
}

// Running implements schema.Deployments. Requests: one GraphQL for all that the list
// names; one REST for each commit whose place in the base's history is not known; two for
// each commit that was not seen before; two for the paths of the head and of the merge base
// where that is not the base's tip.
func (p *production) Running(ctx context.Context, change checks.Change, list []policy.Deployed, learn schema.Learner) (schema.Running, error) {
	for _, t := range []tree.Tree{change.Head, change.MergeBase} {
		if err := tree.ListAll(ctx, t); err != nil {
			return schema.Running{}, fmt.Errorf("list the change: %w", err)
		}
	}
	chosen, err := deployed.Choose(ctx, list, p.history(list), p.Now())
	if err != nil {
		return schema.Running{}, err
	}
	p.until = chosen.Until
	running := schema.Running{Notices: chosen.Notices, Unknown: chosen.Unknown}
	for _, c := range chosen.Commits {
		p.base = p.base || c.Commit == p.target.tip.Commit
		entries, err := p.listing(ctx, c.Commit, learn)
		if reason := unlisted(err); reason != "" {
			running.Unknown = append(running.Unknown, c.Name+": "+reason)
			continue
		}
		if err != nil {
			return schema.Running{}, fmt.Errorf("read %s: %w", c.Name, err)
		}
		t := record(p.github.Tree(p.repo, c.Commit, entries))
		running.Refs = append(running.Refs, schema.Ref{Name: c.Name, Tree: t})
	}
	return running, nil
}

// unlisted is why a commit cannot be read, however often it is tried.
func unlisted(err error) string {
	switch {
	case errors.Is(err, hub.ErrUnknownCommit):
		return "GitHub no longer has that commit"
	case errors.Is(err, tree.ErrIncomplete):
		return "its list of files is larger than GitHub gives out"
	case errors.Is(err, errLeftOut):
		return err.Error()
	}
	return ""
}

// history answers what choosing among the list takes; GitHub is asked once, with the
// first question.
func (p *production) history(list []policy.Deployed) *history {
	h := &history{production: p, ask: hub.AskLive{Repo: p.repo, Base: p.target.tip.Commit, Names: deployed.Names(list),
		Settled: func(all []deployed.Success) bool { return deployed.Settled(all, p.Now()) }}}
	for _, one := range list {
		if one.Environment != "" {
			h.ask.Environments = appendNew(h.ask.Environments, one.Environment)
		}
		h.ask.Release = h.ask.Release || one.Release == "latest"
	}
	if globs, versions := deployed.Globs(list); versions || len(globs) > 0 {
		h.ask.Enough = func(tags []deployed.Tag) bool {
			for _, glob := range globs {
				if _, ok := deployed.NewestTag(glob, tags); !ok {
					return false
				}
			}
			return !versions || len(deployed.Releases(tags)) > 0
		}
	}
	return h
}

// history implements deployed.History over GitHub.
type history struct {
	*production
	ask   hub.AskLive
	asked bool
	live  hub.Live
}

func (h *history) look(ctx context.Context) (hub.Live, error) {
	if h.asked {
		return h.live, nil
	}
	var err error
	h.live, err = h.github.Live(ctx, h.ask)
	h.asked = err == nil
	return h.live, err
}

func (h *history) Base(ctx context.Context) (deployed.Tag, error) {
	live, err := h.look(ctx)
	return deployed.Tag{Name: h.target.base, Commit: h.target.tip.Commit, When: live.Base}, err
}

func (h *history) Versions(ctx context.Context) ([]deployed.Tag, error) {
	live, err := h.look(ctx)
	return deployed.Releases(live.Tags), err
}

func (h *history) Tags(ctx context.Context) ([]deployed.Tag, error) {
	live, err := h.look(ctx)
	return live.Tags, err
}

func (h *history) LatestRelease(ctx context.Context) (*deployed.Tag, error) {
	live, err := h.look(ctx)
	return live.Release, err
}

func (h *history) Commit(ctx context.Context, name string) (string, error) {
	live, err := h.look(ctx)
	return live.Commits[name], err
}

func (h *history) Successes(ctx context.Context, environment string) ([]deployed.Success, error) {
	live, err := h.look(ctx)
	e := live.Environments[environment]
	if err == nil && e.Problem != "" {
		return nil, &deployed.UnknownError{Reason: e.Problem}
	}
	return e.Successes, err
}

// Lead asks once for each commit: one that a branch has it has for good, as far as a push
// does not rewrite it, and how far ahead it is matters in hundreds.
func (h *history) Lead(ctx context.Context, commit string) (int, bool, error) {
	tip := h.target.tip.Commit
	if commit == tip {
		return 0, true, nil
	}
	at := place{h.repo.ID, h.target.base + " " + commit}
	if known, ok := h.leads.get(at, h.Now()); ok {
		return known.commits, known.ok, nil
	}
	commits, ok, err := h.github.Lead(ctx, h.repo, commit, tip)
	if errors.Is(err, hub.ErrUnknownCommit) {
		return 0, false, nil
	}
	if err == nil {
		h.leads.put(at, lead{commits, ok, h.Now()})
	}
	return commits, ok, err
}
