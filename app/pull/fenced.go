package pull

import (
	"context"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/work"
)

// fenced writes to GitHub only while a claim's lease lasts: whoever stood still for longer
// has been taken over by another, and would tell everything twice.
type fenced struct {
	GitHub
	memory Memory
	claim  *work.Claim
}

// CreateRun implements GitHub.
func (f fenced) CreateRun(ctx context.Context, repo hub.Repo, run hub.Run) (int64, error) {
	if err := f.memory.Held(ctx, f.claim); err != nil {
		return 0, err
	}
	return f.GitHub.CreateRun(ctx, repo, run)
}

// UpdateRun implements GitHub.
func (f fenced) UpdateRun(ctx context.Context, repo hub.Repo, run hub.Run) error {
	if err := f.memory.Held(ctx, f.claim); err != nil {
		return err
	}
	return f.GitHub.UpdateRun(ctx, repo, run)
}

// CreateComment implements GitHub.
func (f fenced) CreateComment(ctx context.Context, repo hub.Repo, pull int, body string) (int64, error) {
	if err := f.memory.Held(ctx, f.claim); err != nil {
		return 0, err
	}
	return f.GitHub.CreateComment(ctx, repo, pull, body)
}

// UpdateComment implements GitHub.
func (f fenced) UpdateComment(ctx context.Context, repo hub.Repo, id int64, body string) error {
	if err := f.memory.Held(ctx, f.claim); err != nil {
		return err
	}
	return f.GitHub.UpdateComment(ctx, repo, id, body)
}
