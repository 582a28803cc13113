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

// Installation is the app installed for an owner.
type Installation struct {
	ID          int64
	Owner       string
	Suspended   bool
	Permissions map[string]string // granted: "checks": "write"
	Events      []string
}

// Repository is a repository that an installation may see.
type Repository struct {
	Repo
	Archived bool
	Default  string // name of the default branch; empty: the repository is empty
}

// Open is what is open in one repository.
type Open struct {
	Repository
	Pulls []Pull // without comments
	// Groups are the merge heads that wait in the queue of the default branch.
	Groups []QueueEntry
	// Problem says why this repository could not be read; the rest stands.
	Problem error
}

// QueueEntry is one pull request in a merge queue. An entry's Base is the Head of the
// entry before it in the same group.
type QueueEntry struct {
	Pull       int
	Head, Base string // commit ids
}

// Delivery is one attempt to deliver an event.
type Delivery struct {
	ID            int64
	GUID          string // of the event: X-GitHub-Delivery
	At            time.Time
	Event, Action string
	Status        int // HTTP status; 0: no answer
	Installation  int64
}

// Hook is how GitHub delivers to the app.
type Hook struct {
	URL, ContentType string
	Insecure         bool // TLS is not verified
}

// Account is a person, a bot or an organisation. The zero Account is nobody that
// GitHub knows: a deleted account, a commit's author without one.
type Account struct {
	ID    int64
	Login string
	Human bool
}

// Voices is what people have said on one pull request, and who made it.
type Voices struct {
	Author Account
	// Reviews are the last of each person that approves, asks for changes or was dismissed.
	Reviews []Review
	// Comments are those that begin with /checkrein, the oldest first.
	Comments []Said
	// Commits are the pull request's, the oldest first.
	Commits []CommitPeople
	// Retargeted is when the base was changed last; zero: never.
	Retargeted time.Time
	// Problem says why this is not everything; then nothing can be concluded from it.
	Problem string
}

// Review is a person's last opinion.
type Review struct {
	ID       int64
	By       Account
	Approved bool // false: asks for changes, or dismissed
	Commit   string
	At       time.Time
	// Blobs are the blob ids, at the reviewed commit, of the paths that were asked for;
	// a path that is not there is missing. Nil: the commit is not known any more.
	Blobs map[string]string
}

// Said is a comment.
type Said struct {
	ID     int64
	By     Account
	Body   string
	At     time.Time
	Edited bool // by anybody, ever
	Pull   int
}

// CommitPeople are the accounts behind a commit; those that GitHub does not know are left out.
type CommitPeople struct {
	SHA       string
	Authors   []Account // co-authors too
	Committer Account
}

// Permission is what a person may do in a repository.
type Permission struct {
	Account
	Write bool // write, maintain or admin
}

// Required is a status check that a branch requires.
type Required struct {
	Context string
	// App is the id of the app that must have made it; 0: anybody's counts.
	App int64
	// Source says where the rule stands, in words: "ruleset 12 of acme", "branch protection".
	Source string
}

// Pull is one pull request.
type Pull struct {
	Number  int
	Open    bool
	Head    string // commit id GitHub has now
	BaseRef string // branch name
	// Comment is the app's own comment: written by this app and carrying the marker.
	Comment *Comment
	// Spoken: somebody approved, or wrote a comment that begins with /checkrein, as far
	// as the state's request tells.
	Spoken  bool
	Updated time.Time
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
	// Head and HeadTree are of a branch that was compared by name; see CompareBranch.
	Head, HeadTree string
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
