package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
)

// rulePages bounds the rules of one branch: 2,000.
const rulePages = 20

// Required lists the status checks that a branch requires, by rulesets and by classic
// protection: two requests, and one for each further 100 rules. Errors: ErrGone (no such
// branch), ErrMoved, ErrForbidden, *LimitError, *UnavailableError; an answer that cannot
// be read is an error and never "nothing".
func (c *Client) Required(ctx context.Context, repo Repo, branch string) ([]Required, error) {
	doing := fmt.Sprintf("reading what %s@%s requires", repo, clip(branch))
	if err := errors.Join(check(repo), checkBranch(branch)); err != nil {
		return nil, explain(doing, err)
	}
	classic, err := c.protection(ctx, repo, branch)
	if gone(err) {
		return nil, fmt.Errorf("%s: %w", doing, ErrGone)
	}
	if err != nil {
		return nil, explain(doing, err)
	}
	rules, err := c.rules(ctx, repo, branch)
	if err != nil {
		return nil, explain(doing, err)
	}
	return append(rules, classic...), nil
}

// statusChecks is the rule that requires status checks; other rules have other parameters.
const statusChecks = "required_status_checks"

type rule struct {
	Type       string
	ID         int64           `json:"ruleset_id"`
	Source     string          `json:"ruleset_source"`
	Parameters json.RawMessage // only those of statusChecks are read: GitHub adds rule types
}

// rules are the requirements of all rulesets that apply to the branch.
func (c *Client) rules(ctx context.Context, repo Repo, branch string) ([]Required, error) {
	var all []Required
	path := fmt.Sprintf("repos/%s/%s/rules/branches/%s", repo.Owner, repo.Name, url.PathEscape(branch))
	err := pages(ctx, c.api, path, rulePages, func(page []rule) error {
		if page == nil {
			return lacking("the rules of the branch")
		}
		for _, r := range page {
			if r.Type == "" {
				return lacking("the type of a rule")
			}
			if r.Type != statusChecks {
				continue
			}
			list, err := r.required()
			if err != nil {
				return err
			}
			all = append(all, list...)
		}
		return nil
	})
	return all, err
}

func (r rule) required() (list []Required, err error) {
	var parameters struct {
		Checks []struct {
			Context string
			App     *int64 `json:"integration_id"`
		} `json:"required_status_checks"`
	}
	if err := json.Unmarshal(r.Parameters, &parameters); err != nil || parameters.Checks == nil {
		return nil, lacking(fmt.Sprintf("what ruleset %d requires", r.ID))
	}
	source := fmt.Sprintf("ruleset %d", r.ID)
	if r.Source != "" {
		source += " of " + r.Source
	}
	for _, one := range parameters.Checks {
		if one.Context == "" {
			return nil, lacking(fmt.Sprintf("which check ruleset %d requires", r.ID))
		}
		list = append(list, Required{Context: one.Context, App: appID(one.App), Source: source})
	}
	return list, nil
}

// protection is the requirement of the branch's classic protection.
func (c *Client) protection(ctx context.Context, repo Repo, branch string) (list []Required, err error) {
	var answer struct {
		Name       string
		Protection *struct {
			Checks *classic `json:"required_status_checks"`
		}
	}
	if _, err := get(ctx, c.api, fmt.Sprintf("repos/%s/%s/branches/%s", repo.Owner, repo.Name, url.PathEscape(branch)), &answer); err != nil {
		return nil, err
	}
	switch {
	case answer.Name != branch || answer.Protection == nil:
		return nil, lacking("the protection of the branch")
	case answer.Protection.Checks == nil:
		return nil, nil
	}
	return answer.Protection.Checks.required()
}

// classic is what the protection of a branch requires. contexts are older than checks
// and name no app.
type classic struct {
	Level    string `json:"enforcement_level"` // off, non_admins, everyone
	Contexts []string
	Checks   []struct {
		Context string
		App     *int64 `json:"app_id"`
	}
}

func (p *classic) required() (list []Required, err error) {
	if p.Level == "off" {
		return nil, nil
	}
	if p.Contexts == nil && p.Checks == nil {
		return nil, lacking("which checks the protection requires")
	}
	const source = "branch protection"
	for _, one := range p.Checks {
		list = append(list, Required{Context: one.Context, App: appID(one.App), Source: source})
	}
	for _, context := range p.Contexts {
		if !slices.ContainsFunc(list, func(r Required) bool { return r.Context == context }) {
			list = append(list, Required{Context: context, Source: source})
		}
	}
	if slices.ContainsFunc(list, func(r Required) bool { return r.Context == "" }) {
		return nil, lacking("which check the protection requires")
	}
	return list, nil
}

// appID is 0 where any app's run counts: GitHub says null or -1.
func appID(id *int64) int64 {
	if id == nil {
		return 0
	}
	return max(*id, 0)
}
