package webhook

import (
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/app/work"
)

// installed is the envelope of events about the installation itself: they name its
// account and no repository.
type installed struct{ envelope }

func (e *installed) owner() string { return e.Installation.Account.Login }

func (e *installed) repo() (Repo, error) { return Repo{}, nil }

// installation is the app installed, changed or removed.
type installation struct{ installed }

func (e *installation) wanted(App) bool {
	switch e.Action {
	case "created", "deleted", "suspend", "unsuspend", "new_permissions_accepted":
		return true
	}
	return false
}

// fill makes the sweep due where there may be heads that no event told of.
func (e *installation) fill(in *Intake) error {
	now := Installation{ID: in.Delivery.Installation, Owner: e.owner(), Access: e.access()}
	if now.Owner == "" && now.Access != Removed { // the account may be gone too
		return errors.New("expected installation.account.login")
	}
	in.Installation = &now
	if now.Access == Active {
		in.sweep()
	}
	return nil
}

func (e *installation) access() Access {
	switch {
	case e.Action == "deleted":
		return Removed
	case e.Action == "suspend", e.Installation.Suspended != nil: // permissions can be accepted meanwhile
		return Suspended
	}
	return Active
}

// installationRepositories is an installation that sees more repositories, or fewer.
type installationRepositories struct {
	installed
	Gone []struct {
		ID int64 `json:"id"`
	} `json:"repositories_removed"`
}

func (e *installationRepositories) wanted(App) bool {
	return e.Action == "added" || e.Action == "removed"
}

func (e *installationRepositories) fill(in *Intake) error {
	for _, r := range e.Gone {
		if r.ID <= 0 {
			return fmt.Errorf("expected ids in repositories_removed, got %d", r.ID)
		}
		in.Removed = append(in.Removed, r.ID)
	}
	if e.Action == "added" {
		in.sweep()
	}
	return nil
}

// sweep asks for a look at everything the installation sees.
func (in *Intake) sweep() {
	in.Due = append(in.Due, work.Due{Key: work.SweepKey(in.Delivery.Installation)})
}
