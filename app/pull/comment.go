package pull

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/report"
)

// comment writes the one comment of every open pull request, where the policy wants it.
func (e *evaluation) comment(ctx context.Context, h report.Head, all []judged, when policy.When) error {
	own := map[int]*hub.Comment{}
	for _, p := range e.state.Pulls {
		own[p.Number] = p.Comment
	}
	for _, one := range all {
		if one.pull == 0 || when == policy.Never {
			continue
		}
		if err := e.commentOn(ctx, one.pull, own[one.pull], h, when); err != nil {
			return err
		}
	}
	return nil
}

// commentOn writes one comment, or edits the one that is there. Two heads of a pull request
// may be told at the same time: they take turns.
func (e *evaluation) commentOn(ctx context.Context, number int, own *hub.Comment, h report.Head, when policy.When) error {
	release, err := e.Memory.Turn(ctx, fmt.Sprintf("comment %d/%d", e.repo.ID, number))
	if err != nil {
		return fmt.Errorf("comment on #%d: %w", number, err)
	}
	defer release()
	head, err := e.Memory.Head(ctx, e.repo.ID, e.sha)
	if err != nil {
		return fmt.Errorf("look up head %s before commenting: %w", e.sha, err)
	}
	// A newer head may have told its verdict meanwhile: its comment stays.
	if !slices.ContainsFunc(head.Pulls, func(p webhook.Pull) bool { return p.Number == number }) {
		return nil
	}
	if own, err = e.ownComment(ctx, number, own); err != nil || !report.Wanted(when, h, own != nil) {
		return err
	}
	if own != nil {
		body := report.Comment(h, own.Body)
		if body == own.Body {
			return nil
		}
		if err = e.github.UpdateComment(ctx, e.repo, own.ID, body); err == nil {
			return e.Memory.SetComment(ctx, e.repo.ID, number, own.ID)
		}
	}
	if own == nil || errors.Is(err, hub.ErrGone) {
		err = e.createComment(ctx, number, report.Comment(h, ""))
	}
	if errors.Is(err, hub.ErrLocked) {
		e.Log.WarnContext(ctx, "the conversation is locked; the check run says it all", "repository", h.Repository, "pull", number)
		return nil
	}
	if err != nil {
		return fmt.Errorf("comment on #%d: %w", number, err)
	}
	return nil
}

// createComment notes before that it is about to be written: an answer may be lost.
func (e *evaluation) createComment(ctx context.Context, number int, body string) error {
	if err := e.Memory.SetComment(ctx, e.repo.ID, number, 0); err != nil {
		return err
	}
	id, err := e.github.CreateComment(ctx, e.repo, number, body)
	if err != nil {
		return err
	}
	return e.Memory.SetComment(ctx, e.repo.ID, number, id)
}

// ownComment is the app's comment as of now. When GitHub was asked, another head of the
// pull request may not have written it yet: then GitHub is asked again.
func (e *evaluation) ownComment(ctx context.Context, number int, seen *hub.Comment) (*hub.Comment, error) {
	if seen != nil {
		return seen, nil
	}
	id, begun, err := e.Memory.Comment(ctx, e.repo.ID, number)
	if err != nil || id == 0 && !begun {
		return nil, err
	}
	state, err := e.github.State(ctx, hub.Ask{Repo: e.repo, Head: e.sha, Policy: policy.Path, Pulls: []int{number}})
	if err != nil {
		return nil, fmt.Errorf("look for the comment on #%d: %w", number, err)
	}
	for _, p := range state.Pulls {
		if p.Number == number {
			return p.Comment, nil
		}
	}
	return nil, nil
}
