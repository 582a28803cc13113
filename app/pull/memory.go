package pull

import (
	"context"
	"errors"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/tree"
)

// GitHub is what judging a head asks of GitHub, for one installation.
type GitHub interface {
	State(ctx context.Context, ask hub.Ask) (hub.State, error)
	Compare(ctx context.Context, repo hub.Repo, base, head string, pull int) (hub.Comparison, error)
	Tree(repo hub.Repo, commit string, known []tree.Entry) tree.Tree
	Archive(ctx context.Context, repo hub.Repo, commit string, visit hub.Visit) error
	Runs(ctx context.Context, repo hub.Repo, sha string) ([]hub.Run, error)
	CreateRun(ctx context.Context, repo hub.Repo, run hub.Run) (int64, error)
	UpdateRun(ctx context.Context, repo hub.Repo, run hub.Run) error
	CreateComment(ctx context.Context, repo hub.Repo, number int, body string) (int64, error)
	UpdateComment(ctx context.Context, repo hub.Repo, id int64, body string) error
}

// Memory is what judging keeps between events.
type Memory interface {
	// Head is what is known of a head commit; ErrUnknownRepository where no delivery has
	// told of its repository.
	Head(ctx context.Context, repository int64, sha string) (Head, error)
	// SetPull takes over what GitHub answered when it was asked at that time, unless a
	// delivery has told of the pull request since; nothing becomes due.
	SetPull(ctx context.Context, p webhook.Pull, asked time.Time) error
	MakeDue(ctx context.Context, due []webhook.Due) error
	Verdict(ctx context.Context, repository int64, sha string) (Published, bool, error)
	// SetVerdict answers work.ErrLost when the claim is no longer the row's.
	SetVerdict(ctx context.Context, claim *work.Claim, p Published) error
	Facts(ctx context.Context, version int, keys []images.FactKey) (map[images.FactKey][]byte, error)
	PutFacts(ctx context.Context, version int, facts map[images.FactKey][]byte) error
	// Tree is what was kept for a base tree; LastTree the newest kept of a branch.
	Tree(ctx context.Context, repository int64, tree string) ([]byte, bool, error)
	PutTree(ctx context.Context, repository int64, t BaseTree) error
	LastTree(ctx context.Context, repository int64, ref string) (BaseTree, bool, error)
}

// ErrUnknownRepository says that no delivery has told of a repository.
var ErrUnknownRepository = errors.New("repository is not known")

// Head is a head commit as the store knows it.
type Head struct {
	Repo webhook.Repo
	// Pulls are the open pull requests with this head, Groups the open merge groups.
	Pulls  []webhook.Pull
	Groups []webhook.Group
	// Numbers are of all pull requests known to have, or to have had, this head.
	Numbers []int
	// Superseded is the newer head of a pull request that once had this one; empty
	// where there is none.
	Superseded string
}

// Open reports whether somebody still waits for a verdict on the head.
func (h Head) Open() bool { return len(h.Pulls)+len(h.Groups) > 0 }

// Published is what has been told about a head.
type Published struct {
	Repository int64
	SHA        string
	Conclusion string                  // of the aggregated run; empty until everything is told
	Runs       map[string]PublishedRun // by check name, "all" for the aggregated run
	At         time.Time
}

// PublishedRun is a check run that this app made.
type PublishedRun struct {
	ID        int64  `json:"id"`
	Concluded bool   `json:"concluded"`
	Digest    string `json:"digest"` // stands for what it says; empty: not known
	// Conclusion is kept of a run whose digest is not known.
	Conclusion string `json:"conclusion,omitempty"`
}

// BaseTree is what is kept of a base's tree: which files are read, and who names whom.
type BaseTree struct {
	Ref    string // branch name
	Commit string
	Tree   string
	Data   []byte
}
