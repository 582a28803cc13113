// Package review decides who said yes to what. There is one function and one kind of
// row for every yes: an approving review, or a comment "/checkrein accept <rule> <reason>".
// A yes is about files as they were: it holds while exactly these stand.
package review

import (
	"context"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks"
)

// Kind is how a yes was said.
type Kind string

const (
	// ByReview is an approving review.
	ByReview = Kind(checks.YesByReview)
	// ByComment is "/checkrein accept".
	ByComment = Kind(checks.YesByAccept)
	// ByNobody: no yes counts.
	ByNobody = Kind(checks.NoYes)
)

// File is one file as the person saw it.
type File struct {
	Path string `json:"path"`
	Blob string `json:"blob"` // empty: the file is not there
}

// Question asks whether somebody said yes to a rule about exactly these files.
type Question struct {
	Rule  string
	Files []File
	// About narrows the question to one thing in the files, in the words of who asks; empty:
	// it is about the files as a whole.
	About string
	// Needed is how many different people must say yes; 0: one.
	Needed int
}

// Yes is one yes that counted when it was recorded.
type Yes struct {
	Repository int64
	Pull       int
	Kind       Kind
	ID         int64 // of the review or the comment
	Rule       string
	Key        string // of the question
	Files      []File
	By         string // login
	ByID       int64
	Reason     string // of a comment
	At         time.Time
}

// PullRequest is where a yes must have been said.
type PullRequest struct {
	Repo   hub.Repo
	Number int
}

// GitHub is what deciding asks of GitHub.
type GitHub interface {
	// Voices asks who said what, with the blob ids of these paths at the reviewed commits.
	Voices(ctx context.Context, repo hub.Repo, pull int, paths []string) (hub.Voices, error)
	Permission(ctx context.Context, repo hub.Repo, login string) (hub.Permission, error)
}

// Memory is what deciding keeps.
type Memory interface {
	// Pushers answers who pushed to a pull request: all accounts, whatever they pushed, and
	// which of these commits nobody is known to have pushed.
	Pushers(ctx context.Context, repository int64, pull int, commits []string) (pushers []hub.Account, unknown []string, err error)
	// ToldBefore answers the keys of the questions about a rule that stood on the newest
	// head of the pull request about which anything was told by that time.
	ToldBefore(ctx context.Context, repository int64, pull int, rule string, at time.Time) ([]string, error)
	// Yeses are those recorded of a pull request.
	Yeses(ctx context.Context, repository int64, pull int) ([]Yes, error)
	// KeepYes records one; one that is there stays as it is.
	KeepYes(ctx context.Context, y Yes) error
}

// Answers are by the key of the question.
type Answers struct {
	// Yes are those of as many different people as are needed, the earliest first; a
	// question that lacks one is not in it.
	Yes map[string][]Yes
	// Notes are sentences about yeses that do not count, and why, and about those that
	// are not enough.
	Notes []string
}
