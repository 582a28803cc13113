package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/fixtures/incidents"
)

// Where the incident's files are.
const (
	alterations = "packages/schemas/alterations/"
	proposed    = alterations + "next-1720505152-update-custom-ui-assets.ts"
	definition  = "packages/schemas/tables/sign_in_experiences.sql"
)

// column replays 2024-07-18: a column that a release has brought is dropped two weeks later,
// while the release still runs.
func column(ctx context.Context, folder, binary string) (err error) {
	incident, err := incidents.Read("logto-2024-07-18")
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\n", incident.Story)
	world, err := newWorld(ctx, folder, binary, incident)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.close()) }()
	if err := world.release("v1.18.0", "Version 1.18.0 is released, with the column in it, and runs."); err != nil {
		return err
	}
	number, err := world.dropped(ctx, incident)
	if err != nil {
		return err
	}
	return world.threeSteps(ctx, incident, number)
}

func (w *world) release(tag, words string) error {
	if err := w.repo.Tag(tag, "main", "", githubtest.By(w.dev)); err != nil {
		return fmt.Errorf("release %s: %w", tag, err)
	}
	say("%s", words)
	return nil
}

// dropped opens the pull request that led to the outage: red, with both sides and the way
// out, and unmergeable because the check is required.
func (w *world) dropped(ctx context.Context, incident *incidents.Incident) (int, error) {
	say("Two weeks later a developer drops the column for another one and opens a pull request.")
	number, run, err := w.propose(ctx, "custom-ui-assets", "Keep custom UI assets as JSON", texts(incident.Change), "failure")
	if err != nil {
		return 0, err
	}
	err = w.told(ctx, run, number, proposed+":", "v1.18.0", definition+":6", "drop column custom_ui_asset_id",
		"1. ", "2. ", "ALTER TABLE sign_in_experiences DROP COLUMN custom_ui_asset_id", "This pull request is step 3, and comes too early")
	if err != nil {
		return 0, err
	}
	return number, w.refused(ctx, number)
}

// threeSteps goes the way that the finding shows: what no longer uses the column first,
// then its release, the column last.
func (w *world) threeSteps(ctx context.Context, incident *incidents.Incident, number int) error {
	say("Step 1. The developer leaves the column where it is, and takes it out of the code alone.")
	if _, err := w.push(ctx, "custom-ui-assets", "Leave the old column for now", texts(incident.Fixed), "success"); err != nil {
		return err
	}
	if err := w.merged(ctx, number); err != nil {
		return err
	}
	say("Another developer drops the column at once: version 1.18.0 still runs.")
	contract, early, err := w.propose(ctx, "drop-custom-ui-asset-id", "Drop the old column", w.contract(incident), "failure")
	if err != nil {
		return err
	}
	if err := errors.Join(tells(early, "v1.18.0", definition+":6"), w.refused(ctx, contract)); err != nil {
		return err
	}
	if err := w.renamed(ctx, incident); err != nil {
		return err
	}
	if err := w.release("v1.19.0", "Step 2. Version 1.19.0 is released and runs. Nobody touches the pull request that drops the column."); err != nil {
		return err
	}
	run, err := w.turned(ctx, early)
	if err != nil {
		return err
	}
	if err := tells(run, "the contract half of the change, in the right order"); err != nil {
		return err
	}
	say("Step 3.")
	return w.merged(ctx, contract)
}

// contract is the alteration that only drops the old column.
func (w *world) contract(incident *incidents.Incident) githubtest.Files {
	const adds = "      alter table sign_in_experiences add column custom_ui_assets jsonb;\n"
	return githubtest.Files{alterations + "next-1723000000-drop-custom-ui-asset-id.ts": githubtest.Text(strings.Replace(incident.Change[proposed], adds, "", 1))}
}

// renamed is the pull request of the release: it gives the alteration its final name, which
// changes nothing.
func (w *world) renamed(ctx context.Context, incident *incidents.Incident) error {
	say("The pull request of the release renames the alteration.")
	final := strings.Replace(proposed, "next-", "1.19.0-", 1)
	number, _, err := w.propose(ctx, "release-1.19.0", "Release 1.19.0", githubtest.Files{proposed: nil, final: githubtest.Text(incident.Fixed[proposed])}, "success")
	if err != nil {
		return err
	}
	return w.merged(ctx, number)
}

// turned waits until the check run on the commit of an earlier one is green.
func (w *world) turned(ctx context.Context, earlier *github.CheckRun) (*github.CheckRun, error) {
	var run *github.CheckRun
	err := product.WaitFor(ctx, "the check run to turn green", func() (bool, error) {
		var err error
		run, err = w.person.verdict(ctx, earlier.GetHeadSHA(), "checkrein")
		return err == nil && run.GetConclusion() == "success", err
	})
	if err != nil {
		return nil, w.product.Explain(err)
	}
	tellRun(run)
	return run, nil
}
