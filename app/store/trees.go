package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/app/pull"
)

// Tree answers what was stored for a tree of a repository; false where nothing was.
func (s *Store) Tree(ctx context.Context, repository int64, tree string) ([]byte, bool, error) {
	var data []byte
	err := s.read.QueryRowContext(ctx, `SELECT data FROM trees WHERE repository = $1 AND tree = $2`, repository, tree).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read tree %s of repository %d: %w", tree, repository, err)
	}
	return data, true, nil
}

// PutTree stores what was read of a tree, and that it is the last one of its branch.
func (s *Store) PutTree(ctx context.Context, repository int64, t pull.BaseTree) error {
	if t.Data == nil {
		t.Data = []byte{}
	}
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `
			INSERT INTO trees (repository, tree, data, stored) VALUES ($1, $2, $3, $4)
			ON CONFLICT (repository, tree) DO UPDATE SET data = excluded.data, stored = excluded.stored`,
			repository, t.Tree, t.Data, millis(c.now()))
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `
			INSERT INTO bases (repository, ref, tip, tree, policy) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (repository, ref) DO UPDATE SET tip = excluded.tip, tree = excluded.tree, policy = excluded.policy`,
			repository, t.Ref, t.Commit, t.Tree, t.Policy)
		return err
	})
	if err != nil {
		return fmt.Errorf("store tree %s of repository %d: %w", t.Tree, repository, err)
	}
	return nil
}

// LastTree answers the last tree stored of a branch; false where there is none.
func (s *Store) LastTree(ctx context.Context, repository int64, ref string) (pull.BaseTree, bool, error) {
	t := pull.BaseTree{Ref: ref}
	err := s.read.QueryRowContext(ctx, `
		SELECT b.tip, b.tree, b.pushed, b.policy, t.data FROM bases b JOIN trees t ON t.repository = b.repository AND t.tree = b.tree
		WHERE b.repository = $1 AND b.ref = $2`, repository, ref).Scan(&t.Commit, &t.Tree, &t.Pushed, &t.Policy, &t.Data)
	if errors.Is(err, sql.ErrNoRows) {
		return pull.BaseTree{}, false, nil
	}
	if err != nil {
		return pull.BaseTree{}, false, fmt.Errorf("read last tree of %s of repository %d: %w", ref, repository, err)
	}
	return t, true, nil
}
