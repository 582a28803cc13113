package review

import (
	"context"
	"fmt"

	"github.com/checkrein/checkrein/app/hub"
)

// maxPeople is how many people's permissions are asked for, so that a crowd of strangers
// cannot spend the installation's budget.
const maxPeople = 50

// access asks for permissions, once for each person.
type access struct {
	github GitHub
	repo   hub.Repo
	known  map[hub.Account]string // refusals
}

func (d *Decider) accessTo(repo hub.Repo) access {
	return access{github: d.GitHub, repo: repo, known: map[hub.Account]string{}}
}

// refusal says why a person may not say yes; empty: they may.
func (a access) refusal(ctx context.Context, by hub.Account) (string, error) {
	if known, ok := a.known[by]; ok {
		return known, nil
	}
	if len(a.known) == maxPeople {
		return fmt.Sprintf("but %d other people were asked about first, and no more are", maxPeople), nil
	}
	p, err := a.github.Permission(ctx, a.repo, by.Login)
	if err != nil {
		return "", fmt.Errorf("ask what %s may do in %s/%s: %w", by.Login, a.repo.Owner, a.repo.Name, err)
	}
	a.known[by] = permitted(p, by)
	return a.known[by], nil
}

func permitted(p hub.Permission, by hub.Account) string {
	switch {
	case !p.Write:
		return "but has no write access"
	case !p.Human:
		return "but is not a human account"
	case !same(p.Account, by):
		return "but the name belongs to another account now"
	}
	return ""
}
