package webhook

import (
	"errors"
	"slices"
	"strings"
)

const (
	branches = "refs/heads/"
	tags     = "refs/tags/"
	queues   = branches + "gh-readonly-queue/" // of merge groups; nobody pushes there
	// maxCommits is how many commits GitHub puts into one payload.
	maxCommits = 2048
)

type push struct {
	envelope
	Ref     string         `json:"ref"` // refs/heads/main
	Before  string         `json:"before"`
	After   string         `json:"after"`
	Commits []pushedCommit `json:"commits"`
	Head    *pushedCommit  `json:"head_commit"`
}

// pushedCommit is new to the repository where it is distinct: who pushes a copy of a
// branch has not made what is in it.
type pushedCommit struct {
	ID       string `json:"id"`
	Distinct *bool  `json:"distinct"`
}

func (c pushedCommit) fresh() bool { return c.Distinct == nil || *c.Distinct }

// wanted: merge groups have events of their own.
func (e *push) wanted(App) bool {
	return strings.HasPrefix(e.Ref, tags) || strings.HasPrefix(e.Ref, branches) && !strings.HasPrefix(e.Ref, queues)
}

// fill: a tag may be the next version, and so what runs.
func (e *push) fill(in *Intake) error {
	if strings.HasPrefix(e.Ref, tags) {
		in.Deployed = true
		return nil
	}
	p := Push{Repo: in.Repo, Ref: strings.TrimPrefix(e.Ref, branches), Before: existing(e.Before), After: existing(e.After),
		Sender: e.Sender.Login, SenderID: e.Sender.ID, Commits: e.commits(existing(e.After)), Default: e.Ref == branches+e.Repository.DefaultBranch}
	if p.Ref == "" {
		return errors.New("expected a branch in ref")
	}
	if p.Before == "" && p.After == "" {
		return errors.New("expected a commit id in before or after")
	}
	in.Pushes = []Push{p}
	return errors.Join(optional("before", p.Before), optional("after", p.After), allCommits("commits", p.Commits))
}

// commits are those that are new to the repository. Of a long push not all are listed, but
// the last one is always told.
func (e *push) commits(after string) []string {
	var ids []string
	for _, c := range e.Commits[:min(len(e.Commits), maxCommits)] {
		if c.fresh() {
			ids = append(ids, c.ID)
		}
	}
	if after == "" || e.Head == nil || e.Head.ID != after || !e.Head.fresh() || slices.Contains(ids, after) {
		return ids
	}
	return append(ids[:min(len(ids), maxCommits-1)], after)
}

// existing is empty for the zeros that stand where there is no commit.
func existing(sha string) string {
	if strings.Trim(sha, "0") == "" {
		return ""
	}
	return sha
}

// optional checks a field that names a commit where it is not empty.
func optional(field, sha string) error {
	if sha == "" {
		return nil
	}
	return commit(field, sha)
}

func allCommits(field string, ids []string) error {
	for _, id := range ids {
		if err := commit(field, id); err != nil {
			return err
		}
	}
	return nil
}
