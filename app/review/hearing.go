package review

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/checkrein/checkrein/app/hub"
)

// hearing measures the voices on one pull request.
type hearing struct {
	pr       PullRequest
	memory   Memory
	open     []asked
	makers   makers
	moved    time.Time // when the base was changed last; zero: never
	access   access
	recorded map[about]bool
	heard    map[int64]map[string]bool // comment -> keys that stood when it was written
	yes      map[string][]Yes          // of different people, also where they are not enough
}

// about is a voice and the key of a question.
type about struct {
	kind Kind
	id   int64
	key  string
}

// listen gets what every voice is measured by.
func (d *Decider) listen(ctx context.Context, pr PullRequest, open []asked, said hub.Voices) (*hearing, error) {
	recorded, err := d.Memory.Yeses(ctx, pr.Repo.ID, pr.Number)
	if err != nil {
		return nil, fmt.Errorf("read the yeses recorded of pull request %d: %w", pr.Number, err)
	}
	makers, err := d.makersOf(ctx, pr, said)
	if err != nil {
		return nil, err
	}
	h := &hearing{
		pr: pr, memory: d.Memory, open: open, makers: makers, moved: said.Retargeted, access: d.accessTo(pr.Repo),
		recorded: map[about]bool{}, heard: map[int64]map[string]bool{}, yes: map[string][]Yes{},
	}
	for _, y := range recorded {
		h.recorded[about{y.Kind, y.ID, y.Key}] = true
	}
	return h, nil
}

// hear notes a voice as a yes to the questions that still need one.
func (h *hearing) hear(ctx context.Context, v voice) error {
	if h.dismissed(v) != "" {
		return nil
	}
	for _, q := range h.open {
		if !h.waits(v, q) {
			continue
		}
		refusal, err := h.refusal(ctx, v, q)
		if err != nil {
			return err
		}
		if refusal == "" {
			if err := h.take(ctx, v, q); err != nil {
				return err
			}
		}
	}
	return nil
}

// explain says why a voice does not count, once all are heard; empty: it counts, or what
// it was meant for has its answer. It asks nobody anything that hear has not asked.
func (h *hearing) explain(ctx context.Context, v voice) (string, error) {
	for _, q := range h.open {
		if !h.waits(v, q) {
			continue
		}
		if why := h.dismissed(v); why != "" {
			return why, nil
		}
		refusal, err := h.refusal(ctx, v, q)
		return v.sentence(refusal), err
	}
	return "", nil
}

// dismissed says why a voice counts for no question at all; empty: it may for some.
func (h *hearing) dismissed(v voice) string {
	if refusal := h.makers.refusal(v.by); refusal != "" {
		return v.sentence(refusal)
	}
	// The yes was for another judge and another place. GitHub tells whole seconds: which
	// was first within one cannot be seen.
	if !v.yes.At.Truncate(time.Second).After(h.moved) {
		return v.told() + " before the pull request was moved to another base."
	}
	return ""
}

// waits reports whether a voice was meant for a question that still needs a yes, and that
// its person has not answered.
func (h *hearing) waits(v voice, q asked) bool {
	said := h.yes[q.key]
	again := func(y Yes) bool { return same(hub.Account{ID: y.ByID, Login: y.By}, v.by) }
	return v.meant(q) && !q.enough(said) && !slices.ContainsFunc(said, again)
}

// refusal says why a voice is no yes to a question; empty: it is one. Whether the person
// may write is asked last, because it costs a request.
func (h *hearing) refusal(ctx context.Context, v voice, q asked) (string, error) {
	if refusal, err := v.misses(ctx, h, q); refusal != "" || err != nil {
		return refusal, err
	}
	return h.access.refusal(ctx, v.by)
}

func (h *hearing) take(ctx context.Context, v voice, q asked) error {
	y := v.yes
	y.Rule, y.Key, y.Files = q.Rule, q.key, q.Files
	if !h.recorded[about{y.Kind, y.ID, y.Key}] {
		if err := h.memory.KeepYes(ctx, y); err != nil {
			return fmt.Errorf("record a yes on pull request %d: %w", h.pr.Number, err)
		}
	}
	h.yes[q.key] = append(h.yes[q.key], y)
	return nil
}

// answers are the yeses to the questions that have enough; of those that lack one it is
// noted who has said it.
func (h *hearing) answers(n *notes) map[string][]Yes {
	full := map[string][]Yes{}
	for _, q := range h.open {
		switch said := h.yes[q.key]; {
		case q.enough(said):
			full[q.key] = said
		case len(said) > 0:
			n.add("%d of %d approvals of %s in %s: %s.", len(said), q.Needed, q.Rule, in(q.Files), people(said))
		}
	}
	return full
}

// told reports whether a comment of that time can have been about a question of its rule:
// it stood there then, or that was so when the yes was recorded.
func (h *hearing) told(ctx context.Context, comment int64, q asked, at time.Time) (bool, error) {
	if h.recorded[about{ByComment, comment, q.key}] {
		return true, nil
	}
	if h.heard[comment] == nil {
		keys, err := h.memory.ToldBefore(ctx, h.pr.Repo.ID, h.pr.Number, q.Rule, at)
		if err != nil {
			return false, fmt.Errorf("read what was told of pull request %d: %w", h.pr.Number, err)
		}
		h.heard[comment] = map[string]bool{}
		for _, key := range keys {
			h.heard[comment][key] = true
		}
	}
	return h.heard[comment][q.key], nil
}
