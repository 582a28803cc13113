package sweep

import (
	"context"
	"time"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// Repository is a repository as the store knows it.
type Repository struct {
	webhook.Repo
	Default  string // name of the default branch; empty: not known
	Archived bool
}

// OnBase is an open head that is judged against a branch, with what its verdict hangs on.
type OnBase struct {
	SHA string
	// Judged: there is a concluded verdict. Without one the head is judged anyway.
	Judged  bool
	Hangs   []string // paths
	AnyPath bool     // too many to name
}

// Memory is what sweeping needs of the store.
type Memory interface {
	MakeDue(ctx context.Context, due []work.Due) error
	// OpenHeads lists the heads that an open pull request or merge group has and that
	// have no concluded verdict, and those with a run that was begun and not ended; not
	// those that are due already, nor those of repositories that are archived or gone,
	// nor of installations that are not active. Installation 0 is all.
	OpenHeads(ctx context.Context, installation int64) ([]work.Due, error)
	// Ended lists the open heads with an exception that has ended by that time.
	Ended(ctx context.Context, now time.Time) ([]work.Due, error)

	// SetInstallations takes over the list of all installations that GitHub gave when it
	// was asked at that time; one that is missing is removed. What a delivery has told
	// since wins.
	SetInstallations(ctx context.Context, all []webhook.Installation, asked time.Time) error
	// SetRepositories takes over all repositories of an installation; one that is missing
	// is gone. It answers those whose branch rules were looked at last before that time.
	SetRepositories(ctx context.Context, installation int64, all []hub.Repository, asked, lookedBefore time.Time) (look []int64, err error)
	// SetOpen takes over what is open in a repository. A pull request that is missing is
	// closed; a merge group that is missing is, once it is older than any can get.
	SetOpen(ctx context.Context, repository int64, pulls []webhook.Pull, groups []webhook.Group, asked time.Time) error

	// Repository answers pull.ErrUnknownRepository where it is not known.
	Repository(ctx context.Context, id int64) (Repository, error)
	// OnBase lists the open heads of pull requests onto a branch. One that is being judged
	// counts as judged, with any path: it may have read the branch as it was.
	OnBase(ctx context.Context, repository int64, branch string) ([]OnBase, error)
	// OfInstallation lists all open heads of an installation.
	OfInstallation(ctx context.Context, installation int64) ([]work.Due, error)
	// HasDeliveries answers which of these delivery ids are stored.
	HasDeliveries(ctx context.Context, ids []string) (map[string]bool, error)
	// Mark is a time that was kept under a name; zero where there is none.
	Mark(ctx context.Context, name string) (time.Time, error)
	SetMark(ctx context.Context, name string, at time.Time) error
	// Enforcement is what was found about a repository's branch rules; false: nothing yet.
	Enforcement(ctx context.Context, repository int64) (enforce.State, bool, error)
	SetEnforcement(ctx context.Context, repository int64, s enforce.State) error
}

// Voices is what answering a voice needs of the store.
type Voices interface {
	// Heard lists the comments on a pull request that nobody has looked at yet.
	Heard(ctx context.Context, repository int64, pull int) ([]webhook.Voice, error)
	// Answered notes that these comments were looked at.
	Answered(ctx context.Context, repository int64, comments []int64) error
	// HeadOf is the head of an open pull request; empty where it is not known or not open.
	HeadOf(ctx context.Context, repository int64, pull int) (sha string, err error)
}
