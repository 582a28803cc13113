package pull

import (
	"context"
	"errors"
	"time"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/tree"
)

// GitHub is what judging a head asks of GitHub, for one installation.
type GitHub interface {
	review.GitHub
	State(ctx context.Context, ask hub.Ask) (hub.State, error)
	Compare(ctx context.Context, repo hub.Repo, base, head string, pull int) (hub.Comparison, error)
	Tree(repo hub.Repo, commit string, known []tree.Entry) tree.Tree
	Archive(ctx context.Context, repo hub.Repo, commit string, visit hub.Visit) error
	Live(ctx context.Context, ask hub.AskLive) (hub.Live, error)
	Lead(ctx context.Context, repo hub.Repo, commit, base string) (lead int, ok bool, err error)
	Listing(ctx context.Context, repo hub.Repo, commit string) ([]tree.Entry, error)
	// CompareBranch compares a kept commit of a branch with what the branch is now.
	CompareBranch(ctx context.Context, repo hub.Repo, base, branch string) (hub.Comparison, error)
	Queue(ctx context.Context, repo hub.Repo, branch string) ([]hub.QueueEntry, error)
	Runs(ctx context.Context, repo hub.Repo, sha string) ([]hub.Run, error)
	CreateRun(ctx context.Context, repo hub.Repo, run hub.Run) (int64, error)
	UpdateRun(ctx context.Context, repo hub.Repo, run hub.Run) error
	CreateComment(ctx context.Context, repo hub.Repo, number int, body string) (int64, error)
	UpdateComment(ctx context.Context, repo hub.Repo, id int64, body string) error
}

// Memory is what judging keeps between events.
type Memory interface {
	review.Memory
	// Turn waits until nobody else does what has this name, in any process; release must be
	// called once.
	Turn(ctx context.Context, name string) (release func(), err error)
	// Head is what is known of a head commit; ErrUnknownRepository where no delivery has
	// told of its repository.
	Head(ctx context.Context, repository int64, sha string) (Head, error)
	// SetPull takes over what GitHub answered when it was asked at that time, unless a
	// delivery has told of the pull request since; nothing becomes due.
	SetPull(ctx context.Context, p webhook.Pull, asked time.Time) error
	MakeDue(ctx context.Context, due []work.Due) error
	Verdict(ctx context.Context, repository int64, sha string) (Published, bool, error)
	// Held answers work.ErrLost when the claim is no longer the row's, or its lease has
	// run out.
	Held(ctx context.Context, claim *work.Claim) error
	// SetVerdict answers work.ErrLost when the claim is no longer the row's.
	SetVerdict(ctx context.Context, claim *work.Claim, p Published) error
	Facts(ctx context.Context, version int, keys []images.FactKey) (map[images.FactKey][]byte, error)
	PutFacts(ctx context.Context, version int, facts map[images.FactKey][]byte) error
	// Tree is what was kept for a base tree; LastTree the newest kept of a branch.
	Tree(ctx context.Context, repository int64, tree string) ([]byte, bool, error)
	PutTree(ctx context.Context, repository int64, t BaseTree) error
	LastTree(ctx context.Context, repository int64, ref string) (BaseTree, bool, error)
	// Listing is what was kept of a deployed commit for a reader; with an empty commit the
	// one that was kept or used last.
	Listing(ctx context.Context, repository int64, commit, reader string) (Listing, bool, error)
	PutListing(ctx context.Context, repository int64, l Listing) error
	UseListing(repository int64, commit string)
	// Comment is the id of the app's own comment on a pull request, 0 where none is known;
	// begun: one was about to be written, and whether it was is not known.
	Comment(ctx context.Context, repository int64, pull int) (id int64, begun bool, err error)
	// SetComment keeps the id; 0: one is about to be written.
	SetComment(ctx context.Context, repository int64, pull int, id int64) error
	// Defaults is the last valid policy of an organisation; nil: it has had none.
	Defaults(ctx context.Context, installation int64) ([]byte, error)
	KeepDefaults(ctx context.Context, installation int64, policy []byte) error
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
	// Voiced are those of the open pull requests on which a command was heard or a yes
	// is recorded.
	Voiced []int
	// Enforcement is what is known of the branch rules; nil: nobody has looked yet.
	Enforcement *enforce.State
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
	// Bases are the branches it was judged against.
	Bases []string
	// Hangs are the paths that the verdict hangs on; AnyPath: too many to name.
	Hangs   []string
	AnyPath bool
	// Deployed: it hangs on what is deployed.
	Deployed bool
	// Revisit is when it must be reached anew: an exception that it rests on has ended, or a
	// commit no longer counts as deployed; zero: never.
	Revisit time.Time
	// Asked are the questions that a person could say yes to, Rests whether one has.
	Asked []Asked
	Rests bool
}

// Asked is a question that was told on a head; see review.Question.
type Asked struct{ Rule, Key string }

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
	// Pushed is the tip that the last push to the branch told of; empty: none has since the
	// branch was read first. Not written.
	Pushed string
	// Policy is the last valid policy file of the branch; nil: it has had none.
	Policy []byte
	Data   []byte
}

// Listing is what is kept of a deployed commit: every path with its blob id.
type Listing struct {
	Commit string
	// Reader stands for the versions and settings with which facts of the files were read.
	Reader string
	// Learned is when the first of these facts was read; they are kept as long as it is.
	Learned time.Time
	Data    []byte
}
