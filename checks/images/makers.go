package images

import (
	"context"
	"fmt"

	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/tree"
)

// maxMakers is how many files are read only for what they build and push; with more it is
// not known what is pushed.
const maxMakers = 200

// readMakers reads the files that tell what the repository builds itself, on both sides:
// where a whole tree is judged they were read anyway.
func (c *Check) readMakers(ctx context.Context, sides ...*side) error {
	var makers []*side
	var wants []tree.Want
	for _, s := range sides {
		entries, _, err := s.tree.List(ctx)
		if err != nil {
			return fmt.Errorf("list the files that may build images: %w", err)
		}
		m := &side{tree: s.tree, known: map[string]known{}}
		for _, e := range entries {
			if _, read := s.known[e.Path]; read || e.Mode != tree.Regular || !iac.HasCommands(e.Path) {
				continue
			}
			if len(m.wanted) == maxMakers {
				s.makersLeft = true
				break
			}
			m.wanted = append(m.wanted, e.Path)
		}
		m.recall(ctx, c)
		makers, wants = append(makers, m), append(wants, tree.Want{Tree: m.tree, Paths: m.wanted})
	}
	if err := tree.Prefetch(ctx, wants...); err != nil {
		return fmt.Errorf("read the files that may build images: %w", err)
	}
	for i, m := range makers {
		for _, p := range m.wanted {
			m.load(c, p)
		}
		sides[i].makers, sides[i].subjects = m.known, nil
	}
	return nil
}
