package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// FactKey is where the facts of one blob are kept.
type FactKey struct{ Blob, Reader string }

// Facts keeps what readers answered, by blob id: facts only, never verdicts.
// Losing them costs time, nothing else.
type Facts interface {
	// Prefetch says what Get will be asked for soon, so that it can be read at once.
	Prefetch(ctx context.Context, keys []FactKey)
	Get(ctx context.Context, key FactKey) ([]byte, bool)
	Put(ctx context.Context, key FactKey, facts []byte)
}

// factsAhead is of how many files facts are read at once.
const factsAhead = 512

// FactsVersion goes with every kept fact; facts of another version are stale.
const FactsVersion = migrations.Version*1000 + usage.Version

// kept is what is kept of one migration in one dialect.
type kept struct {
	File    *migrations.File `json:"file"`
	Ignores []checks.Ignore  `json:"ignores,omitempty"`
}

func migrationKey(blob, path string, d catalog.Dialect) FactKey {
	return FactKey{blob, fmt.Sprintf("schema:migration:%d:%s:%s", migrations.Version, d, path)}
}

func usageKey(blob, path string) FactKey {
	return FactKey{blob, fmt.Sprintf("schema:usage:%d:%s", usage.Version, path)}
}

// readMigration reads a migration with the ignores in it.
func (c *Check) readMigration(path string, data []byte, d catalog.Dialect, beside ...migrations.Beside) kept {
	return kept{File: migrations.Read(path, data, d, beside...), Ignores: policy.Inline(path, data, c.ruleIDs)}
}

func (c *Check) put(ctx context.Context, key FactKey, value any) {
	if c.facts == nil || key.Blob == "" {
		return
	}
	if data, err := json.Marshal(value); err == nil {
		c.facts.Put(ctx, key, data)
	}
}

// get takes a fact; false where it is not kept.
// ahead hands all out in parts; the facts of each part's keys are read before.
func ahead[T any](ctx context.Context, c *Check, all []T, keys func(T) []FactKey) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for part := range slices.Chunk(all, factsAhead) {
			var expected []FactKey
			for _, one := range part {
				expected = append(expected, keys(one)...)
			}
			if c.facts != nil && len(expected) > 0 {
				c.facts.Prefetch(ctx, expected)
			}
			if !yield(part) {
				return
			}
		}
	}
}

func (c *Check) get(ctx context.Context, key FactKey, value any) bool {
	if c.facts == nil || key.Blob == "" {
		return false
	}
	data, ok := c.facts.Get(ctx, key)
	return ok && json.Unmarshal(data, value) == nil
}
