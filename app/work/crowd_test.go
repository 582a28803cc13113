package work

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWorkerLeavesRoom: a slow kind that was due first takes no more than its places,
// and has them again as soon as one is free, not at the next poll.
func TestWorkerLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		q := newFakeQueue("sweep:1", "sweep:2", "sweep:3", "head:1@a", "head:1@b", "head:1@c")
		ended := make(chan string, 10)
		w := newWorker(q, func(_ context.Context, c *Claim) error {
			if c.Kind == KindSweep {
				time.Sleep(20 * time.Second)
			} else {
				time.Sleep(time.Second)
			}
			ended <- fmt.Sprintf("%s after %v", c.Key, time.Since(begun))
			return nil
		})
		w.Parallel, w.Most = 2, map[string]int{KindSweep: 1}
		w.Poll = 10 * time.Minute
		stop := start(t, w)
		time.Sleep(70 * time.Second)
		if err := stop(); err != nil {
			t.Error(err)
		}
		close(ended)
		var got []string
		for line := range ended {
			got = append(got, line)
		}
		want := []string{"head:1@a after 1s", "head:1@b after 2s", "head:1@c after 3s",
			"sweep:1 after 20s", "sweep:2 after 40s", "sweep:3 after 1m0s"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ended (-want +got):\n%s", diff)
		}
	})
}

func TestCrowdIsFullByKind(t *testing.T) {
	c := newCrowd(map[string]int{KindSweep: 2, KindBase: 1})
	told := func() string { return fmt.Sprint(c.without()) }
	for _, step := range []struct {
		do   func(string)
		kind string
		want string
	}{
		{c.enter, KindSweep, "[]"},
		{c.enter, KindHead, "[]"},
		{c.enter, KindSweep, "[sweep]"},
		{c.enter, KindBase, "[base sweep]"},
		{c.leave, KindSweep, "[base]"},
		{c.leave, KindHead, "[base]"},
		{c.leave, KindBase, "[]"},
	} {
		if step.do(step.kind); told() != step.want {
			t.Errorf("after %s: without %s, want %s", step.kind, told(), step.want)
		}
	}
}
