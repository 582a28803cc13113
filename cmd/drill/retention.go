package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/incidents"
)

// Where the incident's workflow is.
const retention = ".github/workflows/retention.yml"

// proposedCleaner is the outage of 2023-12-17 from the front: the pull request that brings the
// clean-up. No approval lets it pass; a safe one passes with the approval of another person.
func proposedCleaner(ctx context.Context, folder, binary string, incident *incidents.Incident) (err error) {
	world, err := newWorld(ctx, folder, binary, incident)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.close()) }()
	number, err := world.unsafe(ctx, incident)
	if err != nil {
		return err
	}
	if err := world.approvedUnsafe(ctx, number); err != nil {
		return err
	}
	return world.safe(ctx, incident, number)
}

// unsafe opens the pull request with the workflow as it was.
func (w *world) unsafe(ctx context.Context, incident *incidents.Incident) (int, error) {
	say("A developer brings the clean-up of untagged images and opens a pull request.")
	number, run, err := w.propose(ctx, "retention", "Delete old images", texts(incident.Change), "failure")
	if err != nil {
		return 0, err
	}
	err = w.told(ctx, run, number, retention+":", "deletions/unsafe-images", "deletions/unreviewed", "deletions/no-environment",
		"the platform images of a tagged multi-platform image")
	if err != nil {
		return 0, err
	}
	return number, w.refused(ctx, number)
}

// approvedUnsafe has a colleague approve it all the same: that answers who has looked at
// it, and nothing else.
func (w *world) approvedUnsafe(ctx context.Context, number int) error {
	say("A colleague, rita, approves it.")
	before, err := w.person.verdict(ctx, w.pull.Head(), "checkrein")
	if err != nil {
		return w.product.Explain(err)
	}
	run, err := w.reviewed(ctx, before, "failure")
	if err != nil {
		return err
	}
	if err := tells(run, "deletions/unsafe-images", "approved in a review by rita"); err != nil {
		return err
	}
	say("Check run %q: %s. That somebody has looked answers one finding; the others have to be mended.", run.GetName(), run.GetOutput().GetTitle())
	return w.refused(ctx, number)
}

// safe pushes a clean-up that knows indexes, previews what it deletes, names an
// environment and asks the guard: the approval was about another file, and another one
// lets it pass.
func (w *world) safe(ctx context.Context, incident *incidents.Incident, number int) error {
	say("The developer takes a tool that knows indexes, runs it dry first, names an environment, and puts the guard in front.")
	run, err := w.push(ctx, "retention", "Preview, and spare what is needed", texts(incident.Fixed), "failure")
	if err != nil {
		return err
	}
	if err := tells(run, "1 blocking", "deletions/unreviewed", "where "+retention+" was another"); err != nil {
		return err
	}
	if err := w.refused(ctx, number); err != nil {
		return err
	}
	say("Rita looks at it, and approves it.")
	if run, err = w.reviewed(ctx, run, "success"); err != nil {
		return err
	}
	tellRun(run)
	if err := tells(run, "approved in a review by rita; seen: "+retention); err != nil {
		return err
	}
	return w.merged(ctx, number)
}

// reviewed has rita approve the newest commit, and waits for a verdict after an earlier one.
func (w *world) reviewed(ctx context.Context, earlier *github.CheckRun, want string) (*github.CheckRun, error) {
	if _, err := w.pull.Review(w.github.User("rita"), "APPROVED"); err != nil {
		return nil, fmt.Errorf("approve: %w", err)
	}
	var run *github.CheckRun
	err := product.WaitFor(ctx, "another verdict", func() (ok bool, err error) {
		run, err = w.person.verdict(ctx, earlier.GetHeadSHA(), "checkrein")
		return err == nil && run.GetID() != earlier.GetID(), err
	})
	if err != nil {
		return nil, w.product.Explain(err)
	}
	if run.GetConclusion() != want {
		return nil, fmt.Errorf("the check run after the approval is %q, %s: expected %s", run.GetConclusion(), run.GetOutput().GetTitle(), want)
	}
	return run, nil
}
