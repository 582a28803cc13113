package review

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/app/hub"
)

// makers are the people who made a pull request: nobody says yes to their own work.
type makers struct {
	author  hub.Account
	pushers []hub.Account
	commits []hub.CommitPeople
	unknown []string // commits that nobody is known to have pushed
}

func (d *Decider) makersOf(ctx context.Context, pr PullRequest, said hub.Voices) (makers, error) {
	commits := make([]string, len(said.Commits))
	for i, c := range said.Commits {
		commits[i] = c.SHA
	}
	pushers, unknown, err := d.Memory.Pushers(ctx, pr.Repo.ID, pr.Number, commits)
	if err != nil {
		return makers{}, fmt.Errorf("read who pushed to pull request %d: %w", pr.Number, err)
	}
	return makers{said.Author, pushers, said.Commits, unknown}, nil
}

// refusal says why an account has no say, after what it did; empty: it may have.
func (m makers) refusal(by hub.Account) string {
	switch {
	case by.Login == "":
		return "but nobody knows whose it was"
	case !by.Human:
		return "but is not a human account"
	case same(by, m.author):
		return "but opened this pull request"
	case slices.ContainsFunc(m.pushers, func(a hub.Account) bool { return pusher(a, by) }):
		return "but pushed to this pull request"
	}
	for _, c := range m.commits {
		if slices.ContainsFunc(c.Authors, func(a hub.Account) bool { return same(a, by) }) {
			return "but is an author of commit " + short(c.SHA)
		}
		// A committer is often a machine or a rebase; only where nobody is known to have
		// pushed may it be the one who did.
		if same(c.Committer, by) && slices.Contains(m.unknown, c.SHA) {
			return "but is the committer of " + short(c.SHA) + ", whose pusher is not known"
		}
	}
	return ""
}

// pusher reports whether an account is one that pushed, under the name it had then or by
// its id: a name that changed hands since is held against both.
func pusher(a, by hub.Account) bool {
	return strings.EqualFold(a.Login, by.Login) || a.ID != 0 && a.ID == by.ID
}

// same compares by id where both have one, because logins change hands.
func same(a, b hub.Account) bool {
	if a.ID != 0 && b.ID != 0 {
		return a.ID == b.ID
	}
	return strings.EqualFold(a.Login, b.Login)
}
