package hub

import (
	"fmt"
	"regexp"
	"sync/atomic"

	"github.com/google/go-github/v60/github"
)

// Client speaks with GitHub as one installation. It is safe for concurrent use.
// Every error is wrapped with what was being done; *LimitError, *UnavailableError and
// the sentinels of this package are found with errors.As and errors.Is.
type Client struct {
	installation int64
	hub          *Hub
	gate         *gate
	api          *github.Client
	trees        atomic.Int64 // counts the trees made, for the order of their locks
}

var (
	// nameShape is what GitHub allows in owners and repositories; a name is put into
	// paths, so anything else is refused before it is sent.
	nameShape = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)
	idShape   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// check refuses names and commit ids that could mean something else in a URL.
func check(repo Repo, ids ...string) error {
	for _, name := range []string{repo.Owner, repo.Name} {
		if !nameShape.MatchString(name) || name == "." || name == ".." {
			return fmt.Errorf("repository name %q is not one GitHub allows", name)
		}
	}
	for _, id := range ids {
		if !idShape.MatchString(id) {
			return fmt.Errorf("%q is not a commit or blob id", id)
		}
	}
	return nil
}

func (r Repo) String() string { return r.Owner + "/" + r.Name }
