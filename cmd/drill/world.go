package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/fixtures/incidents"
)

// world is a simulated GitHub with one repository, whose main branch requires the
// product's check, and the running product.
type world struct {
	github  *githubtest.Server
	repo    *githubtest.Repo
	dev     *githubtest.User
	person  *person
	pull    *githubtest.Pull // opened last
	product *product.Process
}

func newWorld(ctx context.Context, folder, binary string, incident *incidents.Incident) (*world, error) {
	folder, err := os.MkdirTemp(folder, "world-") // each product has a state of its own
	if err != nil {
		return nil, fmt.Errorf("make a folder for the product: %w", err)
	}
	server, err := githubtest.Start()
	if err != nil {
		return nil, fmt.Errorf("start the simulated GitHub: %w", err)
	}
	w := &world{github: server, dev: server.User("dana")}
	app, err := server.AddApp(githubtest.AppConfig{ID: 4711, Slug: "checkrein", Name: "Checkrein", Manifest: checkrein.Manifest, WebhookSecret: product.Secret})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("register the App: %w", err), w.close())
	}
	if w.repo, err = server.CreateRepo("acme", "platform", texts(incident.Before)); err != nil {
		return nil, errors.Join(fmt.Errorf("make the repository: %w", err), w.close())
	}
	server.Install(app, "acme")
	w.repo.RequireCheck("checkrein", app)
	if w.person, err = newPerson(server, w.dev, w.repo); err == nil {
		w.product, err = product.Serve(ctx, binary, folder, server, app)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	app.SetWebhook(w.product.URL, product.Secret)
	return w, nil
}

func (w *world) close() error {
	defer w.github.Close()
	if w.product == nil {
		return nil
	}
	return w.product.Stop()
}

func texts(files map[string]string) githubtest.Files {
	out := githubtest.Files{}
	for path, text := range files {
		out[path] = githubtest.Text(text)
	}
	return out
}

// propose opens a pull request with these files; its verdict must be the one that is wanted.
func (w *world) propose(ctx context.Context, branch, title string, files githubtest.Files, want string) (int, *github.CheckRun, error) {
	if err := w.repo.Branch(branch, "main", githubtest.By(w.dev)); err != nil {
		return 0, nil, fmt.Errorf("make a branch: %w", err)
	}
	sha, err := w.repo.Commit(branch, title, files, githubtest.By(w.dev))
	if err != nil {
		return 0, nil, fmt.Errorf("push the change: %w", err)
	}
	if w.pull, err = w.repo.OpenPull(w.dev, branch, "main"); err != nil {
		return 0, nil, fmt.Errorf("open the pull request: %w", err)
	}
	run, err := w.conclude(ctx, sha, want)
	return w.pull.Number, run, err
}

// push adds a commit to an open pull request's branch and waits for its verdict.
func (w *world) push(ctx context.Context, branch, title string, files githubtest.Files, want string) (*github.CheckRun, error) {
	sha, err := w.repo.Commit(branch, title, files, githubtest.By(w.dev))
	if err != nil {
		return nil, fmt.Errorf("push to %s: %w", branch, err)
	}
	return w.conclude(ctx, sha, want)
}

// conclude waits for the verdict on a commit and tells it.
func (w *world) conclude(ctx context.Context, sha, want string) (*github.CheckRun, error) {
	run, err := w.person.verdict(ctx, sha, "checkrein")
	if err != nil {
		return nil, w.product.Explain(err)
	}
	tellRun(run)
	if run.GetConclusion() != want {
		return nil, fmt.Errorf("the check run on %.7s is %q: expected %s", sha, run.GetConclusion(), want)
	}
	return run, nil
}

// told looks for what the run must say, and for the one comment.
func (w *world) told(ctx context.Context, run *github.CheckRun, number int, parts ...string) error {
	if err := tells(run, parts...); err != nil {
		return err
	}
	var comments []*github.IssueComment
	err := product.WaitFor(ctx, "the comment", func() (ok bool, err error) {
		comments, err = w.person.comments(ctx, number)
		return len(comments) > 0, err
	})
	if err != nil {
		return w.product.Explain(err)
	}
	if len(comments) != 1 {
		return fmt.Errorf("the pull request has %d comments: expected one", len(comments))
	}
	say("The comment by %s:", comments[0].GetUser().GetLogin())
	quote(comments[0].GetBody())
	return nil
}

// tells looks for what a run must say, without the marks that names have in Markdown.
func tells(run *github.CheckRun, parts ...string) error {
	plain := strings.ReplaceAll(run.GetOutput().GetSummary(), "`", "")
	for _, part := range parts {
		if !strings.Contains(plain, part) {
			return fmt.Errorf("the check run does not tell %q", part)
		}
	}
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

func (w *world) merged(ctx context.Context, number int) error {
	merged, words, err := w.person.merge(ctx, number)
	if err != nil {
		return err
	}
	if !merged {
		return fmt.Errorf("pull request #%d was refused although it is green: %s", number, words)
	}
	say("The developer presses merge. GitHub merges.")
	return nil
}
