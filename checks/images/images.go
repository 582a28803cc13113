package images

import (
	"context"
	"path"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/policy"
)

// Name is the check's name, the word before the slash in its rules.
const Name = "images"

// Check is the images check under one policy.
type Check struct {
	policy  *policy.Policy
	facts   Facts
	ruleIDs []string
	// registries may be asked; nil: none.
	registries Resolver
}

// New makes the check. rules are the ids that inline ignores may name; facts may
// be nil: then every file is read anew; resolver may be nil: then nothing is looked up.
func New(p *policy.Policy, rules []string, facts Facts, resolver Resolver) *Check {
	return &Check{policy: p, facts: facts, ruleIDs: rules, registries: resolver}
}

// Name implements checks.Check.
func (c *Check) Name() string { return Name }

// Reads implements checks.Check.
func (c *Check) Reads(file string) bool {
	return iac.Reads(file) && !c.policy.Ignores(Name, file)
}

// Learn implements checks.Check.
func (c *Check) Learn(file, blob string, data []byte) []string {
	known := c.read(file, data)
	if c.facts != nil {
		c.facts.Put(context.Background(), key(file, blob), known.encode())
	}
	return known.names(file)
}

// Run implements checks.Check: it reads what the change touches, what hangs on it
// and what those files name, at the head and at the merge base, and tells apart
// what is new.
func (c *Check) Run(ctx context.Context, change checks.Change) checks.Report {
	head, base, err := c.gather(ctx, change)
	if err != nil {
		return checks.Report{Check: Name, Err: err, Unread: []checks.Unread{{Kind: checks.Failed, Reason: err.Error()}}}
	}
	report := head.report(c)
	if base != nil && head.here.wanted.Load() {
		if err := c.readMakers(ctx, head, base); err != nil {
			return checks.Report{Check: Name, Err: err, Unread: []checks.Unread{{Kind: checks.Failed, Reason: err.Error()}}}
		}
		base.report(c)
		head.before, base.subjects = base.here, nil
		report = head.report(c)
	}
	was := oldPaths(change)
	if base == nil {
		for i := range report.Findings {
			report.Findings[i].New = true
		}
	} else {
		old := base.report(c)
		checks.Fresh(report.Findings, old.Findings, was)
		policy.MarkNew(report.Ignores, old.Ignores, was)
	}
	if c.registries != nil {
		c.lookUp(ctx, head, base, was, &report)
	}
	for i := range report.Unread {
		report.Unread[i].Touched = report.Unread[i].Touched || change.Touches(report.Unread[i].Path)
	}
	checks.Sort(report.Findings)
	sortReferences(report.References)
	return report
}

// oldPaths maps a path of the head to its path at the merge base.
func oldPaths(change checks.Change) func(string) string {
	old := map[string]string{}
	for _, f := range change.Files {
		old[f.Path] = f.Was()
	}
	return func(p string) string {
		if was, ok := old[p]; ok {
			return was
		}
		return p
	}
}

// key is where the facts of a file are kept: what the readers that its path chooses say of
// its bytes and base name.
func key(file, blob string) FactKey {
	return FactKey{Blob: blob, Reader: "iac:" + path.Base(file) + ":" + iac.Kinds(file)}
}
