package local

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema"
	"github.com/checkrein/checkrein/checks/schema/deployed"
	"github.com/checkrein/checkrein/checks/tree"
)

// production tells what runs by a clone: tags, branches, and what --deployed names.
type production struct {
	repo  *tree.Repository // nil: a plain folder, which has no history
	named []policy.Deployed
	base  string // what the base is called
	today time.Time
}

// newProduction finds the commits that --deployed names at once: a wrong name is told whatever
// is judged.
func newProduction(ctx context.Context, repo *tree.Repository, o Options) (*production, error) {
	p := &production{repo: repo, base: o.Base, today: o.Today}
	switch {
	case o.All && o.Head == "":
		p.base = "HEAD"
	case o.All:
		p.base = o.Head
	case o.Base == "":
		p.base = "the base"
	}
	for _, ref := range o.Deployed {
		if _, err := repo.Resolve(ctx, ref); err != nil {
			return nil, fmt.Errorf("--deployed: %w%s", err, fetchHint(err))
		}
		p.named = append(p.named, policy.Deployed{Ref: ref})
	}
	return p, nil
}

// Running implements schema.Deployments. Reading a commit costs little here, so that
// nothing is learned ahead.
func (p *production) Running(ctx context.Context, change checks.Change, list []policy.Deployed, _ schema.Learner) (schema.Running, error) {
	if p.repo == nil {
		return schema.Running{Notices: []string{"This is a plain folder: nothing tells what is deployed, so that nothing was held against it."}}, nil
	}
	if len(p.named) > 0 {
		list = p.named
	}
	base, err := p.tip(ctx, change)
	if err != nil {
		return schema.Running{}, err
	}
	if base == tree.EmptyTree {
		return schema.Running{Notices: []string{"The base has no commit yet: nothing is deployed from it."}}, nil
	}
	chosen, err := deployed.Choose(ctx, list, &history{repo: p.repo, base: base, name: p.base}, p.today)
	cut := (*tree.ShallowError)(nil)
	switch {
	case errors.As(err, &cut) && change.MergeBase == nil:
		// Whoever judges a whole tree asks for what can be said without history.
		return schema.Running{Notices: []string{fmt.Sprintf("Nothing was held against what is deployed: %v%s.", cut, tagsHint)}}, nil
	case errors.As(err, &cut):
		return schema.Running{}, fmt.Errorf("%w%s", err, tagsHint)
	case err != nil:
		return schema.Running{}, err
	}
	return p.read(ctx, chosen)
}

// tip is the commit whose history counts: the base's, or the one that a whole tree was
// read from.
func (p *production) tip(ctx context.Context, change checks.Change) (string, error) {
	commit := change.Tip.Commit()
	if commit != tree.WorkTreeName {
		return commit, nil
	}
	id, err := p.repo.Resolve(ctx, "HEAD")
	if errors.Is(err, tree.ErrUnnamed) {
		return tree.EmptyTree, nil
	}
	if err != nil {
		return "", fmt.Errorf("find the commit of the work tree: %w", err)
	}
	return id, nil
}

func (p *production) read(ctx context.Context, chosen deployed.Chosen) (schema.Running, error) {
	running := schema.Running{Notices: chosen.Notices, Unknown: chosen.Unknown}
	for _, c := range chosen.Commits {
		t, err := p.repo.Commit(ctx, c.Commit)
		if err != nil {
			return schema.Running{}, fmt.Errorf("read %s: %w", c.Name, err)
		}
		running.Refs = append(running.Refs, schema.Ref{Name: c.Name, Tree: t})
	}
	return running, nil
}

// tagsHint adds to what a shallow clone is told that tags may be missing too.
const tagsHint = "; tags come with git fetch --tags; or name what is deployed with --deployed REF"

// history implements deployed.History over a clone.
type history struct {
	repo *tree.Repository
	base string // commit id
	name string // what it is called
}

func (h *history) Base(ctx context.Context) (deployed.Tag, error) {
	when, err := h.repo.Date(ctx, h.base)
	return deployed.Tag{Name: h.name, Commit: h.base, When: when}, err
}

// Versions of a clone whose history is cut are not known: the tag may lie behind the cut.
func (h *history) Versions(ctx context.Context) ([]deployed.Tag, error) {
	if h.repo.Shallow() {
		return nil, &tree.ShallowError{Wanted: "the newest version tag"}
	}
	tags, err := h.tags(ctx, h.base)
	return deployed.Releases(tags), err
}

func (h *history) Tags(ctx context.Context) ([]deployed.Tag, error) {
	if h.repo.Shallow() {
		return nil, &tree.ShallowError{Wanted: "the tags"}
	}
	return h.tags(ctx, "")
}

func (h *history) tags(ctx context.Context, on string) ([]deployed.Tag, error) {
	all, err := h.repo.Tags(ctx, on)
	tags := make([]deployed.Tag, 0, len(all))
	for _, t := range all {
		tags = append(tags, deployed.Tag(t))
	}
	return tags, err
}

func (h *history) Lead(ctx context.Context, commit string) (int, bool, error) {
	extra, lead, err := h.repo.Apart(ctx, commit, h.base)
	return lead, extra == 0, err
}

// Commit takes a branch of origin before one of the same name here: what runs was pushed.
func (h *history) Commit(ctx context.Context, name string) (string, error) {
	names := []string{name}
	if branch, ok := strings.CutPrefix(name, "refs/heads/"); ok {
		names = []string{"refs/remotes/origin/" + branch, name}
	}
	var err error
	for _, one := range names {
		var id string
		if id, err = h.repo.Resolve(ctx, one); err == nil {
			return id, nil
		}
	}
	if errors.Is(err, tree.ErrUnnamed) {
		return "", nil
	}
	return "", err
}

// Successes are known to GitHub alone.
func (h *history) Successes(_ context.Context, environment string) ([]deployed.Success, error) {
	return nil, &deployed.UnknownError{Reason: fmt.Sprintf("what runs in %s is known to GitHub only: name it with --deployed REF", environment)}
}

// LatestRelease is known to GitHub alone too; the newest version stands in for it.
func (h *history) LatestRelease(context.Context) (*deployed.Tag, error) { return nil, nil }
