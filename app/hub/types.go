// Package hub speaks with GitHub for one installation: tokens, limits, and exactly
// the calls that judging a head needs.
package hub

import (
	"time"

	"github.com/checkrein/checkrein/checks/tree"
)

// Repo is a repository; the names are for requests, ID is the identity.
type Repo struct {
	ID          int64
	Owner, Name string
}

// Ask is what State is asked for: one head commit of one repository.
type Ask struct {
	Repo Repo
	Head string // commit id
	// Pulls are the numbers known to have had this head; GitHub's own association of
	// commits with pull requests misses those from forks.
	Pulls []int
	// Bases are branch names whose tips are wanted besides those of the pull requests.
	Bases []string
	// Policy is the path of the policy file, in the base tips and in the
	// organisation's .github repository.
	Policy string
}

// State is GitHub's answer, from one request.
type State struct {
	// Repo has the owner and name of today; requests that follow use these.
	Repo  Repo
	Pulls []Pull // the asked ones and the associated ones, by number, each once
	// Tips are by branch name: of Ask.Bases and of every open pull request's base. A
	// branch that does not exist is missing.
	Tips map[string]Tip
	// OrgPolicy is the organisation's default policy; nil where there is none or it
	// is not readable for this installation.
	OrgPolicy *File
	// Archived: nothing can be written.
	Archived bool
}

// Pull is one pull request.
type Pull struct {
	Number  int
	Open    bool
	Head    string // commit id GitHub has now
	BaseRef string // branch name
	// Comment is the app's own comment: written by this app and carrying the marker.
	Comment *Comment
}

// Tip is the newest commit of a branch.
type Tip struct {
	Ref    string // branch name
	Commit string
	Tree   string
	Policy *File // nil where the branch has none
}

// File is one file's content; Problem says why it is not there although the file exists.
type File struct {
	Blob    string
	Data    []byte
	Problem string
}

// Comment is an issue comment.
type Comment struct {
	ID   int64
	Body string
}

// Comparison is what a head changes since its merge base with a tip.
type Comparison struct {
	MergeBase     string // commit id
	MergeBaseTree string // tree id
	Files         []tree.Changed
	// Problem says why Files is not the whole change; such a change cannot be judged.
	Problem string
}

// Run is a check run. Conclusion empty means in progress.
type Run struct {
	ID          int64
	Name        string
	Head        string
	ExternalID  string
	Conclusion  string // "", success, failure, action_required
	DetailsURL  string
	Started     time.Time
	Completed   time.Time
	Title       string
	Summary     string // Markdown, at most 65,535 characters
	Text        string // likewise
	Annotations []Annotation
	Actions     []Action // at most 3
	// Annotated is how many annotations GitHub has of a listed run. It adds those of an
	// update to them.
	Annotated int
}

// Annotation marks lines of a file in the check run's view.
type Annotation struct {
	Path       string
	StartLine  int
	EndLine    int
	StartCol   int // 0: none; only where StartLine == EndLine; in UTF-16 units as GitHub counts
	EndCol     int
	Level      string // failure, warning, notice
	Title      string // at most 255 characters
	Message    string // at most 64 KiB
	RawDetails string
}

// Action is a button on a check run: label 20, description 40, identifier 20 characters at most.
type Action struct{ Label, Description, Identifier string }
