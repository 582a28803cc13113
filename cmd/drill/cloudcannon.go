package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/fixtures/githubtest"
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

// world is a simulated GitHub with one repository, whose main branch requires the
// product's check, and the running product.
type world struct {
	github  *githubtest.Server
	repo    *githubtest.Repo
	dev     *githubtest.User
	person  *person
	product *product
}

func newWorld(ctx context.Context, folder, binary string, incident *incidents.Incident) (*world, error) {
	server, err := githubtest.Start()
	if err != nil {
		return nil, fmt.Errorf("start the simulated GitHub: %w", err)
	}
	w := &world{github: server, dev: server.User("dana")}
	app, err := server.AddApp(githubtest.AppConfig{ID: 4711, Slug: "checkrein", Name: "Checkrein", Manifest: checkrein.Manifest, WebhookSecret: webhookSecret})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("register the App: %w", err), w.close())
	}
	if w.repo, err = server.CreateRepo("acme", "platform", texts(incident.Before)); err != nil {
		return nil, errors.Join(fmt.Errorf("make the repository: %w", err), w.close())
	}
	server.Install(app, "acme")
	w.repo.RequireCheck("checkrein", app)
	if w.person, err = newPerson(server, w.dev, w.repo); err == nil {
		w.product, err = serve(ctx, folder, binary, server, app)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	app.SetWebhook(w.product.url, webhookSecret)
	return w, nil
}

func (w *world) close() error {
	defer w.github.Close()
	if w.product == nil {
		return nil
	}
	return w.product.stop()
}

func texts(files map[string]string) githubtest.Files {
	out := githubtest.Files{}
	for path, text := range files {
		out[path] = githubtest.Text(text)
	}
	return out
}

// outage opens the pull request that led to the outage; it must be red, told and unmergeable.
func (w *world) outage(ctx context.Context, incident *incidents.Incident) (int, error) {
	say("A developer re-creates the syncer under another name and opens a pull request.")
	if err := w.repo.Branch("syncer-controller", "main", githubtest.By(w.dev)); err != nil {
		return 0, fmt.Errorf("make a branch: %w", err)
	}
	sha, err := w.repo.Commit("syncer-controller", "Re-create the syncer as syncer-controller", texts(incident.Change), githubtest.By(w.dev))
	if err != nil {
		return 0, fmt.Errorf("push the change: %w", err)
	}
	pull, err := w.repo.OpenPull(w.dev, "syncer-controller", "main")
	if err != nil {
		return 0, fmt.Errorf("open the pull request: %w", err)
	}
	run, err := w.person.verdict(ctx, sha, "checkrein")
	if err != nil {
		return 0, w.product.explain(err)
	}
	tellRun(run)
	if run.GetConclusion() != "failure" {
		return 0, fmt.Errorf("the check run on the change is %q: expected failure", run.GetConclusion())
	}
	if err := w.told(ctx, run, pull.Number); err != nil {
		return 0, err
	}
	return pull.Number, w.refused(ctx, pull.Number)
}

// told looks for both positions, the field and the default, and for the one comment.
func (w *world) told(ctx context.Context, run *github.CheckRun, number int) error {
	for _, position := range []string{"infra/syncer.yml:19", "infra/syncer.yml:10"} {
		if !strings.Contains(run.GetOutput().GetSummary(), position) {
			return fmt.Errorf("the check run does not tell %s", position)
		}
	}
	var comments []*github.IssueComment
	err := waitFor(ctx, "the comment", func() (ok bool, err error) {
		comments, err = w.person.comments(ctx, number)
		return len(comments) > 0, err
	})
	if err != nil {
		return w.product.explain(err)
	}
	if len(comments) != 1 {
		return fmt.Errorf("the pull request has %d comments: expected one", len(comments))
	}
	say("The comment by %s:", comments[0].GetUser().GetLogin())
	quote(comments[0].GetBody())
	return nil
}

func (w *world) refused(ctx context.Context, number int) error {
	merged, words, err := w.person.merge(ctx, number)
	if err != nil {
		return err
	}
	if merged || words == "" {
		return errors.New("the pull request could be merged: the outage would have happened")
	}
	say("The developer presses merge. GitHub answers: %s", words)
	return nil
}

// corrected pushes the change as it should have been; it must be green and merge.
func (w *world) corrected(ctx context.Context, incident *incidents.Incident, number int) error {
	say("The developer removes the default, so that whoever creates the stack must say which image.")
	sha, err := w.repo.Commit("syncer-controller", "Let the caller say the tag", texts(incident.Fixed), githubtest.By(w.dev))
	if err != nil {
		return fmt.Errorf("push the correction: %w", err)
	}
	run, err := w.person.verdict(ctx, sha, "checkrein")
	if err != nil {
		return w.product.explain(err)
	}
	tellRun(run)
	if run.GetConclusion() != "success" {
		return fmt.Errorf("the check run on the correction is %q: expected success", run.GetConclusion())
	}
	merged, words, err := w.person.merge(ctx, number)
	if err != nil {
		return err
	}
	if !merged {
		return fmt.Errorf("the corrected pull request was refused: %s", words)
	}
	say("The developer presses merge. GitHub merges.")
	return nil
}
