// Package local judges a repository on this machine: no account, and no network but for
// the registries that it is told to ask; and it makes the edits that findings have.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/verdict"
)

// Options say what is judged.
type Options struct {
	Dir    string
	Base   string   // ref to compare with; empty: see tree.Repository.DefaultBase
	Head   string   // ref to judge; empty: the work tree
	All    bool     // judge the whole tree
	Only   []string // check names; empty: every check
	Policy string   // file; empty: the base's .github/checkrein.yml
	// Deployed are refs that run now; empty: as the policy says.
	Deployed   []string
	production *production
	Today      time.Time
	// Resolver makes what asks registries under a policy; nil: nothing is looked up.
	Resolver func(*policy.Policy) images.Resolver
	// Step hears what is being done, and how many files of how many are done; a total
	// of 0 is not known.
	Step func(what string, done, total int)
	// OnPanic hears of a check that panicked.
	OnPanic func(value any, stack []byte)
}

// Result is a verdict with what was compared.
type Result struct {
	Base    string // commit id; empty when the whole tree is judged
	Head    string // commit id, or "worktree"
	Compare string // how the base was chosen, in words
	Changed int    // files that differ
	Verdict verdict.Verdict

	root string    // the folder that was judged; empty where it was no folder
	head tree.Tree // as it was judged
}

// Compared tells in a sentence what was judged. Where nothing differs it says how to
// judge more: on the default branch itself only what is not committed differs.
func (r *Result) Compared() string {
	switch {
	case r.Base == "":
		return "Judged " + r.Compare + "."
	case r.Changed == 0:
		return fmt.Sprintf("Compared with %s: no file differs. --base REF compares with another commit, --all judges everything.", r.base())
	case r.Changed == 1:
		return fmt.Sprintf("Compared with %s: 1 file differs.", r.base())
	}
	return fmt.Sprintf("Compared with %s: %d files differ.", r.base(), r.Changed)
}

// base is the base in words, and its commit where it has one.
func (r *Result) base() string {
	if r.Base == tree.EmptyTree {
		return r.Compare
	}
	return fmt.Sprintf("%s (%.12s)", r.Compare, r.Base)
}

// limit bounds one check; a local run may be over a whole monorepo.
const limit = 10 * time.Minute

// Judge judges the repository at Options.Dir. Errors: *PolicyError, ErrNoPolicy,
// what tree says of clones that lack what is needed, or that the folder cannot be read.
func Judge(ctx context.Context, o Options) (*Result, error) {
	if err := isFolder(o.Dir); err != nil {
		return nil, err
	}
	o.Step("opening the repository", 0, 0)
	repo, err := tree.Open(ctx, o.Dir)
	if o.All && errors.Is(err, tree.ErrNoRepository) {
		return judgeFolder(ctx, o)
	}
	if errors.Is(err, tree.ErrNoRepository) {
		return nil, fmt.Errorf("%w: name a git checkout, or judge the folder as it is with --all", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the repository: %w", err)
	}
	defer repo.Close()
	if o.production, err = newProduction(ctx, repo, o); err != nil {
		return nil, err
	}
	head, commit, err := openHead(ctx, repo, o.Head)
	if err != nil {
		return nil, err
	}
	r, err := judgeHead(ctx, repo, head, commit, o)
	if err != nil {
		return nil, err
	}
	r.root, r.head = repo.Root(), head
	return r, nil
}

func judgeHead(ctx context.Context, repo *tree.Repository, head tree.Tree, commit string, o Options) (*Result, error) {
	if o.All {
		return judgeAll(ctx, head, o)
	}
	return judgeChange(ctx, repo, head, commit, o)
}

// isFolder says what to name instead of what is no folder.
func isFolder(dir string) error {
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no folder %q: name a git checkout, or leave it out to judge the one you are in", dir)
	case err != nil:
		return fmt.Errorf("open the repository: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%q is a file: name the git checkout that it is in", dir)
	}
	return nil
}

// openHead is the tree to judge and the commit whose history counts: of the work
// tree, HEAD.
func openHead(ctx context.Context, repo *tree.Repository, ref string) (tree.Tree, string, error) {
	if ref == "" {
		t, err := repo.WorkTree(ctx)
		if errors.Is(err, tree.ErrNoWorkTree) {
			return nil, "", fmt.Errorf("%w with --head", tree.ErrNoWorkTree)
		}
		if err != nil {
			return nil, "", fmt.Errorf("read the work tree: %w", err)
		}
		return t, "HEAD", nil
	}
	id, err := repo.Resolve(ctx, ref)
	if err != nil {
		return nil, "", fmt.Errorf("--head: %w%s", err, fetchHint(err))
	}
	t, err := repo.Commit(ctx, id)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", ref, err)
	}
	return t, id, nil
}

func judgeFolder(ctx context.Context, o Options) (*Result, error) {
	if len(o.Deployed) > 0 {
		return nil, fmt.Errorf("--deployed names a commit, and %q is in no git repository: leave it out to judge the folder as it is", o.Dir)
	}
	o.production = &production{}
	t, err := tree.Folder(ctx, o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder: %w", err)
	}
	r, err := judgeAll(ctx, t, o)
	if err != nil {
		return nil, err
	}
	r.root, r.head = o.Dir, t
	return r, nil
}

// judgeAll judges a whole tree under its own policy.
func judgeAll(ctx context.Context, head tree.Tree, o Options) (*Result, error) {
	p, err := readPolicy(ctx, head, o.Policy)
	if err != nil {
		return nil, err
	}
	v, err := conclude(ctx, checks.Change{Tip: head, Head: head}, p, o)
	if err != nil {
		return nil, err
	}
	return &Result{Head: head.Commit(), Compare: "the whole tree", Verdict: v}, nil
}

func judgeChange(ctx context.Context, repo *tree.Repository, head tree.Tree, commit string, o Options) (*Result, error) {
	o.Step("comparing with the base", 0, 0)
	base, err := chooseBase(ctx, repo, commit, o.Base)
	if err != nil {
		return nil, err
	}
	change, err := compare(ctx, repo, base, head)
	if err != nil {
		return nil, err
	}
	p, err := readPolicy(ctx, change.Tip, o.Policy)
	if err != nil {
		return nil, err
	}
	if o.Policy == "" {
		addExceptions(ctx, p, head)
	}
	if change.Dependents, err = dependents(ctx, change, list(p, o, nil), o.Step); err != nil {
		return nil, err
	}
	v, err := conclude(ctx, change, p, o)
	if err != nil {
		return nil, err
	}
	return &Result{Base: base.Commit, Head: head.Commit(), Compare: base.Why, Changed: len(change.Files), Verdict: v}, nil
}

func list(p *policy.Policy, o Options, resolver images.Resolver) []checks.Check {
	return slices.DeleteFunc(all.Checks(p, nil, resolver, o.production), func(c checks.Check) bool {
		return len(o.Only) > 0 && !slices.Contains(o.Only, c.Name())
	})
}

// conclude runs the checks; an inline ignore that the change adds counts at once.
func conclude(ctx context.Context, change checks.Change, p *policy.Policy, o Options) (verdict.Verdict, error) {
	var reports []checks.Report
	if change.MergeBase != nil && o.Policy == "" {
		reports = append(reports, own(ctx, change, o))
	}
	var resolver images.Resolver
	if o.Resolver != nil {
		resolver = o.Resolver(p)
	}
	for _, c := range list(p, o, resolver) {
		o.Step("checking "+c.Name(), 0, 0)
		change.Progress = func(done, total int) { o.Step("checking "+c.Name(), done, total) }
		r := checks.Guard(ctx, c, change, limit, o.OnPanic)
		if r.Err != nil {
			return verdict.Verdict{}, fmt.Errorf("check %s: %w", c.Name(), r.Err)
		}
		reports = append(reports, r)
	}
	return verdict.Conclude(reports, p, o.Today, verdict.Options{NewIgnoresCount: true}), nil
}
