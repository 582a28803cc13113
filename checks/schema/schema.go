package schema

import (
	"context"
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
	"github.com/checkrein/checkrein/checks/schema/usage"
	"github.com/checkrein/checkrein/checks/tree"
)

// Name is the check's name, the word before the slash in its rules.
const Name = "schema"

// Check is the schema check under one policy.
type Check struct {
	policy   *policy.Policy
	ruleIDs  []string
	facts    Facts
	deployed Deployments
}

// New makes the check. rules are the ids that inline ignores may name; facts may be nil:
// then every file is read anew; deployed may be nil: then nothing is known of what runs but
// the base.
func New(p *policy.Policy, rules []string, facts Facts, deployed Deployments) *Check {
	return &Check{policy: p, ruleIDs: rules, facts: facts, deployed: deployed}
}

// Name implements checks.Check.
func (c *Check) Name() string { return Name }

// Reads implements checks.Check: migrations, dumps and their settings. Code is not among
// them: only that of deployed commits is read, as a whole.
func (c *Check) Reads(path string) bool {
	if c.policy.Ignores(Name, path) {
		return false
	}
	return migrations.Reads(path) || slices.ContainsFunc(c.policy.Schema.Migrations, func(glob string) bool { return policy.Match(glob, path) })
}

// Learn implements checks.Check.
func (c *Check) Learn(path, blob string, data []byte) []string {
	ctx := context.Background()
	if c.facts == nil || blob == "" {
		return nil
	}
	dialects := migrations.Dialects(path, data)
	if d := c.dialect(); d != "" {
		dialects = append(dialects, d)
	}
	for _, d := range slices.Compact(dialects) {
		c.put(ctx, migrationKey(blob, path, d), c.readMigration(path, data, d))
	}
	return nil
}

func (c *Check) dialect() catalog.Dialect { return catalog.Dialect(c.policy.Schema.Dialect) }

func (c *Check) options() migrations.Options {
	return migrations.Options{Dialect: c.dialect(), Globs: c.policy.Schema.Migrations,
		Ignored: func(path string) bool { return c.policy.Ignores(Name, path) }}
}

// learner takes in whole deployed trees: migrations and code.
type learner struct{ *Check }

func (l learner) Reads(path string) bool { return l.Check.Reads(path) || usage.Reads(path) }

func (l learner) Learn(path, blob string, data []byte) {
	if l.Check.Reads(path) {
		l.Check.Learn(path, blob, data)
	}
	if usage.Reads(path) {
		l.put(context.Background(), usageKey(blob, path), usage.Read(path, data))
	}
}

// Run implements checks.Check.
func (c *Check) Run(ctx context.Context, change checks.Change) checks.Report {
	affected, err := c.affected(ctx, change)
	if err == nil && !affected {
		return checks.Report{Check: Name}
	}
	j := &judgement{check: c, change: change, reader: newReader(c), report: checks.Report{Check: Name}}
	if err == nil {
		err = j.run(ctx)
	}
	if err != nil {
		return checks.Report{Check: Name, Err: err, Unread: []checks.Unread{{Kind: checks.Failed, Reason: err.Error(), Touched: true}}}
	}
	return j.report
}

// affected reports whether the change touches a file that the check reads; of a whole tree,
// whether it has one: what runs is asked for nobody else.
func (c *Check) affected(ctx context.Context, change checks.Change) (bool, error) {
	if change.MergeBase != nil {
		return slices.ContainsFunc(change.Files, func(f tree.Changed) bool { return c.Reads(f.Path) || c.Reads(f.Was()) }), nil
	}
	entries, _, err := change.Head.List(ctx)
	if err != nil {
		return false, fmt.Errorf("list the tree: %w", err)
	}
	return slices.ContainsFunc(entries, func(e tree.Entry) bool { return c.Reads(e.Path) }), nil
}
