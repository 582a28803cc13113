// Package enforce finds out whether the check is required and bound to this app. On
// 2024-07-18 the check that would have told existed, and nothing required it.
package enforce

import (
	"context"
	"time"

	"github.com/checkrein/checkrein/app/hub"
)

// State is what was found about the default branch of one repository.
type State struct {
	Branch   string `json:"branch"`
	Required bool   `json:"required"`
	// Bound: only this app's run of that name satisfies the rule.
	Bound bool `json:"bound"`
	// Other is the id of the app whose run the rule wants instead; 0: anybody's counts, or Bound.
	Other int64 `json:"other,omitempty"`
	// Sources say where it is required, in words.
	Sources []string `json:"sources,omitempty"`
	// Problem says why it is not known; then the others mean nothing.
	Problem string    `json:"problem,omitempty"`
	Checked time.Time `json:"checked"`
	// Lost is since when a requirement that was once there is gone; zero: it is there, or never was.
	Lost time.Time `json:"lost,omitzero"`
	// LostBound: what is gone was bound to this app, so only a rule that is bound brings it back.
	LostBound bool `json:"lost_bound,omitempty"`
}

// GitHub is what looking asks of GitHub.
type GitHub interface {
	// Required lists the status checks that rulesets and classic protection require of a branch.
	Required(ctx context.Context, repo hub.Repo, branch string) ([]hub.Required, error)
}
