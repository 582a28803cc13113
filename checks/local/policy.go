package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

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
