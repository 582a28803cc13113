package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// voicePages bounds each of commits, reviews and comments: 1,000.
	voicePages = 10
	// maxVoicePaths are the paths that each review is asked about.
	maxVoicePaths = 100
	// Command begins a comment that is meant for the app.
	Command = "/checkrein"
)

// Voices asks who made a pull request and what people said about it, with the blob ids
// of the paths at the reviewed commits: one GraphQL query, and one more for each further
// 100 commits, reviews and comments together. What cannot be told wholly (over 100 paths,
// over 1,000 of anything, over 10 authors of a commit) is in Problem. Errors: ErrGone (no
// such pull request), ErrNoRepository, ErrMoved, *LimitError, *UnavailableError (also for
// an answer with gaps).
func (c *Client) Voices(ctx context.Context, repo Repo, pull int, paths []string) (Voices, error) {
	doing := fmt.Sprintf("asking who said what on %s#%d", repo, pull)
	if err := check(repo); err != nil {
		return Voices{}, explain(doing, err)
	}
	if problem := unaskable(paths); problem != "" {
		return Voices{Problem: problem}, nil
	}
	l := listening{client: c, repo: repo, pull: pull, paths: paths}
	if err := l.run(ctx); err != nil {
		return Voices{}, explain(doing, err)
	}
	return l.heard, nil
}

// unaskable is why these paths cannot be asked for.
func unaskable(paths []string) string {
	if len(paths) > maxVoicePaths {
		return fmt.Sprintf("a review can be asked about %d files at most, not %d", maxVoicePaths, len(paths))
	}
	for _, path := range paths {
		// JSON would silently make another name of one that is not UTF-8.
		if !utf8.ValidString(path) || strings.ContainsRune(path, 0) || !fs.ValidPath(path) || path == "." {
			return fmt.Sprintf("a review cannot be asked about the file %q", clip(path))
		}
	}
	return ""
}

// listening collects the pages that make one Voices.
type listening struct {
	client  *Client
	repo    Repo
	pull    int
	paths   []string
	heard   Voices
	commits int // as GitHub counts them
}

// run asks for all three lists, and again for those that have a further page.
func (l *listening) run(ctx context.Context) error {
	want := voiceParts{commits: &cursor{}, reviews: &cursor{}, comments: &cursor{}}
	for range voicePages {
		next, err := l.ask(ctx, want)
		if err != nil || l.heard.Problem != "" {
			return err
		}
		if next == (voiceParts{}) {
			if len(l.heard.Commits) != l.commits {
				l.heard.Problem = fmt.Sprintf("GitHub lists %d of the pull request's %d commits", len(l.heard.Commits), l.commits)
			}
			return nil
		}
		want = next
	}
	l.heard.Problem = fmt.Sprintf("the pull request has more than %d commits, reviews or comments", voicePages*100)
	return nil
}

// ask sends one query and takes in its answer; next are the lists that go on.
func (l *listening) ask(ctx context.Context, want voiceParts) (next voiceParts, err error) {
	text, vars := voicesQuery(l.pull, l.paths, want)
	var data struct{ PullRequest json.RawMessage }
	a, err := l.client.part(ctx, l.repo, text, vars, &data)
	if err != nil {
		return next, err
	}
	if null(data.PullRequest) && len(data.PullRequest) > 0 && a.absent("repository", "pullRequest") {
		return next, ErrGone
	}
	// Which of the nulls within it is a gap, no error tells; then none counts.
	if null(data.PullRequest) || !a.whole() {
		return next, a.gap("a part of what was said")
	}
	if a.hidden() {
		l.heard.Problem = "GitHub does not show the app all of what was said"
		return next, nil
	}
	var p graphVoices
	if err := json.Unmarshal(data.PullRequest, &p); err != nil {
		return next, unreadable(err)
	}
	return l.take(a, &p, want)
}

// hidden reports that something was left out because the app may not see it.
func (a *answer) hidden() bool {
	for _, e := range a.Errors {
		if e.Type == "FORBIDDEN" {
			return true
		}
	}
	return false
}

// take takes in those lists that were asked for.
func (l *listening) take(a *answer, p *graphVoices, want voiceParts) (next voiceParts, err error) {
	if p.Number != l.pull {
		return next, a.gap("the pull request's number")
	}
	if l.heard.Author, err = p.Author.account(a); err != nil {
		return next, err
	}
	if l.heard.Retargeted, err = p.retargeted(a); err != nil {
		return next, err
	}
	if want.commits != nil {
		if next.commits, err = l.takeCommits(a, p.Commits); err != nil {
			return next, err
		}
	}
	if want.reviews != nil {
		if next.reviews, err = l.takeReviews(a, p.Reviews); err != nil {
			return next, err
		}
	}
	if want.comments != nil {
		next.comments, err = l.takeComments(a, p.Comments)
	}
	return next, err
}

func (l *listening) takeCommits(a *answer, list *graphCommits) (*cursor, error) {
	if list == nil || list.Nodes == nil || list.PageInfo == nil {
		return nil, a.gap("the commits")
	}
	l.commits = list.TotalCount
	for _, n := range list.Nodes {
		if n == nil || n.Commit == nil || !idShape.MatchString(n.Commit.OID) || n.Commit.Authors == nil ||
			n.Commit.Authors.Nodes == nil || n.Commit.Authors.PageInfo == nil {
			return nil, a.gap("a commit's authors")
		}
		if n.Commit.Authors.PageInfo.HasNextPage {
			l.heard.Problem = fmt.Sprintf("commit %s has more than 10 authors", n.Commit.OID)
		}
		people, err := n.Commit.people(a)
		if err != nil {
			return nil, err
		}
		l.heard.Commits = append(l.heard.Commits, people)
	}
	return list.PageInfo.after(), nil
}

func (l *listening) takeReviews(a *answer, list *graphReviews) (*cursor, error) {
	if list == nil || list.Nodes == nil || list.PageInfo == nil {
		return nil, a.gap("the reviews")
	}
	for _, n := range list.Nodes {
		review, err := n.review(a, l.paths)
		if err != nil {
			return nil, err
		}
		l.heard.Reviews = append(l.heard.Reviews, review)
	}
	return list.PageInfo.after(), nil
}

func (l *listening) takeComments(a *answer, list *graphSaid) (*cursor, error) {
	if list == nil || list.Nodes == nil || list.PageInfo == nil {
		return nil, a.gap("the comments")
	}
	for _, n := range list.Nodes {
		if n == nil || n.CreatedAt.IsZero() {
			return nil, a.gap("a comment")
		}
		if !commands(n.Body) {
			continue
		}
		id, err1 := n.FullDatabaseID.Int64()
		by, err2 := n.Author.account(a)
		if err := errors.Join(err1, err2); err != nil || id <= 0 {
			return nil, a.gap("who wrote a comment")
		}
		l.heard.Comments = append(l.heard.Comments, Said{ID: id, By: by, Body: n.Body, At: n.CreatedAt,
			Edited: n.LastEditedAt != nil, Pull: l.pull})
	}
	return list.PageInfo.after(), nil
}

// commands reports a comment that is meant for the app.
func commands(body string) bool { return strings.HasPrefix(strings.TrimSpace(body), Command) }

// graphSaid is a page of comments.
type graphSaid struct {
	Nodes []*struct {
		FullDatabaseID json.Number
		Body           string
		CreatedAt      time.Time
		LastEditedAt   *time.Time
		Author         *actor
	}
	PageInfo *pageInfo
}
