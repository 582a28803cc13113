package policy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// Name is the check's name, the word before the slash in its rules.
const Name = "policy"

// maxLoosened bounds the findings about one change: a hostile file has thousands of exceptions.
const maxLoosened = 100

// CheckOptions are what the check must know from outside.
type CheckOptions struct {
	// Rules are the ids that a policy may name.
	Rules []string
	// Catalogue gives the rules' own severities. Of a rule that is not in it the worst is
	// taken: that naming it in the policy, or no longer naming it, makes it milder.
	Catalogue []checks.Rule
	// Organisation is the organisation's defaults; nil: none.
	Organisation *Document
	// OwnsOrganisation: the file of this repository is the organisation's, which may lock
	// keys. Organisation is then not used.
	OwnsOrganisation bool
	// LastValid is the policy that holds where the one on the base cannot be read;
	// nil: the organisation's over the defaults.
	LastValid []byte
	// Today is the day on which exceptions are judged.
	Today time.Time
}

// check judges what a change does to the policy file itself.
type check struct{ options CheckOptions }

// NewCheck makes the check called policy.
func NewCheck(o CheckOptions) checks.Check {
	if o.OwnsOrganisation {
		o.Organisation = nil
	}
	return &check{options: o}
}

// Name implements checks.Check.
func (c *check) Name() string { return Name }

// Reads implements checks.Check.
func (c *check) Reads(file string) bool { return file == Path }

// Learn implements checks.Check: nothing else changes what the file means.
func (c *check) Learn(string, string, []byte) []string { return nil }

// Run implements checks.Check: it compares the file that holds now, at the tip of the
// base, with the one at the head. A change that leaves it alone is not judged. One that is
// behind may be told of what the tip has hardened since: merged, it could take that back.
// The file is not counted as read: who looks for images in YAML counts it too.
func (c *check) Run(ctx context.Context, change checks.Change) checks.Report {
	report := checks.Report{Check: Name}
	if !touches(change) {
		return report
	}
	base, head, err := c.read(ctx, change, &report)
	if err != nil {
		return report
	}
	for _, p := range head.problems {
		report.Findings = append(report.Findings, head.invalid(p))
	}
	if base == nil {
		markNew(report.Findings)
		return report
	}
	var old []checks.Finding
	for _, p := range base.problems {
		old = append(old, base.invalid(p))
	}
	// A rename is not followed: what counts is what stands at the one path.
	checks.Fresh(report.Findings, old, func(p string) string { return p })
	if len(head.problems) == 0 {
		report.Findings = c.looser(base, head)
	}
	checks.Sort(report.Findings)
	return report
}

// touches reports whether the change adds, edits, removes or renames the file.
func touches(change checks.Change) bool {
	return change.MergeBase == nil || slices.ContainsFunc(change.Files, func(f tree.Changed) bool {
		return f.Path == Path || f.Was() == Path
	})
}

// read reads both sides in one request where the trees allow it; base is nil when the
// whole tree is judged. An error is told in the report.
func (c *check) read(ctx context.Context, change checks.Change, report *checks.Report) (base, head *side, err error) {
	paths := []string{Path}
	wants := []tree.Want{{Tree: change.Head, Paths: paths}}
	if before := inForce(change); before != nil {
		wants = append(wants, tree.Want{Tree: before, Paths: paths})
	}
	if err = tree.Prefetch(ctx, wants...); err != nil {
		report.Err = fmt.Errorf("read the policy: %w", err)
		report.Unread = []checks.Unread{{Path: Path, Kind: checks.Failed, Reason: report.Err.Error(), Touched: true}}
		return nil, nil, err
	}
	if head, err = c.readSide(change.Head); err == nil && change.MergeBase != nil {
		base, err = c.readSide(inForce(change))
	}
	if err != nil {
		report.Unread = []checks.Unread{{Path: Path, Kind: checks.Defeated, Reason: err.Error(), Touched: true}}
	}
	return base, head, err
}

// inForce is the tree whose policy holds until the change is merged; nil when the whole
// tree is judged.
func inForce(change checks.Change) tree.Tree {
	if change.MergeBase == nil || change.Tip == nil {
		return change.MergeBase
	}
	return change.Tip
}

func markNew(findings []checks.Finding) {
	for i := range findings {
		findings[i].New = true
	}
}

// looser compares the policies that hold before and after the change.
func (c *check) looser(base, head *side) []checks.Finding {
	if len(base.problems) > 0 {
		base = c.lastValid()
	}
	before, _ := Resolve(c.options.Organisation, base.doc)
	after, _ := Resolve(c.options.Organisation, head.doc)
	list := Looser(before, after, c.options.Catalogue, c.options.Today)
	var findings []checks.Finding
	for _, l := range list[:min(len(list), maxLoosened)] {
		findings = append(findings, loosenedFinding(base, head, l))
	}
	if more := len(list) - len(findings); more > 0 {
		last := &findings[len(findings)-1]
		last.Why += fmt.Sprintf(" So are %d more, which are not listed.", more)
	}
	return findings
}

// lastValid is what holds where the file at the merge base cannot be read. It belongs to
// no tree that a finding could quote.
func (c *check) lastValid() *side {
	s := &side{}
	if c.options.LastValid != nil {
		s.parse(c, c.options.LastValid)
	}
	return s
}
