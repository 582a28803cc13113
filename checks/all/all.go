// Package all is the one list of checks.
package all

import (
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema"
)

// Checks makes every check that the policy does not switch off. facts may be nil; so may
// resolver: then no registry is asked.
func Checks(p *policy.Policy, facts images.Facts, resolver images.Resolver, _ schema.Deployments) []checks.Check {
	list := []checks.Check{
		images.New(p, RuleIDs(), facts, resolver),
	}
	return slices.DeleteFunc(list, func(c checks.Check) bool { return p.Level(c.Name()) == checks.Off })
}

// Names are the checks' names, in their order.
func Names() []string { return []string{images.Name} }

// Rules is the rule catalogue.
func Rules() []checks.Rule {
	return slices.Concat(images.Rules(), policy.Rules())
}

// RuleIDs are the ids that policies and inline ignores may name: not those that guard the
// policy itself.
func RuleIDs() []string {
	var ids []string
	for _, r := range images.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}
