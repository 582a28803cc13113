package spread

import (
	"strings"
	"sync/atomic"
	"testing"
)

func TestSpreadDoesEveryJobOnce(t *testing.T) {
	var done [1000]atomic.Int32
	Jobs(UpTo(len(done)), func(_, job int) { done[job].Add(1) })
	for i := range done {
		if n := done[i].Load(); n != 1 {
			t.Errorf("job %d was done %d times", i, n)
		}
	}
}

// TestSpreadPanics: what a worker panics with reaches whoever guards the check, and nobody
// waits for ever.
func TestSpreadPanics(t *testing.T) {
	defer func() {
		if told, _ := recover().(string); !strings.HasPrefix(told, "a bad file\n") || !strings.Contains(told, "spread_test.go") {
			t.Errorf("recovered %q, want the worker's panic with its stack", told)
		}
	}()
	Jobs(UpTo(1000), func(_, job int) {
		if job%10 == 3 {
			panic("a bad file")
		}
	})
	t.Error("Jobs returned")
}
