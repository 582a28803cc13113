package tree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Repository is a git repository on this machine. It is read through the git program's
// plumbing, in such a way that nothing that the repository configures is run: no hook,
// no filter, no file system monitor, no text conversion, no fetch.
type Repository struct {
	git     git
	blobs   *blobs
	gitDir  string
	shallow bool
	disk    *os.Root // the top of the work tree; nil where there is none
}

// Open opens the repository that dir is in. Two git processes serve it until ctx ends
// or Close is called. Errors: ErrNoGit, ErrNoRepository, *UnsafeError, or why dir or
// the repository cannot be read.
func Open(ctx context.Context, dir string) (*Repository, error) {
	return open(ctx, dir, os.Environ())
}

func open(ctx context.Context, dir string, env []string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("open repository: %s is not a folder", dir)
	}
	g, err := newGit(dir, env)
	if err != nil {
		return nil, err
	}
	r := &Repository{git: g}
	if err := r.look(ctx); err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	if r.blobs, err = newBlobs(ctx, r.git); err != nil {
		r.Close()
		return nil, fmt.Errorf("open repository: %w", err)
	}
	return r, nil
}

// look asks git what kind of repository this is.
func (r *Repository) look(ctx context.Context) error {
	out, err := r.git.text(ctx, "rev-parse", "--is-inside-work-tree", "--is-shallow-repository",
		"--show-object-format", "--absolute-git-dir")
	if err != nil {
		return err
	}
	facts := strings.SplitN(strings.TrimSuffix(out, "\n"), "\n", 4)
	if len(facts) != 4 {
		return fmt.Errorf("unexpected answer of git rev-parse: %q", out)
	}
	if facts[2] != "sha1" {
		return fmt.Errorf("objects of format %q are not supported (SHA-1 is; asking takes git 2.25)", facts[2])
	}
	r.shallow, r.gitDir = facts[1] == "true", facts[3]
	if facts[0] != "true" {
		return nil
	}
	return r.openWorkTree(ctx)
}

// openWorkTree opens the top folder. One that holds no .git was named by core.worktree,
// which may be any folder of the machine: it is not read.
func (r *Repository) openWorkTree(ctx context.Context) error {
	top, err := r.git.line(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(top, ".git")); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the repository's work tree is set to %s, which holds no .git: not read", top)
	}
	if r.disk, err = os.OpenRoot(top); err != nil {
		return err
	}
	r.git.dir = top
	return nil
}

// Root is the top folder of the work tree; empty where there is none.
func (r *Repository) Root() string {
	if r.disk == nil {
		return ""
	}
	return r.disk.Name()
}

// Close ends the git processes. Trees of the repository cannot be read afterwards.
func (r *Repository) Close() error {
	if r.blobs != nil {
		r.blobs.close()
	}
	if r.disk != nil {
		return r.disk.Close()
	}
	return nil
}
