package images

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/spread"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/mixedtree"
)

// TestGroups: side by side, group by group, a tree comes to the same as one file after the
// other; and where a bound is met, that is not taken for an answer.
func TestGroups(t *testing.T) {
	p, problems := policy.Parse("policy", []byte("version: 1\n"), nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c := New(p, ruleIDs(), nil, nil)
	s := &side{tree: tree.Memory("head", mixedtree.Files(1000)), known: map[string]known{}}
	if err := c.gatherAll(context.Background(), s, nil); err != nil {
		t.Fatal(err)
	}
	s.link()
	groups, files := s.together.groups(), len(s.together.paths)
	if len(groups) < 50 || !slices.ContainsFunc(groups, func(g []int) bool { return len(g) > 1 }) {
		t.Fatalf("%d groups: the tree is of no use for this", len(groups))
	}
	apart, one := make([]judged, 2*files), make([]judged, 2*files)
	if !s.judgeGroups(c, groups, apart) {
		t.Fatal("a bound was met")
	}
	s.judgeGroup(c, slices.Collect(spread.UpTo(files)), one)
	for i := range one {
		if diff := cmp.Diff(one[i].references, apart[i].references) + cmp.Diff(one[i].findings, apart[i].findings); diff != "" {
			t.Errorf("%s: -one after the other +by groups\n%s", s.together.paths[i%files], diff)
		}
	}
	s.match.left = 0
	if s.judgeGroups(c, groups, apart) {
		t.Error("no path may be held against a glob any more, and nobody noticed")
	}
}
