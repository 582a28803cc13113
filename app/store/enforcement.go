package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/app/enforce"
)

// Enforcement is what was found about a repository's branch rules; false where nobody
// has looked yet.
func (s *Store) Enforcement(ctx context.Context, repository int64) (enforce.State, bool, error) {
	state, err := readEnforcement(ctx, s.read, repository)
	if err != nil || state == nil {
		return enforce.State{}, false, err
	}
	return *state, true, nil
}

func readEnforcement(ctx context.Context, c querier, repository int64) (*enforce.State, error) {
	var state enforce.State
	err := c.QueryRowContext(ctx, `SELECT state FROM enforcement WHERE repository = $1`, repository).Scan(text{&state})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read enforcement in repository %d: %w", repository, err)
	}
	return &state, nil
}

// SetEnforcement stores what was found about a repository's branch rules.
func (s *Store) SetEnforcement(ctx context.Context, repository int64, state enforce.State) error {
	data, err := json.Marshal(state)
	if err == nil {
		err = s.queue.do(ctx, func(ctx context.Context, c conn) error {
			_, err := c.ExecContext(ctx, `
				INSERT INTO enforcement (repository, state, checked) VALUES ($1, $2, $3)
				ON CONFLICT (repository) DO UPDATE SET state = excluded.state, checked = excluded.checked`,
				repository, string(data), millis(state.Checked))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("store enforcement in repository %d: %w", repository, err)
	}
	return nil
}

// Enforcements counts the watched repositories by whether the check is required there
// and bound to the app: enforced, unbound (required, not bound), missing, unknown.
func (s *Store) Enforcements(ctx context.Context) (map[string]int, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT COALESCE(e.state, 'null') FROM watched w LEFT JOIN enforcement e ON e.repository = w.repository`)
	states, err := collect(rows, err, func(state **enforce.State) []any { return []any{text{state}} })
	if err != nil {
		return nil, fmt.Errorf("count enforcement: %w", err)
	}
	counts := map[string]int{"enforced": 0, "unbound": 0, "missing": 0, "unknown": 0}
	for _, state := range states {
		counts[enforced(state)]++
	}
	return counts, nil
}

func enforced(state *enforce.State) string {
	switch {
	case state == nil || state.Problem != "":
		return "unknown"
	case !state.Required:
		return "missing"
	case !state.Bound:
		return "unbound"
	}
	return "enforced"
}
