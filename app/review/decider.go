package review

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/app/hub"
)

// Decider decides which questions somebody has said yes to.
type Decider struct {
	GitHub GitHub
	Memory Memory
	Rules  []string // the known rule ids
	Own    string   // the app's login: "checkrein[bot]"
}

// Answer tells which of the questions enough people have said yes to on a pull request,
// and records every yes that counts. Who said what, and what they may do, is asked of GitHub each time:
// what is recorded only tells which files an old voice was about. A question may be about
// a merge group that holds the pull request.
func (d *Decider) Answer(ctx context.Context, pr PullRequest, questions []Question) (Answers, error) {
	open, notes := ask(questions)
	if len(open) == 0 {
		return Answers{Notes: notes.bounded()}, nil
	}
	said, err := d.GitHub.Voices(ctx, pr.Repo, pr.Number, reviewPaths(open))
	if err != nil {
		return Answers{}, fmt.Errorf("ask who said what on pull request %d: %w", pr.Number, err)
	}
	if said.Problem != "" {
		notes.add("No yes counts, because not everything that was said could be read: %s.", strings.TrimSuffix(said.Problem, "."))
		return Answers{Notes: notes.bounded()}, nil
	}
	h, err := d.listen(ctx, pr, open, said)
	if err != nil {
		return Answers{}, err
	}
	voices := d.voices(pr, said)
	for _, v := range voices {
		if err := h.hear(ctx, v); err != nil {
			return Answers{}, err
		}
	}
	answers := Answers{Yes: h.answers(&notes)}
	notes.addUnknown(h.makers.unknown)
	// The newest first: where notes are too many, those stay whose people wait.
	for _, v := range slices.Backward(voices) {
		why, err := h.explain(ctx, v)
		if err != nil {
			return Answers{}, err
		}
		if why != "" {
			notes.add("%s", why)
		}
	}
	answers.Notes = notes.bounded()
	return answers, nil
}

// MayRecheck reports whether an account may ask for a new run: a person with write access.
func (d *Decider) MayRecheck(ctx context.Context, repo hub.Repo, by hub.Account) (bool, error) {
	if by.Login == "" || !by.Human {
		return false, nil
	}
	refusal, err := d.accessTo(repo).refusal(ctx, by)
	return refusal == "" && err == nil, err
}
