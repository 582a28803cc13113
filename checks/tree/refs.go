package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// EmptyTree is the id of the tree without entries. It stands for the base of what has
// no history: Commit, Diff and DiffWorkTree take it like a commit.
const EmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

var objectID = regexp.MustCompile(`^[0-9a-f]{40}$`)

func checkID(id string) error {
	if !objectID.MatchString(id) {
		return fmt.Errorf("%q is not a full object id", id)
	}
	return nil
}

// Resolve is the id of the commit that ref names, as git understands names (branches,
// tags, ids, HEAD~2). Errors: *ShallowError, ErrUnnamed.
func (r *Repository) Resolve(ctx context.Context, ref string) (string, error) {
	if ref == "" || strings.HasPrefix(ref, "-") || strings.ContainsAny(ref, "\x00\n") {
		return "", fmt.Errorf("%q is not a name for a commit", ref)
	}
	id, err := r.git.line(ctx, "rev-parse", "--verify", "--quiet", ref+"^{commit}")
	if err == nil {
		return id, checkID(id)
	}
	if missing := (*MissingError)(nil); errors.As(err, &missing) {
		return "", err
	}
	if exitCode(err) < 0 {
		return "", fmt.Errorf("find %s: %w", strconv.Quote(ref), err)
	}
	if r.shallow {
		return "", &ShallowError{Wanted: ref}
	}
	return "", fmt.Errorf("%w %s", ErrUnnamed, strconv.Quote(ref))
}

// exitCode is the code a command ended with; -1 when it did not end by itself.
func exitCode(err error) int {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

// MergeBase is the best common ancestor of two commits. Errors: *ShallowError, ErrUnrelated.
func (r *Repository) MergeBase(ctx context.Context, a, b string) (string, error) {
	if err := errors.Join(checkID(a), checkID(b)); err != nil {
		return "", err
	}
	base, err := r.git.line(ctx, "merge-base", a, b)
	switch {
	case err == nil:
		return base, checkID(base)
	case exitCode(err) != 1:
		return "", fmt.Errorf("merge base of %s and %s: %w", a, b, err)
	case r.shallow:
		return "", &ShallowError{Wanted: "the merge base of " + a + " and " + b}
	}
	return "", fmt.Errorf("merge base of %s and %s: %w", a, b, ErrUnrelated)
}

// Base is what a head is compared with.
type Base struct {
	Tip    string // commit of the base branch now; EmptyTree where there is no history
	Commit string // the merge base; EmptyTree where there is no history
	Why    string // what was chosen and why, a phrase for people
}

// BaseAt is the base that ref gives to head: its merge base.
func (r *Repository) BaseAt(ctx context.Context, ref, head string) (Base, error) {
	tip, err := r.Resolve(ctx, ref)
	if err != nil {
		return Base{}, err
	}
	base, err := r.MergeBase(ctx, tip, head)
	if err != nil {
		return Base{}, err
	}
	why := "the merge base with " + strings.TrimPrefix(ref, "refs/remotes/")
	if base == head {
		why += ", which already has this commit"
	}
	return Base{Tip: tip, Commit: base, Why: why}, nil
}

// DefaultBase is what head (a ref or commit id) is compared with when nobody says:
// the merge base with the default branch of origin (refs/remotes/origin/HEAD, else
// origin/main, else origin/master); without one its first parent; without parent, or
// before the first commit, the empty tree.
func (r *Repository) DefaultBase(ctx context.Context, head string) (Base, error) {
	if head == "HEAD" && r.unborn(ctx) {
		return Base{Tip: EmptyTree, Commit: EmptyTree, Why: "the empty tree: the repository has no commit yet"}, nil
	}
	id, err := r.Resolve(ctx, head)
	if err != nil {
		return Base{}, err
	}
	for _, ref := range []string{"refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"} {
		if !r.has(ctx, ref+"^{commit}") {
			continue
		}
		base, err := r.BaseAt(ctx, ref, id)
		if !errors.Is(err, ErrUnrelated) {
			return base, err
		}
		break
	}
	return r.parent(ctx, id)
}

// parent is the base without a default branch. The parent is read from the commit
// itself: git hides the parents at the edge of a shallow clone.
func (r *Repository) parent(ctx context.Context, id string) (Base, error) {
	commit, err := r.blobs.load(id, "commit")
	if err != nil {
		return Base{}, fmt.Errorf("read commit %s: %w", id, err)
	}
	header, _, _ := strings.Cut(string(commit.body), "\n\n")
	for line := range strings.Lines(header) {
		parent, is := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "parent ")
		if !is {
			continue
		}
		if !r.has(ctx, parent+"^{commit}") {
			return Base{}, cmp.Or(ctx.Err(), r.gap(parent))
		}
		return Base{Tip: parent, Commit: parent, Why: "the first parent, as origin has no default branch in common with it"}, nil
	}
	return Base{Tip: EmptyTree, Commit: EmptyTree, Why: "the empty tree: this is the first commit, and origin has no default branch in common with it"}, nil
}

// has reports whether git finds the object of a name.
func (r *Repository) has(ctx context.Context, name string) bool {
	_, err := r.git.line(ctx, "rev-parse", "--verify", "--quiet", name)
	return err == nil
}

// unborn reports whether HEAD is a branch without a commit.
func (r *Repository) unborn(ctx context.Context) bool {
	if _, err := r.git.line(ctx, "symbolic-ref", "--quiet", "HEAD"); err != nil {
		return false
	}
	return !r.has(ctx, "HEAD")
}

// gap is the error for an object that should be there.
func (r *Repository) gap(object string) error {
	if r.shallow {
		return &ShallowError{Wanted: object}
	}
	return &MissingError{Object: object}
}
