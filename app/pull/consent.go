package pull

import (
	"context"
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/verdict"
)

// loosened is the rule under which everything stands that makes the judge milder.
const loosened = "policy/loosened"

// questions are what people may say yes to: findings that block, and inline ignores that
// the change itself adds and that would let such a finding pass.
func (e *evaluation) questions(ctx context.Context, c *gathered, r ruling, v *verdict.Verdict, reports []checks.Report) ([]review.Question, error) {
	blocking := slices.DeleteFunc(slices.Clone(v.Findings), func(f checks.Finding) bool { return !f.New || f.Severity != checks.Block })
	if err := lookAt(ctx, c, blocking); err != nil {
		return nil, err
	}
	var all []review.Question
	seen := map[string]bool{}
	add := func(q review.Question, ok bool) {
		if key := q.Key(); ok && !seen[key] {
			seen[key] = true
			q.Needed = r.needed(q.Rule)
			all = append(all, q)
		}
	}
	for _, f := range blocking {
		add(e.question(c, f))
		for _, i := range waiting(reports, f) {
			add(e.ignoreQuestion(c, i))
		}
	}
	return all, nil
}

// lookAt makes known as what the head has the files that a person must have seen: a
// check may name one that it could not read.
func lookAt(ctx context.Context, c *gathered, findings []checks.Finding) error {
	if c.change.Head == nil {
		return nil
	}
	var unknown []string
	for _, f := range findings {
		for _, p := range f.Sees {
			if _, ok := c.change.Head.Lookup(p); !ok {
				unknown = append(unknown, p)
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	if err := tree.Prefetch(ctx, tree.Want{Tree: c.change.Head, Paths: unknown}); err != nil {
		return fmt.Errorf("look at what a yes is about: %w", err)
	}
	return nil
}

// question is about the files that somebody who says yes to a finding must have seen.
// False: nobody can say yes to it.
func (e *evaluation) question(c *gathered, f checks.Finding) (review.Question, bool) {
	kind := review.KindOf(f.Rule)
	if kind == review.ByNobody {
		return review.Question{}, false
	}
	paths := f.Sees
	if len(paths) == 0 {
		paths = []string{f.Path}
		for _, proof := range f.Evidence {
			if proof.Ref == e.sha {
				paths = append(paths, proof.Path)
			}
		}
	}
	q, ok := e.about(c, f.Rule, paths)
	if kind == review.ByComment {
		q.About = f.Address + "\n" + f.Subject // a comment accepts what was told, not all in the file
	}
	return q, ok
}

func (e *evaluation) ignoreQuestion(c *gathered, i checks.Ignore) (review.Question, bool) {
	return e.about(c, loosened, []string{i.Path})
}

// about asks for files as the head has them; false where nothing is known of the head.
func (e *evaluation) about(c *gathered, rule string, paths []string) (review.Question, bool) {
	q := review.Question{Rule: rule}
	if c.change.Head == nil {
		return q, false
	}
	paths = slices.Clone(paths)
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		entry, _ := c.change.Head.Lookup(p)
		q.Files = append(q.Files, review.File{Path: p, Blob: entry.SHA})
	}
	return q, true
}

// waiting are the well-formed ignores, added by the change, that speak of a finding.
func waiting(reports []checks.Report, f checks.Finding) []checks.Ignore {
	var all []checks.Ignore
	for _, r := range reports {
		for _, i := range r.Ignores {
			if i.New && i.Problem == "" && i.Path == f.Path && i.Rule == f.Rule && f.Line <= i.Covers && i.Covers <= max(f.Line, f.EndLine) {
				all = append(all, i)
			}
		}
	}
	return all
}

// answers asks what people have said, where there are questions and anybody has spoken.
func (e *evaluation) answers(ctx context.Context, t target, asked []review.Question) (review.Answers, error) {
	all := review.Answers{Yes: map[string][]review.Yes{}}
	if len(asked) == 0 {
		return all, nil
	}
	speakers, err := e.speakers(ctx, t)
	if err != nil {
		return all, err
	}
	decider := review.Decider{GitHub: e.github, Memory: e.Memory, Rules: e.Rules, Own: e.Login}
	for _, number := range speakers {
		a, err := decider.Answer(ctx, review.PullRequest{Repo: e.repo, Number: number}, asked)
		if err != nil {
			return all, fmt.Errorf("ask who said yes on #%d: %w", number, err)
		}
		for key, yes := range a.Yes {
			if _, ok := all.Yes[key]; !ok {
				all.Yes[key] = yes
			}
		}
		all.Notes = append(all.Notes, a.Notes...)
	}
	return all, nil
}

// speakers are the pull requests on which a yes may have been said: the target itself,
// or those that a merge group holds.
func (e *evaluation) speakers(ctx context.Context, t target) ([]int, error) {
	if t.pull == 0 {
		entries, err := e.github.Queue(ctx, e.repo, t.base)
		if err != nil {
			return nil, fmt.Errorf("ask which pull requests the merge group holds: %w", err)
		}
		numbers := members(entries, e.sha)
		if len(numbers) == 0 {
			return nil, fmt.Errorf("ask which pull requests the merge group holds: the queue of %s does not show %s", t.base, e.sha)
		}
		return numbers, nil
	}
	for _, p := range e.state.Pulls {
		if p.Number == t.pull && (p.Spoken || slices.Contains(e.head.Voiced, t.pull)) {
			return []int{t.pull}, nil
		}
	}
	return nil, nil
}

// members are the pull requests that are merged with that head: the entries that lead to
// it, those of groups in front too.
func members(entries []hub.QueueEntry, head string) []int {
	var numbers []int
	for range entries {
		i := slices.IndexFunc(entries, func(e hub.QueueEntry) bool { return e.Head == head })
		if i < 0 {
			break
		}
		numbers = append(numbers, entries[i].Pull)
		head = entries[i].Base
	}
	return numbers
}

// consents are the answers as a verdict asks for them.
func (e *evaluation) consents(c *gathered, a review.Answers) verdict.Options {
	yes := func(q review.Question, ok bool) []review.Yes {
		if !ok {
			return nil
		}
		return a.Yes[q.Key()]
	}
	return verdict.Options{
		Yes: func(f checks.Finding) (verdict.Consent, bool) {
			said := yes(e.question(c, f))
			return consent(said), len(said) > 0
		},
		YesToIgnore: func(i checks.Ignore) bool { return len(yes(e.ignoreQuestion(c, i))) > 0 },
	}
}

// consent is what people said, as a verdict tells it.
func consent(said []review.Yes) verdict.Consent {
	var c verdict.Consent
	for _, y := range said {
		c.By, c.Reason = string(y.Kind), y.Reason
		c.People = append(c.People, y.By)
	}
	if c.By == string(review.ByReview) {
		for _, f := range said[0].Files { // of all the same
			c.Seen = append(c.Seen, verdict.Seen(f))
		}
	}
	return c
}
