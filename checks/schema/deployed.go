// Package schema judges whether the code that is running now would still work on the
// schema as a change leaves it.
package schema

import (
	"context"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// Deployments tells what runs now.
type Deployments interface {
	// Running are the commits that list names, or those of the default when it is empty: the
	// newest version tag reachable from the base, unless it is older than 180 days and 500
	// commits, and the base itself. Where a tree is read as a whole, learn hears each of its
	// files that learn.Reads, so that facts are kept and nothing is read twice; it may be
	// ignored where reading costs nothing. Afterwards change.Head and change.MergeBase list every
	// file that some check reads; before, remote ones may know only those that the change touches. An error is one
	// of the source, worth trying again, unless it is tree.ErrIncomplete.
	Running(ctx context.Context, change checks.Change, list []policy.Deployed, learn Learner) (Running, error)
}

// Learner takes files in ahead of judging.
type Learner interface {
	Reads(path string) bool
	Learn(path, blob string, data []byte)
}

// Running is what runs now.
type Running struct {
	Refs []Ref
	// Notices are sentences about how they were chosen, told with the verdict.
	Notices []string
	// Unknown are what the policy names and nobody knows ("no deployment to production has
	// succeeded"): as long as there is one, a change that takes something away is undecided.
	Unknown []string
}

// Ref is one deployed commit.
type Ref struct {
	// Name as it is told: "v1.18.0", "production (since 2026-11-02)", "main".
	Name string
	// Tree lists every file with its blob id.
	Tree tree.Tree
}
