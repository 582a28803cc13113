package tree

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTags(t *testing.T) {
	r, main, branch, other := history(t)
	r.git("tag", "v1", main[0])
	r.git("tag", "-a", "-m", "x", "v2/\xc3\xa9", main[1])
	r.git("tag", "side", branch)
	r.git("tag", "far", other)
	r.git("tag", "tree", main[0]+"^{tree}")
	o, ctx := r.open(), context.Background()
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	one := func(name, commit string) Tag { return Tag{name, commit, day} }
	v1, v2, side, far := one("v1", main[0]), one("v2/\xc3\xa9", main[1]), one("side", branch), one("far", other)
	for on, want := range map[string][]Tag{
		"": {far, side, v1, v2}, main[1]: {v1, v2}, branch: {side, v1}, other: {far}, main[0]: {v1},
	} {
		got, err := o.Tags(ctx, on)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tags on %q (-want +got):\n%s", on, diff)
		}
	}
	if date, err := o.Date(ctx, branch); err != nil || !date.Equal(day) {
		t.Errorf("date %v, %v", date, err)
	}
	for _, bad := range []string{"main", "--all", ""} {
		_, tags := o.Tags(ctx, bad)
		_, date := o.Date(ctx, bad)
		_, _, apart := o.Apart(ctx, bad, branch)
		if bad != "" && tags == nil || date == nil || apart == nil {
			t.Errorf("%q passes as an id: %v, %v, %v", bad, tags, date, apart)
		}
	}
}

func TestApart(t *testing.T) {
	r, main, branch, other := history(t)
	o, ctx := r.open(), context.Background()
	for _, c := range []struct {
		a, b         string
		onlyA, onlyB int
	}{{main[0], main[1], 0, 1}, {main[1], main[0], 1, 0}, {main[1], branch, 1, 1}, {branch, branch, 0, 0}, {branch, other, 2, 1}} {
		onlyA, onlyB, err := o.Apart(ctx, c.a, c.b)
		if err != nil || onlyA != c.onlyA || onlyB != c.onlyB {
			t.Errorf("%s and %s: %d and %d apart (%v), want %d and %d", c.a, c.b, onlyA, onlyB, err, c.onlyA, c.onlyB)
		}
	}
}
