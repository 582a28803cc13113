package pull

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks/policy"
)

// ruling is the policy that holds for a target.
type ruling struct {
	policy  *policy.Policy
	source  string   // which policy it is, in words
	notices []string // what is wrong with the files it comes from
	valid   []byte   // the base tip's own file when it is valid
	// organisation are the organisation's defaults; nil: none.
	organisation *policy.Document
	// before is how many people the policy wanted for what deletes before the change.
	before int
	// lastValid is what holds instead of a file that is broken on the base; nil: nothing.
	lastValid []byte
}

// ruling is the base tip's policy over the organisation's. A file that is broken on
// the base does not count and is told, so that the repair can merge: the branch's
// last valid one holds, else the defaults.
func (e *evaluation) ruling(ctx context.Context, t target) (ruling, error) {
	org, notices, err := e.organisation(ctx)
	if err != nil {
		return ruling{}, err
	}
	source := fmt.Sprintf("%s on %s", policy.Path, t.base)
	read := policy.Read
	if e.ownsDefaults() { // this repository's file is the organisation's
		org, notices, read = nil, nil, policy.ReadOrganisation
	}
	repo, broken := e.readPolicy(t.tip.Policy, source, read)
	r := ruling{source: "the built-in defaults", organisation: org}
	switch {
	case repo != nil:
		// Without the commit: a base that moves on must not make an equal verdict new.
		r.source = fmt.Sprintf("%s of %s", policy.Path, t.base)
		r.valid = t.tip.Policy.Data
	case len(broken) > 0:
		last, data, err := e.lastValid(ctx, t.base, read)
		if err != nil {
			return r, err
		}
		if repo = last; repo != nil {
			r.lastValid = data
			r.source = fmt.Sprintf("the last valid %s of %s", policy.Path, t.base)
		}
	}
	if repo == nil && org != nil {
		r.source = "the organisation's " + policy.Path
	}
	p, told := policy.Resolve(org, repo)
	r.policy, r.notices = p, append(append(notices, broken...), told...)
	r.before = p.Deletions.Approvals
	return r, nil
}

// needed is how many people must say yes to a rule: to what deletes as many as the policy
// wants, and as many to a change of the policy, which might want fewer.
func (r ruling) needed(rule string) int {
	check, _, _ := strings.Cut(rule, "/")
	switch check {
	case policy.Name:
		return max(1, r.before)
	case "deletions":
		return max(1, r.policy.Deletions.Approvals)
	}
	return 1
}

func (e *evaluation) readPolicy(f *hub.File, source string, read reader) (*policy.Document, []string) {
	if f == nil {
		return nil, nil
	}
	if f.Problem != "" {
		return nil, []string{fmt.Sprintf("%s could not be read (%s) and does not count.", source, f.Problem)}
	}
	doc, problems := read(source, f.Data, e.Rules)
	if len(problems) > 0 {
		return nil, []string{fmt.Sprintf("%s is not valid (line %d: %s) and does not count until it is mended.", source, problems[0].Line, problems[0].Message)}
	}
	return doc, nil
}

// organisation is what holds for all repositories of the owner: the file that stands
// there, or while that is broken the last valid one, so that no lock falls away with it.
func (e *evaluation) organisation(ctx context.Context) (*policy.Document, []string, error) {
	const source = "the organisation's " + policy.Path
	doc, broken := e.readPolicy(e.state.OrgPolicy, source, policy.ReadOrganisation)
	if e.state.OrgPolicy == nil {
		return nil, nil, nil
	}
	kept, err := e.Memory.Defaults(ctx, e.head.Repo.Installation)
	if err != nil {
		return nil, nil, err
	}
	if doc != nil {
		if bytes.Equal(kept, e.state.OrgPolicy.Data) {
			return doc, nil, nil
		}
		return doc, nil, e.Memory.KeepDefaults(ctx, e.head.Repo.Installation, e.state.OrgPolicy.Data)
	}
	if kept == nil {
		return nil, broken, nil
	}
	last, problems := policy.ReadOrganisation(source, kept, e.Rules)
	if len(problems) > 0 {
		return nil, broken, nil // it was valid for an older version of the rules
	}
	return last, append(broken, "The last valid policy of the organisation holds."), nil
}

// reader reads one kind of policy file.
type reader func(source string, data []byte, rules []string) (*policy.Document, []policy.Problem)

// lastValid is the last valid policy file seen on a branch; nil where there was none.
func (e *evaluation) lastValid(ctx context.Context, branch string, read reader) (*policy.Document, []byte, error) {
	b, err := e.lastBase(ctx, branch)
	if b == nil || err != nil || b.policy == nil {
		return nil, nil, err
	}
	doc, problems := read(policy.Path, b.policy, e.Rules)
	if len(problems) > 0 {
		return nil, nil, nil // it was valid for an older version of the rules
	}
	return doc, b.policy, nil
}

// valid reports whether a policy file can be read.
func (e *evaluation) valid(data []byte) bool {
	read := policy.Read
	if e.ownsDefaults() {
		read = policy.ReadOrganisation
	}
	_, problems := read(policy.Path, data, e.Rules)
	return len(problems) == 0
}

// ownsDefaults reports whether the repository's policy file is the organisation's.
func (e *evaluation) ownsDefaults() bool { return strings.EqualFold(e.repo.Name, ".github") }

// adopt judges by the policy as the change leaves it.
func (e *evaluation) adopt(c *gathered, r *ruling) {
	read := policy.Read
	if e.ownsDefaults() {
		read = policy.ReadOrganisation
	}
	var doc *policy.Document
	if data, err := c.change.Head.Read(policy.Path); err == nil {
		var problems []policy.Problem
		if doc, problems = read(policy.Path, data, e.Rules); len(problems) > 0 {
			return // told as policy/invalid
		}
	}
	p, notices := policy.Resolve(r.organisation, doc)
	r.policy, r.notices = p, append(r.notices, notices...)
	r.source = policy.Path + " as this change leaves it, approved"
}
