package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// requests are what GitHub was asked.
type requests struct{ rest, graphQL, archives int }

func (r requests) String() string {
	text := fmt.Sprintf("%d + %d", r.rest, r.graphQL)
	if r.archives > 0 {
		text += fmt.Sprintf(", %d archive", r.archives)
	}
	return text
}

// events are counted at the simulated GitHub, which knows what is asked of it.
func events() section {
	return section{
		title: "Requests for an event",
		intro: "Counted at the simulated GitHub, of a repository with a Compose file, a program with a query, and a migration that release v1.0.0 has. The token is\n" +
			"at hand. GitHub grants an installation 5,000 requests and 5,000 points an hour, or more; the budget is what Checkrein promises to stay\n" +
			"within, `REST + GraphQL`. What is above it ends this command with an error.",
		tables: []table{{
			counted: true,
			head:    []string{"event", "REST", "GraphQL", "archives", "budget"},
			fill:    countEvents,
			notes: "A base is read once, as an archive; after a push to it what has changed is. A commit that is deployed is read once. Beyond these sizes: one request\n" +
				"more for each further 50 files or 50 annotations, and one that shows a run in progress where a verdict takes longer than five seconds. Everything that\n" +
				"may be asked is in `app/budget_test.go`.",
		}},
	}
}

// event is something that happens to the repository; do answers the commit that is to be
// judged and how many verdicts it has then.
type event struct {
	name   string
	budget requests
	do     func(h *history, branch string) (sha string, verdicts int, err error)
}

// history is the repository to which one event happens after another.
type history struct {
	*world
	repo  *githubtest.Repo
	pull  *githubtest.Pull    // the last that touched an image and was green
	run   githubtest.CheckRun // its verdict
	quiet time.Duration       // without a request: then everything was asked
}

// countedFiles are on the base of what is counted.
func countedFiles() githubtest.Files {
	return githubtest.Files{
		"README.md":                              githubtest.Text("hello\n"),
		"compose.yml":                            composeFile("nginx:1.27.3"),
		"src/use.ts":                             githubtest.Text("export const all = `SELECT id, asset FROM users`;\n"),
		"db/migrations/20240101000000_users.sql": githubtest.Text("CREATE TABLE users (id bigint PRIMARY KEY, asset text);\n"),
	}
}

func composeFile(image string) *githubtest.File {
	return githubtest.Text("services:\n  web:\n    image: " + image + "\n")
}

// happenings come one after the other: what an earlier one made known stays known.
func happenings() []event {
	return []event{
		{"first pull request of a repository", requests{3, 1, 1}, opens(note)},
		{"pull request that touches nothing that is read", requests{2, 1, 0}, opens(note)},
		{"… with a finding that blocks: detail run and comment", requests{4, 2, 0}, opens(floats)},
		{"… with the first migration", requests{3, 4, 0}, opens(migrates)},
		{"… with a migration, what is deployed being known", requests{2, 3, 0}, opens(migrates)},
		{"… that touches what is read", requests{2, 2, 0}, opens(updates)},
		{"its verdict is asked for again, by the button", requests{2, 1, 0}, (*history).again},
		{"it enters the merge queue", requests{2, 1, 0}, (*history).enqueue},
	}
}

func note(branch string) githubtest.Files {
	return githubtest.Files{branch + ".md": githubtest.Text(branch + "\n")}
}

func updates(string) githubtest.Files {
	return githubtest.Files{"compose.yml": composeFile("nginx:1.27.4")}
}

func floats(string) githubtest.Files {
	return githubtest.Files{"compose.yml": composeFile("nginx:latest")}
}

func migrates(branch string) githubtest.Files {
	return githubtest.Files{"db/migrations/20240202000000_" + branch + ".sql": githubtest.Text("ALTER TABLE users ADD COLUMN " + branch + " text;\n")}
}

// opens opens a pull request with these files.
func opens(files func(branch string) githubtest.Files) func(*history, string) (string, int, error) {
	return func(h *history, branch string) (string, int, error) {
		pull, err := h.open(h.repo, branch, files(branch))
		if err != nil {
			return "", 0, err
		}
		h.pull = pull
		return pull.Head(), 1, nil
	}
}

// again presses the button of the verdict.
func (h *history) again(string) (string, int, error) {
	return h.pull.Head(), 2, h.github.Rerequest(h.dev, h.run.ID)
}

func (h *history) enqueue(string) (string, int, error) {
	head, err := h.repo.EnqueueMerge(h.dev, h.pull)
	return head, 1, err
}

// tries is how often everything is counted anew: a busy machine that needs more than five
// seconds for a verdict makes it one request more.
const tries = 3

func countEvents(ctx context.Context, b *bench, add func(...string)) error {
	for try := 1; ; try++ {
		counted, problem, err := b.countOnce(ctx, time.Duration(try)*300*time.Millisecond)
		if err != nil {
			return err
		}
		if problem == "" {
			for i, one := range happenings() {
				got := counted[i]
				add(one.name, strconv.Itoa(got.rest), strconv.Itoa(got.graphQL), strconv.Itoa(got.archives), one.budget.String())
			}
			return nil
		}
		if try == tries {
			return errors.New(problem)
		}
		b.say("counted anew: %s", problem)
	}
}

// countOnce lets everything happen to a new repository; problem says what is not within
// its budget.
func (b *bench) countOnce(ctx context.Context, quiet time.Duration) (counted []requests, problem string, err error) {
	w, err := b.newWorld(ctx, 1, countedFiles())
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	h := &history{world: w, repo: w.repos[0], quiet: quiet}
	h.repo.RequireCheck("build", nil) // nobody reports it: the merge group stays
	if err := errors.Join(h.repo.Tag("v1.0.0", "main", "", githubtest.By(w.dev)), w.swept(ctx)); err != nil {
		return nil, "", err
	}
	if err := h.settled(ctx, quiet); err != nil {
		return nil, "", err
	}
	for i, one := range happenings() {
		got, err := h.count(ctx, one, fmt.Sprint("change_", i))
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", one.name, err)
		}
		if got != one.budget {
			problem = fmt.Sprintf("%s: %s requests, expected %s:\n%s", one.name, got, one.budget, h.asked())
			return nil, problem, nil
		}
		counted = append(counted, got)
	}
	if strange := w.github.Unexpected(); len(strange) > 0 {
		return nil, "", fmt.Errorf("requests that GitHub does not know:\n%s", strings.Join(strange, "\n"))
	}
	return counted, "", nil
}

// count lets one thing happen to an App that has nothing to do, and counts until it has
// nothing to do again.
func (h *history) count(ctx context.Context, one event, branch string) (requests, error) {
	h.github.ResetRequests()
	sha, verdicts, err := one.do(h, branch)
	if err != nil {
		return requests{}, err
	}
	if h.run, err = h.concluded(ctx, h.repo, sha, verdicts); err != nil {
		return requests{}, err
	}
	if err := h.settled(ctx, h.quiet); err != nil {
		return requests{}, err
	}
	c := h.github.Count()
	return requests{c.REST, c.GraphQL, c.Download}, nil
}

// asked are the requests, one a line.
func (h *history) asked() string {
	var b strings.Builder
	for _, r := range h.github.Requests() {
		fmt.Fprintf(&b, "    %s %s %d\n", r.Method, r.Path, r.Status)
	}
	return b.String()
}

// open pushes files to a branch of a repository and opens a pull request for it.
func (w *world) open(repo *githubtest.Repo, branch string, files githubtest.Files) (*githubtest.Pull, error) {
	if err := repo.Branch(branch, "main", githubtest.By(w.dev)); err != nil {
		return nil, fmt.Errorf("make a branch: %w", err)
	}
	if _, err := repo.Commit(branch, "Change "+branch, files, githubtest.By(w.dev)); err != nil {
		return nil, fmt.Errorf("push the change: %w", err)
	}
	pull, err := repo.OpenPull(w.dev, branch, "main")
	if err != nil {
		return nil, fmt.Errorf("open the pull request: %w", err)
	}
	return pull, nil
}
