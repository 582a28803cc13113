package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// world is a simulated GitHub whose organisations have the running App installed.
type world struct {
	github  *githubtest.Server
	app     *githubtest.App
	dev     *githubtest.User
	repos   []*githubtest.Repo
	product *product.Process

	installed *githubtest.Installation // of the last organisation
}

// newWorld has so many organisations, each with one repository of these files; more are
// variables of the App.
func (b *bench) newWorld(ctx context.Context, organisations int, files githubtest.Files, more ...string) (*world, error) {
	folder, err := b.room("world")
	if err != nil {
		return nil, err
	}
	plenty := githubtest.Rates{REST: 1_000_000, GraphQL: 1_000_000, Window: time.Hour, Status: http.StatusForbidden}
	server, err := githubtest.Start(githubtest.WithRates(plenty))
	if err != nil {
		return nil, fmt.Errorf("start the simulated GitHub: %w", err)
	}
	w := &world{github: server, dev: server.User("dana")}
	if err := w.populate(organisations, files); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if w.product, err = product.Serve(ctx, b.binary, folder, server, w.app, more...); err != nil {
		return nil, errors.Join(err, w.close())
	}
	w.app.SetWebhook(w.product.URL, product.Secret)
	return w, nil
}

func (w *world) populate(organisations int, files githubtest.Files) (err error) {
	w.app, err = w.github.AddApp(githubtest.AppConfig{ID: 4711, Slug: "checkrein", Name: "Checkrein", Manifest: checkrein.Manifest, WebhookSecret: product.Secret})
	if err != nil {
		return fmt.Errorf("register the App: %w", err)
	}
	for i := range organisations {
		owner := fmt.Sprint("acme", i)
		repo, err := w.github.CreateRepo(owner, "platform", files)
		if err != nil {
			return fmt.Errorf("make a repository: %w", err)
		}
		repo.RequireCheck("checkrein", w.app)
		w.installed = w.github.Install(w.app, owner)
		w.repos = append(w.repos, repo)
	}
	return nil
}

func (w *world) close() error {
	defer w.github.Close()
	if w.product == nil {
		return nil
	}
	return w.product.Stop()
}

// swept waits until the sweep of the start is over: what it does last is to look at the
// rules of each repository's branch.
func (w *world) swept(ctx context.Context) error {
	return w.wait(ctx, "the sweep of the start", func() (bool, error) {
		return w.github.Count().Operations["GET /repos/{owner}/{repo}/rules/branches/{branch}"] > 0, nil
	})
}

// concluded waits for so many concluded verdicts on a commit, and answers the last.
func (w *world) concluded(ctx context.Context, repo *githubtest.Repo, sha string, want int) (last githubtest.CheckRun, err error) {
	err = w.wait(ctx, "a verdict", func() (bool, error) {
		n := 0
		for _, run := range repo.CheckRuns(sha) {
			if run.Name == "checkrein" && run.Status == "completed" {
				n, last = n+1, run
			}
		}
		return n >= want, nil
	})
	return last, err
}

// settled waits until GitHub has nothing to send, and the App nothing due and nothing to
// ask for so long.
func (w *world) settled(ctx context.Context, quiet time.Duration) error {
	asked, since := -1, time.Now()
	return w.wait(ctx, "the App to be done", func() (bool, error) {
		if err := w.github.Settle(ctx); err != nil {
			return false, err
		}
		due, err := metric(w.product, "checkrein_work_due")
		if err != nil {
			return false, err
		}
		if n := len(w.github.Requests()); due > 0 || n != asked {
			asked, since = n, time.Now()
		}
		return time.Since(since) >= quiet, nil
	})
}

func (w *world) wait(ctx context.Context, what string, done func() (bool, error)) error {
	if err := product.WaitFor(ctx, what, done); err != nil {
		return w.product.Explain(err)
	}
	return nil
}

// metric sums up what a process tells under a name on /metrics, whatever the labels.
func metric(p *product.Process, name string) (sum float64, err error) {
	resp, err := http.Get(p.Admin + "/metrics")
	if err != nil {
		return 0, fmt.Errorf("read the metrics: %w", err)
	}
	defer resp.Body.Close()
	lines, found := bufio.NewScanner(resp.Body), false
	for lines.Scan() {
		labelled, value, _ := strings.Cut(lines.Text(), " ")
		if at := strings.LastIndex(lines.Text(), "} "); at >= 0 {
			labelled, value = lines.Text()[:at], lines.Text()[at+2:]
		}
		if plain, _, _ := strings.Cut(labelled, "{"); plain != name {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("metric %s is %q: expected a number", name, value)
		}
		sum, found = sum+v, true
	}
	if err := lines.Err(); err != nil {
		return 0, fmt.Errorf("read the metrics: %w", err)
	}
	if !found {
		return 0, fmt.Errorf("the metrics lack %s", name)
	}
	return sum, nil
}
