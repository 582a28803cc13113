// Package local judges a repository on this machine: no account, and no network but for
// the registries that it is told to ask; and it makes the edits that findings have.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

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

// PolicyError says that the policy is invalid.
type PolicyError struct {
	Source   string
	Problems []policy.Problem
}

func (e *PolicyError) Error() string {
	text := fmt.Sprintf("the policy %s is not valid:", e.Source)
	for _, p := range e.Problems {
		text += fmt.Sprintf("\n  line %d, column %d: %s", p.Line, p.Column, p.Message)
	}
	return text
}

// ErrNoPolicy is wrapped where the file that Options.Policy names cannot be read.
var ErrNoPolicy = errors.New("read the policy that --policy names")

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

func chooseBase(ctx context.Context, repo *tree.Repository, head, ref string) (tree.Base, error) {
	if ref == "" {
		base, err := repo.DefaultBase(ctx, head)
		if err != nil {
			return base, fmt.Errorf("choose a base to compare with: %w", err)
		}
		return base, nil
	}
	id, err := repo.Resolve(ctx, head)
	if err != nil {
		return tree.Base{}, fmt.Errorf("find the head: %w", err)
	}
	base, err := repo.BaseAt(ctx, ref, id)
	if err != nil {
		return base, fmt.Errorf("--base: %w%s", err, fetchHint(err))
	}
	return base, nil
}

// fetchHint is what to do about a ref that is not there; other errors say it themselves.
func fetchHint(err error) string {
	shallow, missing := (*tree.ShallowError)(nil), (*tree.MissingError)(nil)
	if errors.As(err, &shallow) || errors.As(err, &missing) || errors.Is(err, tree.ErrUnrelated) {
		return ""
	}
	return ": expected a branch, tag or commit that this clone has (git fetch brings what it lacks)"
}

// compare makes the change between a base and a head.
func compare(ctx context.Context, repo *tree.Repository, base tree.Base, head tree.Tree) (checks.Change, error) {
	change := checks.Change{Head: head}
	var err error
	if change.MergeBase, err = repo.Commit(ctx, base.Commit); err != nil {
		return change, fmt.Errorf("read the base: %w", err)
	}
	if change.Tip, err = repo.Commit(ctx, base.Tip); err != nil {
		return change, fmt.Errorf("read the base's tip: %w", err)
	}
	if head.Commit() == tree.WorkTreeName {
		change.Files, err = repo.DiffWorkTree(ctx, base.Commit)
	} else {
		change.Files, err = repo.Diff(ctx, base.Commit, head.Commit())
	}
	if err != nil {
		return change, fmt.Errorf("compare with the base: %w", err)
	}
	return change, nil
}

// dependents lists the untouched files whose meaning hangs on the change. The base
// must be read for that, but only when there is a change at all.
func dependents(ctx context.Context, change checks.Change, list []checks.Check, step func(string, int, int)) ([]string, error) {
	if len(change.Files) == 0 {
		return nil, nil
	}
	entries, _, err := change.MergeBase.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the base: %w", err)
	}
	index := checks.Index{}
	paths := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Mode == tree.Regular && checks.Reads(list, e.Path) {
			paths = append(paths, e.Path)
		}
	}
	done := 0
	for part := range slices.Chunk(paths, 256) {
		step("looking for files that hang on the change", done, len(paths))
		done += len(part)
		if err := change.MergeBase.Prefetch(ctx, part); err != nil {
			return nil, fmt.Errorf("read the base: %w", err)
		}
		learn(change.MergeBase, part, list, index)
	}
	names, _ := index.Affected(list, change.Files)
	return names, nil
}

// learn takes prefetched files into the index, several at a time.
func learn(t tree.Tree, paths []string, list []checks.Check, index checks.Index) {
	parts := make([]checks.Index, len(paths))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range paths {
		group.Go(func() error {
			data, err := t.Read(p)
			if err != nil {
				return nil // told by the check when the change touches it
			}
			parts[i] = checks.Index{}
			parts[i].Learn(list, p, "", data)
			return nil
		})
	}
	_ = group.Wait() // no part fails
	for _, part := range parts {
		maps.Copy(index, part)
	}
}

func list(p *policy.Policy, o Options, resolver images.Resolver) []checks.Check {
	return slices.DeleteFunc(all.Checks(p, nil, resolver, o.production), func(c checks.Check) bool {
		return len(o.Only) > 0 && !slices.Contains(o.Only, c.Name())
	})
}

// addExceptions has the exceptions count at once that the change itself brings: nobody is
// kept from merging here. A file that cannot be read is told by the policy's own check.
func addExceptions(ctx context.Context, p *policy.Policy, head tree.Tree) {
	own, err := readPolicy(ctx, head, "")
	if err != nil {
		return
	}
	for _, e := range own.Exceptions {
		if !slices.ContainsFunc(p.Exceptions, func(have policy.Exception) bool { return equal(have, e) }) {
			p.Exceptions = append(p.Exceptions, e)
		}
	}
}

// equal leaves out where an exception stands.
func equal(a, b policy.Exception) bool {
	a.Line, a.Source = b.Line, b.Source
	return a == b
}

// own judges what the change does to the policy. That it is milder keeps nobody from
// anything here: in the App it waits for an approval.
func own(ctx context.Context, change checks.Change, o Options) checks.Report {
	c := policy.NewCheck(policy.CheckOptions{Rules: all.RuleIDs(), Catalogue: all.Rules(), Today: o.Today})
	r := checks.Guard(ctx, c, change, limit, o.OnPanic)
	for i, f := range r.Findings {
		if f.Rule == "policy/loosened" {
			r.Findings[i].Severity = checks.Note
		}
	}
	return r
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

// readPolicy reads the policy from a file, else from the tree, else takes the defaults.
func readPolicy(ctx context.Context, t tree.Tree, file string) (*policy.Policy, error) {
	data, source, err := policyBytes(ctx, t, file)
	if err != nil {
		return nil, err
	}
	p, problems := policy.Parse(source, data, all.RuleIDs())
	if len(problems) > 0 {
		return nil, &PolicyError{Source: source, Problems: problems}
	}
	return p, nil
}

func policyBytes(ctx context.Context, t tree.Tree, file string) ([]byte, string, error) {
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, file, fmt.Errorf("%w: %w", ErrNoPolicy, err)
		}
		return data, file, nil
	}
	if err := t.Prefetch(ctx, []string{policy.Path}); err != nil {
		return nil, policy.Path, fmt.Errorf("read the policy: %w", err)
	}
	data, err := t.Read(policy.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, policy.Path, nil
	}
	if err != nil {
		return nil, policy.Path, fmt.Errorf("read the policy: %w", err)
	}
	return data, policy.Path, nil
}
