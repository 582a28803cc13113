package tree

import (
	"errors"
	"fmt"
	"strconv"
)

var (
	// ErrNoGit is returned by Open when there is no git program.
	ErrNoGit = errors.New("the git program was not found: install git, or put it on the PATH")
	// ErrNoRepository is returned by Open for a folder outside any git repository; Folder reads those.
	ErrNoRepository = errors.New("not a git repository")
	// ErrNoWorkTree is returned where a work tree is asked of a repository without one.
	ErrNoWorkTree = errors.New("the repository has no work tree (bare, or inside .git): name a commit to judge")
	// ErrIncomplete says that a source does not list all of its files, and will not when it is
	// asked again.
	ErrIncomplete = errors.New("the list of files is larger than its source gives out")
	// ErrUnnamed is wrapped by Resolve where no commit has the name.
	ErrUnnamed = errors.New("no commit is named")
	// ErrUnrelated is returned by MergeBase for two commits without a common ancestor.
	ErrUnrelated = errors.New("the two commits have no common ancestor")
)

// ShallowError says that a clone with a cut history lacks a commit.
type ShallowError struct {
	Wanted string // the ref or commit id, or what was looked for in words
}

func (e *ShallowError) Error() string {
	return fmt.Sprintf("this clone is shallow and lacks %s: fetch the whole history "+
		"(actions/checkout: fetch-depth: 0; elsewhere: git fetch --unshallow)", strconv.Quote(e.Wanted))
}

// MissingError says that the repository lacks an object that it names: a partial
// clone, or damage. Nothing is ever fetched to fill the gap.
type MissingError struct {
	Object string // object id, or what was asked of git when it found the gap
	Detail string // what git said, or empty
}

func (e *MissingError) Error() string {
	text := fmt.Sprintf("object %s is missing from this clone and is not fetched: "+
		"clone again without --filter (actions/checkout: no filter), or see git fsck", strconv.Quote(e.Object))
	if e.Detail != "" {
		text += " (git: " + strconv.Quote(e.Detail) + ")"
	}
	return text
}

// UnsafeError says that git refuses the repository because it belongs to another user.
type UnsafeError struct {
	Dir string
}

func (e *UnsafeError) Error() string {
	return fmt.Sprintf("git refuses %s because it belongs to another user: if you trust it, "+
		"git config --global --add safe.directory %[1]s", strconv.Quote(e.Dir))
}
