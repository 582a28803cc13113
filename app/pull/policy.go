package pull

import (
	"context"
	"fmt"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks/policy"
)

// ruling is the policy that holds for a target.
type ruling struct {
	policy  *policy.Policy
	source  string   // which policy it is, in words
	notices []string // what is wrong with the files it comes from
	valid   []byte   // the base tip's own file when it is valid
}

// ruling is the base tip's policy over the organisation's. A file that is broken on
// the base does not count and is told, so that the repair can merge: the branch's
// last valid one holds, else the defaults.
func (e *evaluation) ruling(ctx context.Context, t target) (ruling, error) {
	org, notices := e.readPolicy(e.state.OrgPolicy, "the organisation's "+policy.Path, policy.ReadOrganisation)
	source := fmt.Sprintf("%s on %s", policy.Path, t.base)
	repo, broken := e.readPolicy(t.tip.Policy, source, policy.Read)
	r := ruling{source: "the built-in defaults"}
	switch {
	case repo != nil:
		// Without the commit: a base that moves on must not make an equal verdict new.
		r.source = fmt.Sprintf("%s of %s", policy.Path, t.base)
		r.valid = t.tip.Policy.Data
	case len(broken) > 0:
		last, err := e.lastValid(ctx, t.base)
		if err != nil {
			return r, err
		}
		if repo = last; repo != nil {
			r.source = fmt.Sprintf("the last valid %s of %s", policy.Path, t.base)
		}
	}
	if repo == nil && org != nil {
		r.source = "the organisation's " + policy.Path
	}
	p, told := policy.Resolve(org, repo)
	r.policy, r.notices = p, append(append(notices, broken...), told...)
	return r, nil
}

func (e *evaluation) readPolicy(f *hub.File, source string, read func(string, []byte, []string) (*policy.Document, []policy.Problem)) (*policy.Document, []string) {
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

// lastValid is the last valid policy file seen on a branch; nil where there was none.
func (e *evaluation) lastValid(ctx context.Context, branch string) (*policy.Document, error) {
	b, err := e.lastBase(ctx, branch)
	if b == nil || err != nil || b.Policy == nil {
		return nil, err
	}
	doc, problems := policy.Read(policy.Path, b.Policy, e.Rules)
	if len(problems) > 0 {
		return nil, nil // it was valid for an older version of the rules
	}
	return doc, nil
}
