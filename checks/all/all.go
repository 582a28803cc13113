// Package all is the one list of checks.
package all

import (
	"context"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema"
)

// Checks makes every check that the policy does not switch off. facts may be nil; so may
// resolver: then no registry is asked; and deployed: then only the base counts as deployed.
func Checks(p *policy.Policy, facts images.Facts, resolver images.Resolver, deployed schema.Deployments) []checks.Check {
	list := []checks.Check{
		images.New(p, RuleIDs(), facts, resolver),
		schema.New(p, RuleIDs(), shared(facts), deployed),
		deletions.New(p, RuleIDs()),
	}
	return slices.DeleteFunc(list, func(c checks.Check) bool { return p.Level(c.Name()) == checks.Off })
}

// Names are the checks' names, in their order.
func Names() []string { return []string{images.Name, schema.Name, deletions.Name} }

// Rules is the rule catalogue.
func Rules() []checks.Rule {
	return slices.Concat(images.Rules(), schema.Rules(), deletions.Rules(), policy.Rules())
}

// RuleIDs are the ids that policies and inline ignores may name: not those that guard the
// policy itself.
func RuleIDs() []string {
	var ids []string
	for _, r := range slices.Concat(images.Rules(), schema.Rules(), deletions.Rules()) {
		ids = append(ids, r.ID)
	}
	return ids
}

// shared lets the schema check keep its facts beside those of images: the names of their
// readers differ.
func shared(facts images.Facts) schema.Facts {
	if facts == nil {
		return nil
	}
	return beside{facts}
}

type beside struct{ facts images.Facts }

func (b beside) Prefetch(ctx context.Context, keys []schema.FactKey) {
	all := make([]images.FactKey, len(keys))
	for i, key := range keys {
		all[i] = images.FactKey(key)
	}
	b.facts.Prefetch(ctx, all)
}

func (b beside) Get(ctx context.Context, key schema.FactKey) ([]byte, bool) {
	return b.facts.Get(ctx, images.FactKey(key))
}

func (b beside) Put(ctx context.Context, key schema.FactKey, facts []byte) {
	b.facts.Put(ctx, images.FactKey(key), facts)
}
