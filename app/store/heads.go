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
	if h.Numbers, err = pullNumbers(ctx, tx, repository, sha); err != nil {
		return pull.Head{}, err
	}
	h.Superseded, err = superseding(ctx, tx, repository, sha)
	return h, err
}

// collect reads all rows of a query, each with scan.
func collect[T any](rows *sql.Rows, err error, scan func(*T) []any) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := rows.Scan(scan(&one)...); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func openPulls(ctx context.Context, c conn, repo webhook.Repo, sha string) ([]webhook.Pull, error) {
	rows, err := c.QueryContext(ctx, `
		SELECT number, base_ref, updated FROM pulls WHERE repository = $1 AND head = $2 AND open ORDER BY number`, repo.ID, sha)
	return collect(rows, err, func(p *webhook.Pull) []any {
		p.Repo, p.Head, p.Open = repo, sha, true
		return []any{&p.Number, &p.BaseRef, instant{&p.Updated}}
	})
}

func openGroups(ctx context.Context, c conn, repo webhook.Repo, sha string) ([]webhook.Group, error) {
	rows, err := c.QueryContext(ctx, `
		SELECT base, base_ref FROM merge_groups WHERE repository = $1 AND head = $2 AND open`, repo.ID, sha)
	return collect(rows, err, func(g *webhook.Group) []any {
		g.Repo, g.Head, g.Open = repo, sha, true
		return []any{&g.Base, &g.BaseRef}
	})
}

func pullNumbers(ctx context.Context, c conn, repository int64, sha string) ([]int, error) {
	rows, err := c.QueryContext(ctx, `
		SELECT number FROM pull_heads WHERE repository = $1 AND sha = $2 ORDER BY number`, repository, sha)
	return collect(rows, err, func(n *int) []any { return []any{n} })
}

func superseding(ctx context.Context, c conn, repository int64, sha string) (string, error) {
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

// OpenHeads lists what the sweep must look after: heads of open pull requests and
// merge groups without a concluded verdict, and heads with a run left open. What is
// due or waits for its next try is not listed: its back-off would be lost.
func (s *Store) OpenHeads(ctx context.Context) ([]webhook.Due, error) {
	// The key is put together as work.HeadKey does it.
	rows, err := s.read.QueryContext(ctx, `
		SELECT repository, sha FROM (
			SELECT repository, head AS sha FROM pulls WHERE open
			UNION SELECT repository, head FROM merge_groups WHERE open
			UNION SELECT repository, sha FROM verdicts WHERE NOT concluded
		) AS h
		WHERE NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.repository = h.repository AND v.sha = h.sha AND v.concluded)
		  AND NOT EXISTS (SELECT 1 FROM work w WHERE w.key = 'head:' || h.repository || '@' || h.sha AND w.want > w.done AND NOT w.parked)
		ORDER BY repository, sha`)
	heads, err := collect(rows, err, func(h *webhook.Due) []any { return []any{&h.Repository, &h.SHA} })
	if err != nil {
		return nil, fmt.Errorf("list open heads: %w", err)
	}
	return heads, nil
}
