package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/fixtures/incidents"
)

// cloudCannon replays 2022-05-18: a service re-created from its template falls back to latest.
func cloudCannon(ctx context.Context, folder, binary string) (err error) {
	incident, err := incidents.Read("cloudcannon-2022-05-18")
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\n", incident.Story)
	world, err := newWorld(ctx, folder, binary, incident)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.close()) }()
	number, err := world.outage(ctx, incident)
	if err != nil {
		return err
	}
	return world.corrected(ctx, incident, number)
}

// outage opens the pull request that led to the outage; it must be red, told and unmergeable.
func (w *world) outage(ctx context.Context, incident *incidents.Incident) (int, error) {
	say("A developer re-creates the syncer under another name and opens a pull request.")
	number, run, err := w.propose(ctx, "syncer-controller", "Re-create the syncer as syncer-controller", texts(incident.Change), "failure")
	if err != nil {
		return 0, err
	}
	if err := w.told(ctx, run, number, "infra/syncer.yml:19", "infra/syncer.yml:10"); err != nil {
		return 0, err
	}
	return number, w.refused(ctx, number)
}

// corrected pushes the change as it should have been; it must be green and merge.
func (w *world) corrected(ctx context.Context, incident *incidents.Incident, number int) error {
	say("The developer removes the default, so that whoever creates the stack must say which image.")
	if _, err := w.push(ctx, "syncer-controller", "Let the caller say the tag", texts(incident.Fixed), "success"); err != nil {
		return err
	}
	return w.merged(ctx, number)
}
