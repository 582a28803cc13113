package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/incidents"
	"github.com/checkrein/checkrein/fixtures/registrytest"
)

// logto replays 2023-12-17: a clean-up of untagged images takes what prod lists. First from
// the front, where it is proposed; then as it happened; then with the guard between the
// clean-up and GitHub.
func logto(ctx context.Context, folder, binary string) error {
	incident, err := incidents.Read("logto-2023-12-17")
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\n", incident.Story)
	if err := proposedCleaner(ctx, folder, binary, incident); err != nil {
		return fmt.Errorf("as a pull request: %w", err)
	}
	if err := unguarded(ctx, incident); err != nil {
		return fmt.Errorf("without the guard: %w", err)
	}
	if err := guarded(ctx, folder, binary, incident); err != nil {
		return fmt.Errorf("with the guard: %w", err)
	}
	return nil
}

// unguarded is what happened; that it does here too shows that the guard has something to stop.
func unguarded(ctx context.Context, incident *incidents.Incident) error {
	p, err := newProduction(ctx, incident)
	if err != nil {
		return err
	}
	defer p.github.Close()
	if err := p.pull(ctx, ":prod"); err != nil {
		return fmt.Errorf("before the clean-up: %w", err)
	}
	say("The package acme/cloud holds prod and v1.0.0, each an index of two platforms with attestations; an image of the\n" +
		"  same kind that was prod forty days ago and has no tag left; and one pushed today that has none yet.")
	say("The first clean-up, as it was merged that day, runs straight against GitHub.")
	deleted, refused, err := p.clean(ctx, p.github.URL)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return fmt.Errorf("GitHub itself refused: %s", refused[0].words)
	}
	say("It deletes %d versions:", len(deleted))
	p.tell(deleted)
	err = p.pull(ctx, ":prod")
	if err == nil || !strings.Contains(err.Error(), "MANIFEST_UNKNOWN") {
		return fmt.Errorf("the outage did not happen: a pull of prod gave %v, expected MANIFEST_UNKNOWN", err)
	}
	say("A node pulls prod. The registry answers: %s. That is the outage.", reason(err))
	return nil
}

// reason is the end of a pull's error, without addresses.
func reason(err error) string {
	text := err.Error()
	if at := strings.Index(text, "MANIFEST_UNKNOWN"); at >= 0 {
		return text[at:]
	}
	return text
}

func (p *production) clean(ctx context.Context, address string) ([]string, []refusal, error) {
	c, err := newCleaner(address, p.workflow.Token, "acme", "cloud")
	if err != nil {
		return nil, nil, err
	}
	return c.run(ctx)
}

func guarded(ctx context.Context, folder, binary string, incident *incidents.Incident) (err error) {
	p, err := newProduction(ctx, incident)
	if err != nil {
		return err
	}
	defer p.github.Close()
	guard, err := product.Guard(ctx, binary, folder, p.github)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, guard.Stop()) }()
	say("The same package, made anew. The same clean-up runs, with the address of `checkrein guard` in the place of GitHub's\n" +
		"  and the credential that it had.")
	deleted, refused, err := p.clean(ctx, guard.URL)
	if err != nil {
		return guard.Explain(err)
	}
	say("%d deletions are refused, each with the path by which a tag needs what was to go:", len(refused))
	p.tellRefusals(refused)
	say("%d versions are deleted, which nothing needs:", len(deleted))
	p.tell(deleted)
	if err := p.judge(ctx, deleted, refused); err != nil {
		return guard.Explain(err)
	}
	say("Nodes pull prod, v1.0.0 and the image of today on both platforms: every pull works.")
	return nil
}

// judge holds what was refused and deleted against what is needed: all of that, and
// nothing besides.
func (p *production) judge(ctx context.Context, deleted []string, refused []refusal) error {
	for _, needed := range []registrytest.Manifest{p.prod, p.release, p.fresh} {
		if gone := p.lost(needed); len(gone) > 0 {
			return fmt.Errorf("deleted although it is needed: %s", strings.Join(gone, "; "))
		}
		if err := p.pull(ctx, "@"+needed.Digest()); err != nil {
			return err
		}
	}
	for _, tag := range []string{":prod", ":v1.0.0"} {
		if err := p.pull(ctx, tag); err != nil {
			return err
		}
	}
	if want, gone := len(p.retired.Children)+1, p.lost(p.retired); len(deleted) != want || len(gone) != want {
		return fmt.Errorf("%d versions were deleted, of the retired image %d: expected its %d and no other", len(deleted), len(gone), want)
	}
	if want := len(p.prod.Children) + len(p.release.Children); len(refused) != want {
		return fmt.Errorf("%d deletions were refused: expected the %d that prod and v1.0.0 need", len(refused), want)
	}
	return nil
}
