// Package sweep finds what no webhook tells.
package sweep

import (
	"context"
	"fmt"

	"github.com/checkrein/checkrein/app/webhook"
)

// Memory is what a sweep needs of the store.
type Memory interface {
	// OpenHeads lists the heads that an open pull request or merge group has and that
	// have no concluded verdict, and those with a run that was begun and not ended.
	OpenHeads(ctx context.Context) ([]webhook.Due, error)
	MakeDue(ctx context.Context, due []webhook.Due) error
}

// Start makes everything due that an earlier process left without a verdict.
func Start(ctx context.Context, memory Memory) error {
	due, err := memory.OpenHeads(ctx)
	if err != nil {
		return fmt.Errorf("look for heads without a verdict: %w", err)
	}
	if err := memory.MakeDue(ctx, due); err != nil {
		return fmt.Errorf("make heads without a verdict due: %w", err)
	}
	return nil
}
