package store

import (
	"context"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// headKey puts the key of a head together as work.HeadKey does it.
const headKey = `'head:' || h.repository || '@' || h.sha`

// notDue leaves out heads that are due or wait for their next try: to make them due
// again would end their back-off.
const notDue = `NOT EXISTS (SELECT 1 FROM work w WHERE w.key = ` + headKey + ` AND w.want > w.done AND NOT w.parked)`

// OpenHeads implements sweep.Memory.
func (s *Store) OpenHeads(ctx context.Context, installation int64) ([]work.Due, error) {
	return s.heads(ctx, "without a verdict", `
		SELECT `+headKey+` FROM (
			SELECT repository, installation, sha FROM open_heads
			UNION SELECT v.repository, w.installation, v.sha FROM verdicts v JOIN watched w ON w.repository = v.repository
				WHERE NOT v.concluded
		) AS h
		WHERE ($1 = 0 OR h.installation = $1)
		  AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.repository = h.repository AND v.sha = h.sha AND v.concluded)
		  AND `+notDue+` ORDER BY h.repository, h.sha`, installation)
}

// OfInstallation implements sweep.Memory.
func (s *Store) OfInstallation(ctx context.Context, installation int64) ([]work.Due, error) {
	return s.heads(ctx, "of an installation", `
		SELECT `+headKey+` FROM open_heads h WHERE h.installation = $1 ORDER BY h.repository, h.sha`, installation)
}

// Ended implements sweep.Memory; heads that are due already are left out.
func (s *Store) Ended(ctx context.Context, now time.Time) ([]work.Due, error) {
	return s.heads(ctx, "with an exception that has ended", `
		SELECT `+headKey+` FROM verdicts v JOIN open_heads h ON h.repository = v.repository AND h.sha = v.sha
		WHERE v.revisit > 0 AND v.revisit <= $1 AND `+notDue+` ORDER BY h.repository, h.sha`, millis(now))
}

func (s *Store) heads(ctx context.Context, which, query string, args ...any) ([]work.Due, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	heads, err := collect(rows, err, func(d *work.Due) []any { return []any{&d.Key} })
	if err != nil {
		return nil, fmt.Errorf("list open heads %s: %w", which, err)
	}
	return heads, nil
}

// deployedHeads are the open heads whose verdict hangs on what is deployed. What is
// being judged right now may have looked too early.
func deployedHeads(ctx context.Context, c conn, in webhook.Intake, _ time.Time) ([]work.Due, error) {
	if !in.Deployed {
		return nil, nil
	}
	rows, err := c.QueryContext(ctx, `
		SELECT `+headKey+` FROM open_heads h
		WHERE h.repository = $1 AND (
			EXISTS (SELECT 1 FROM verdicts v WHERE v.repository = h.repository AND v.sha = h.sha AND v.deployed)
			OR EXISTS (SELECT 1 FROM work w WHERE w.key = `+headKey+` AND w.lease > 0))
		ORDER BY h.sha`, in.Repo.ID)
	heads, err := collect(rows, err, func(d *work.Due) []any { return []any{&d.Key} })
	if err != nil {
		return nil, fmt.Errorf("list heads that hang on a deployment: %w", err)
	}
	return heads, nil
}

// OnBase implements sweep.Memory. A head that is being judged right now may have been
// compared with the branch as it was: it counts as judged, and as hanging on anything.
func (s *Store) OnBase(ctx context.Context, repository int64, branch string) ([]sweep.OnBase, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT h.sha, COALESCE(v.concluded, FALSE) OR COALESCE(j.lease, 0) > 0, COALESCE(v.hangs, 'null'),
			COALESCE(v.any_path, FALSE) OR COALESCE(j.lease, 0) > 0
		FROM (SELECT DISTINCT p.repository, p.head AS sha FROM pulls p JOIN watched w ON w.repository = p.repository
			WHERE p.repository = $1 AND p.base_ref = $2 AND p.open) AS h
		LEFT JOIN verdicts v ON v.repository = h.repository AND v.sha = h.sha
		LEFT JOIN work j ON j.key = `+headKey+`
		ORDER BY h.sha`, repository, branch)
	heads, err := collect(rows, err, func(h *sweep.OnBase) []any {
		return []any{&h.SHA, &h.Judged, text{&h.Hangs}, &h.AnyPath}
	})
	if err != nil {
		return nil, fmt.Errorf("list open heads on %s of repository %d: %w", branch, repository, err)
	}
	return heads, nil
}
