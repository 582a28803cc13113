package pull

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/verdict"
)

// judged is one target with its verdict.
type judged struct {
	target
	ruling
	verdict *verdict.Verdict
	changed int // how many files the change touches
	// asked are the questions that people may say yes to; rests: somebody has.
	asked []review.Question
	rests bool
	hangs hangs
	// deployed: it hangs on what is deployed; until: that changes then by itself.
	deployed bool
	until    time.Time
}

// judge reaches a verdict for every target; targets that compare the same and
// have the same policy share it, unless it hangs on what people say there.
func (e *evaluation) judge(ctx context.Context, targets []target) ([]judged, error) {
	var all []judged
	seen := map[string]int{}
	for _, t := range targets {
		same := t.commit + " " + t.base
		if i, ok := seen[same]; ok && len(all[i].asked) == 0 {
			again := all[i]
			again.target = t
			all = append(all, again)
			continue
		}
		one, err := e.judgeOne(ctx, t)
		if err != nil {
			return nil, err
		}
		seen[same] = len(all)
		all = append(all, one)
	}
	return all, e.facts.flush()
}

// judgeOne judges the policy's own change first: what it says decides by which policy
// the rest is judged.
func (e *evaluation) judgeOne(ctx context.Context, t target) (judged, error) {
	rule, err := e.ruling(ctx, t)
	if err != nil {
		return judged{}, err
	}
	t.validPolicy = rule.valid
	c, err := e.gather(ctx, t, e.list(rule))
	if err != nil {
		return judged{}, err
	}
	one := judged{target: t, ruling: rule, changed: len(c.diff.Files)}
	if c.diff.Problem != "" {
		one.hangs = c.hangs()
		err := e.conclude(ctx, c, &one, failed(c.diff.Problem))
		return one, err
	}
	own, err := e.ownReport(ctx, c, &one)
	if err != nil {
		return judged{}, err
	}
	runs := &production{evaluation: e, target: t, policy: one.policy}
	rest, err := e.run(ctx, c, e.Checks(one.policy, e.facts, e.resolver(one.policy), runs))
	if err != nil {
		return judged{}, err
	}
	one.hangs, one.until = c.hangs(), runs.until
	if runs.base { // whatever is pushed there runs next
		one.hangs = hangs{any: true}
	}
	err = e.conclude(ctx, c, &one, append(own, rest...))
	return one, err
}

// list is every check, the policy's own first.
func (e *evaluation) list(rule ruling) []checks.Check {
	return append([]checks.Check{e.ownCheck(rule)}, e.Checks(rule.policy, e.facts, nil, nil)...)
}

// resolver asks registries under a policy; nil: none is asked.
func (e *evaluation) resolver(p *policy.Policy) images.Resolver {
	if e.Resolver == nil {
		return nil
	}
	return e.Resolver(p)
}

// ownCheck judges what a change does to the policy itself.
func (e *evaluation) ownCheck(rule ruling) checks.Check {
	return policy.NewCheck(policy.CheckOptions{
		Rules: e.Rules, Catalogue: e.Catalogue, Organisation: rule.organisation, OwnsOrganisation: e.ownsDefaults(),
		LastValid: rule.lastValid, Today: e.Now().UTC(),
	})
}

// ownReport runs the policy's own check. Where somebody who may has said yes to a looser
// policy the change is judged by it.
func (e *evaluation) ownReport(ctx context.Context, c *gathered, one *judged) ([]checks.Report, error) {
	reports, err := e.run(ctx, c, []checks.Check{e.ownCheck(one.ruling)})
	if err != nil {
		return nil, err
	}
	v := verdict.Conclude(reports, one.policy, e.Now().UTC(), verdict.Options{})
	asked, err := e.questions(ctx, c, one.ruling, &v, nil)
	if err != nil || len(asked) == 0 {
		return reports, err
	}
	answers, err := e.answers(ctx, one.target, asked)
	if err != nil {
		return nil, err
	}
	for _, q := range asked {
		if _, ok := answers.Yes[q.Key()]; !ok {
			return reports, nil
		}
	}
	e.adopt(c, &one.ruling)
	return reports, nil
}

// conclude reaches the verdict, and asks what people have said where that may change it.
func (e *evaluation) conclude(ctx context.Context, c *gathered, one *judged, reports []checks.Report) error {
	today := e.Now().UTC()
	v := verdict.Conclude(reports, one.policy, today, verdict.Options{})
	one.verdict = &v
	one.deployed = slices.ContainsFunc(reports, func(r checks.Report) bool { return r.Deployed })
	var err error
	if one.asked, err = e.questions(ctx, c, one.ruling, &v, reports); err != nil {
		return err
	}
	answers, err := e.answers(ctx, one.target, one.asked)
	if err != nil {
		return err
	}
	if len(answers.Yes) > 0 {
		v = verdict.Conclude(reports, one.policy, today, e.consents(c, answers))
		one.rests = true
	}
	if v.Conclusion == verdict.Success {
		return nil // nobody waits for a yes any more
	}
	for _, note := range answers.Notes {
		one.notices = appendNew(one.notices, note)
	}
	return nil
}

// revisit is the day after the first end of an exception that the verdict rests on;
// zero: it rests on none.
func revisit(v *verdict.Verdict) time.Time {
	var first time.Time
	for _, s := range v.Suppressed {
		until, err := time.Parse(time.DateOnly, s.Until)
		if err != nil {
			continue // a person's yes has no end date
		}
		if day := until.AddDate(0, 0, 1); first.IsZero() || day.Before(first) {
			first = day
		}
	}
	return first
}

// failed is a verdict's report when the change as a whole cannot be judged.
func failed(reason string) []checks.Report {
	return []checks.Report{{Check: "change", Unread: []checks.Unread{{Kind: checks.Failed, Reason: reason}}}}
}

// guard runs one check; a panic in it is told and counted.
func (e *evaluation) guard(ctx context.Context, c checks.Check, change checks.Change) checks.Report {
	ctx, span := e.span(ctx, "check "+c.Name())
	r := checks.Guard(ctx, c, change, e.CheckTime, func(value any, stack []byte) {
		e.Log.ErrorContext(ctx, "check panicked", "check", c.Name(), "repository", e.repo.String(), "head", e.sha,
			"panic", fmt.Sprint(value), "stack", string(stack))
		if e.Panicked != nil {
			e.Panicked()
		}
	})
	tellReport(span, r)
	endSpan(span, r.Err)
	return r
}
