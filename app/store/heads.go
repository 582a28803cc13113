package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/webhook"
)

// Head tells what is known of a commit; pull.ErrUnknownRepository where not even its
// repository is.
func (s *Store) Head(ctx context.Context, repository int64, sha string) (pull.Head, error) {
	head, err := s.readHead(ctx, repository, sha)
	if err != nil {
		return pull.Head{}, fmt.Errorf("read head %s of repository %d: %w", sha, repository, err)
	}
	return head, nil
}

// readHead reads in one transaction: a push in between must not show two heads.
func (s *Store) readHead(ctx context.Context, repository int64, sha string) (pull.Head, error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return pull.Head{}, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	h := pull.Head{Repo: webhook.Repo{ID: repository}}
	err = tx.QueryRowContext(ctx, `SELECT installation, owner, name FROM repositories WHERE id = $1`, repository).
		Scan(&h.Repo.Installation, &h.Repo.Owner, &h.Repo.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return pull.Head{}, pull.ErrUnknownRepository
	}
	if err != nil {
		return pull.Head{}, err
	}
	if h.Pulls, err = openPulls(ctx, tx, h.Repo, sha); err != nil {
		return pull.Head{}, err
	}
	if h.Groups, err = openGroups(ctx, tx, h.Repo, sha); err != nil {
		return pull.Head{}, err
	}
	if h.Voiced, err = voicedPulls(ctx, tx, repository, sha); err != nil {
		return pull.Head{}, err
	}
	if h.Numbers, err = pullNumbers(ctx, tx, repository, sha); err != nil {
		return pull.Head{}, err
	}
	if h.Enforcement, err = readEnforcement(ctx, tx, repository); err != nil {
		return pull.Head{}, err
	}
	h.Superseded, err = superseding(ctx, tx, repository, sha)
	return h, err
}

func openPulls(ctx context.Context, c querier, repo webhook.Repo, sha string) ([]webhook.Pull, error) {
	rows, err := c.QueryContext(ctx, `
		SELECT p.number, p.base_ref, p.updated FROM pulls p JOIN watched w ON w.repository = p.repository
		WHERE p.repository = $1 AND p.head = $2 AND p.open ORDER BY p.number`, repo.ID, sha)
	return collect(rows, err, func(p *webhook.Pull) []any {
		p.Repo, p.Head, p.Open = repo, sha, true
		return []any{&p.Number, &p.BaseRef, instant{&p.Updated}}
	})
}

func openGroups(ctx context.Context, c querier, repo webhook.Repo, sha string) ([]webhook.Group, error) {
	rows, err := c.QueryContext(ctx, `
		SELECT g.base, g.base_ref FROM merge_groups g JOIN watched w ON w.repository = g.repository
		WHERE g.repository = $1 AND g.head = $2 AND g.open`, repo.ID, sha)
	return collect(rows, err, func(g *webhook.Group) []any {
		g.Repo, g.Head, g.Open = repo, sha, true
		return []any{&g.Base, &g.BaseRef}
	})
}

// voicedPulls are the open pull requests on which a yes may have been said.
func voicedPulls(ctx context.Context, c querier, repository int64, sha string) ([]int, error) {
	rows, err := c.QueryContext(ctx, `
		SELECT p.number FROM pulls p JOIN watched w ON w.repository = p.repository
		WHERE p.repository = $1 AND p.head = $2 AND p.open
		  AND (EXISTS (SELECT 1 FROM voices v WHERE v.repository = $1 AND v.pull = p.number AND v.command = 'accept')
			OR EXISTS (SELECT 1 FROM approvals a WHERE a.repository = $1 AND a.pull = p.number))
		ORDER BY p.number`, repository, sha)
	return collect(rows, err, func(n *int) []any { return []any{n} })
}

func pullNumbers(ctx context.Context, c querier, repository int64, sha string) ([]int, error) {
	rows, err := c.QueryContext(ctx, `
		SELECT number FROM pull_heads WHERE repository = $1 AND sha = $2 ORDER BY number`, repository, sha)
	return collect(rows, err, func(n *int) []any { return []any{n} })
}

func superseding(ctx context.Context, c querier, repository int64, sha string) (string, error) {
	var newer string
	err := c.QueryRowContext(ctx, `
		SELECT p.head FROM pull_heads h JOIN pulls p ON p.repository = h.repository AND p.number = h.number
		WHERE h.repository = $1 AND h.sha = $2 AND p.head <> $2 AND p.open
		ORDER BY p.updated DESC, p.number LIMIT 1`, repository, sha).Scan(&newer)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	return newer, nil
}
