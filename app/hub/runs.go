package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/go-github/v60/github"
)

// perRequest is how many annotations GitHub takes at once.
const perRequest = 50

// CreateRun creates a check run and answers its id. Up to 50 annotations are one
// request; with more, the run begins with the first 50 and an update for each further
// 50 follows, the last of which concludes it. An id beside an error: the run exists and
// must be concluded. Errors: ErrUnknownCommit, ErrForbidden, *LimitError,
// *UnavailableError (Sent: look for the run before creating another).
func (c *Client) CreateRun(ctx context.Context, repo Repo, run Run) (int64, error) {
	doing := fmt.Sprintf("creating check run %q on %s@%s", run.Name, repo, run.Head)
	if err := errors.Join(check(repo, run.Head), complete(run)); err != nil {
		return 0, explain(doing, err)
	}
	first, rest := cut(run.Annotations)
	answer, _, err := c.api.Checks.CreateCheckRun(ctx, repo.Owner, repo.Name, createOptions(run, first, len(rest) == 0))
	if err != nil {
		return 0, explain(doing, err)
	}
	run.ID = answer.GetID()
	if run.ID == 0 {
		return 0, explain(doing, &UnavailableError{Status: http.StatusCreated, Sent: true, Err: errors.New("the answer names no run")})
	}
	if len(rest) == 0 {
		return run.ID, nil
	}
	run.Annotations = rest
	return run.ID, c.UpdateRun(ctx, repo, run)
}

// UpdateRun changes a run that is not concluded yet; its annotations are added to those
// that the run has. Errors as CreateRun's, and ErrGone.
func (c *Client) UpdateRun(ctx context.Context, repo Repo, run Run) error {
	doing := fmt.Sprintf("updating check run %d %q on %s", run.ID, run.Name, repo)
	if err := errors.Join(check(repo), complete(run)); err != nil {
		return explain(doing, err)
	}
	for {
		first, rest := cut(run.Annotations)
		_, _, err := c.api.Checks.UpdateCheckRun(ctx, repo.Owner, repo.Name, run.ID, updateOptions(run, first, len(rest) == 0))
		if status(err) == http.StatusNotFound {
			return fmt.Errorf("%s: %w", doing, ErrGone)
		}
		if err != nil {
			return explain(doing, err)
		}
		if len(rest) == 0 {
			return nil
		}
		run.Annotations = rest
	}
}

// complete refuses what GitHub would take in a harmful way: an empty name in an update
// renames the run, and a run without title and summary says nothing.
func complete(run Run) error {
	switch {
	case run.Name == "":
		return errors.New("a check run needs a name")
	case run.Title == "" || run.Summary == "":
		return errors.New("a check run needs a title and a summary")
	}
	return nil
}

func cut(all []Annotation) (first, rest []Annotation) {
	n := min(len(all), perRequest)
	return all[:n], all[n:]
}

func createOptions(run Run, annotations []Annotation, last bool) github.CreateCheckRunOptions {
	status, conclusion, completed := phase(run, last)
	return github.CreateCheckRunOptions{
		Name: run.Name, HeadSHA: run.Head,
		DetailsURL: text(run.DetailsURL), ExternalID: text(run.ExternalID),
		Status: &status, Conclusion: conclusion,
		StartedAt: moment(run.Started), CompletedAt: completed,
		Output: output(run, annotations), Actions: actions(run.Actions),
	}
}

// updateOptions always has the name: go-github sends an empty one where it is left out.
func updateOptions(run Run, annotations []Annotation, last bool) github.UpdateCheckRunOptions {
	status, conclusion, completed := phase(run, last)
	return github.UpdateCheckRunOptions{
		Name: run.Name, DetailsURL: text(run.DetailsURL), ExternalID: text(run.ExternalID),
		Status: &status, Conclusion: conclusion, CompletedAt: completed,
		Output: output(run, annotations), Actions: actions(run.Actions),
	}
}

// phase is completed only with the last annotations: GitHub re-opens no concluded run.
func phase(run Run, last bool) (status string, conclusion *string, completed *github.Timestamp) {
	if run.Conclusion == "" || !last {
		return "in_progress", nil, nil
	}
	return "completed", &run.Conclusion, moment(run.Completed)
}

func output(run Run, annotations []Annotation) *github.CheckRunOutput {
	o := &github.CheckRunOutput{Title: &run.Title, Summary: &run.Summary, Text: text(run.Text)}
	for _, a := range annotations {
		line := &github.CheckRunAnnotation{
			Path: &a.Path, StartLine: &a.StartLine, EndLine: &a.EndLine,
			AnnotationLevel: &a.Level, Message: &a.Message, Title: text(a.Title), RawDetails: text(a.RawDetails),
		}
		// GitHub refuses columns on more than one line.
		if a.StartCol > 0 && a.StartLine == a.EndLine {
			line.StartColumn, line.EndColumn = &a.StartCol, github.Int(max(a.StartCol, a.EndCol))
		}
		o.Annotations = append(o.Annotations, line)
	}
	return o
}

func actions(list []Action) []*github.CheckRunAction {
	var all []*github.CheckRunAction
	for _, a := range list {
		all = append(all, &github.CheckRunAction{Label: a.Label, Description: a.Description, Identifier: a.Identifier})
	}
	return all
}

// text leaves an empty string out.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// moment leaves a zero time out; GitHub keeps whole seconds.
func moment(t time.Time) *github.Timestamp {
	if t.IsZero() {
		return nil
	}
	return &github.Timestamp{Time: t.UTC().Truncate(time.Second)}
}

// Runs are the app's own runs on a commit, all of them and not only the latest of each
// name, sorted by id; with the number of their annotations only. One request for each 100.
func (c *Client) Runs(ctx context.Context, repo Repo, sha string) ([]Run, error) {
	doing := fmt.Sprintf("listing check runs on %s@%s", repo, sha)
	if err := check(repo, sha); err != nil {
		return nil, explain(doing, err)
	}
	opts := &github.ListCheckRunsOptions{
		Filter: github.String("all"), AppID: &c.hub.appID, ListOptions: github.ListOptions{PerPage: 100},
	}
	var runs []Run
	for {
		page, resp, err := c.api.Checks.ListCheckRunsForRef(ctx, repo.Owner, repo.Name, sha, opts)
		if status(err) == http.StatusNotFound {
			return nil, fmt.Errorf("%s: %w", doing, ErrUnknownCommit)
		}
		if err != nil {
			return nil, explain(doing, err)
		}
		if page == nil {
			return nil, explain(doing, &UnavailableError{Status: http.StatusOK, Err: errors.New("the answer lists nothing")})
		}
		for _, r := range page.CheckRuns {
			if r.GetApp().GetID() == c.hub.appID {
				runs = append(runs, toRun(r))
			}
		}
		if resp.NextPage == 0 {
			break
		}
		opts.Page = resp.NextPage
	}
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Compare(a.ID, b.ID) })
	return runs, nil
}

func toRun(r *github.CheckRun) Run {
	return Run{
		ID: r.GetID(), Name: r.GetName(), Head: r.GetHeadSHA(), ExternalID: r.GetExternalID(),
		Conclusion: r.GetConclusion(), DetailsURL: r.GetDetailsURL(),
		Started: r.GetStartedAt().Time, Completed: r.GetCompletedAt().Time,
		Title: r.GetOutput().GetTitle(), Summary: r.GetOutput().GetSummary(), Text: r.GetOutput().GetText(),
		Annotated: r.GetOutput().GetAnnotationsCount(),
	}
}
