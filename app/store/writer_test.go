package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"github.com/checkrein/checkrein/app/webhook"
)

// countCommits has SQLite itself count the transactions it makes durable.
func countCommits(t testing.TB, s *Store) *atomic.Int64 {
	t.Helper()
	sqliteOnly(t, "it counts SQLite's commits")
	var commits atomic.Int64
	must(t, s.queue.(*writer).conn.Raw(func(c any) error {
		hooks, ok := c.(sqlite.HookRegisterer)
		if !ok {
			return fmt.Errorf("%T takes no hooks", c)
		}
		hooks.RegisterCommitHook(func() int32 { commits.Add(1); return 0 })
		return nil
	}))
	return &commits
}

// hold keeps the writer busy until the answer is called, so that others queue up.
func hold(t testing.TB, s *Store) (release func()) {
	t.Helper()
	entered, leave := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- s.queue.do(context.Background(), func(context.Context, conn) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	<-entered
	return func() {
		t.Helper()
		close(leave)
		must(t, <-ended)
	}
}

func TestGroupCommit(t *testing.T) {
	s, _ := openTest(t)
	commits := countCommits(t, s)
	release := hold(t, s)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			if _, err := s.Accept(context.Background(), delivery(fmt.Sprint(i), shaA)); err != nil {
				t.Error(err)
			}
		})
	}
	release()
	all.Wait()
	if n := one[int](t, s, `SELECT count(*) FROM deliveries`); n != 64 {
		t.Errorf("%d of 64 deliveries stored", n)
	}
	if n := commits.Load(); n == 0 || n > 16 {
		t.Errorf("%d transactions for 64 deliveries, want a few", n)
	}
	if want := one[int](t, s, `SELECT want FROM work`); want != 64 {
		t.Errorf("want %d, want 64", want)
	}
}

// TestMembersFailAlone puts good and bad writes into one transaction.
func TestMembersFailAlone(t *testing.T) {
	s, _ := openTest(t)
	commits := countCommits(t, s)
	boom := errors.New("boom")
	canceled, cancel := context.WithCancel(t.Context())
	insert := func(id string, after error) func(context.Context, conn) error {
		return func(ctx context.Context, c conn) error {
			_, err := insertDelivery(ctx, c, delivery(id).Delivery, noon)
			return errors.Join(err, after)
		}
	}
	members := []*write{
		{ctx: t.Context(), do: insert("good", nil)},
		{ctx: t.Context(), do: insert("undone", boom)},
		{ctx: t.Context(), do: func(ctx context.Context, c conn) error {
			_, err := c.ExecContext(ctx, `INSERT INTO nowhere VALUES (1)`)
			return err
		}},
		{ctx: canceled, do: insert("canceled", nil)},
		{ctx: t.Context(), do: insert("good too", nil)},
	}
	cancel()
	results := s.queue.(*writer).durable(members)
	if results[0] != nil || results[4] != nil {
		t.Errorf("good members: %v, %v", results[0], results[4])
	}
	if !errors.Is(results[1], boom) || results[2] == nil || errors.Is(results[2], webhook.ErrUnavailable) || !errors.Is(results[3], context.Canceled) {
		t.Errorf("bad members: %v, %v, %v", results[1], results[2], results[3])
	}
	if ids := one[string](t, s, `SELECT group_concat(id, ',') FROM (SELECT id FROM deliveries ORDER BY id)`); ids != "good,good too" {
		t.Errorf("stored %q", ids)
	}
	if n := commits.Load(); n != 1 {
		t.Errorf("%d transactions, want one for all", n)
	}
}

// TestBrokenTransactionIsEverybodysFailure: nobody may be told of a success that is gone.
func TestBrokenTransactionIsEverybodysFailure(t *testing.T) {
	sqliteOnly(t, "one transaction serves many")
	s, _ := openTest(t)
	results := s.queue.(*writer).durable([]*write{
		{ctx: t.Context(), do: func(ctx context.Context, c conn) error {
			_, err := insertDelivery(ctx, c, delivery("early").Delivery, noon)
			return err
		}},
		{ctx: t.Context(), do: func(ctx context.Context, c conn) error {
			// As SQLite does by itself on a full disk or an I/O error.
			_, err := c.ExecContext(ctx, `ROLLBACK`)
			return errors.Join(err, errors.New("disk full"))
		}},
		{ctx: t.Context(), do: func(ctx context.Context, c conn) error {
			_, err := insertDelivery(ctx, c, delivery("late").Delivery, noon)
			return err
		}},
	})
	for i, err := range results {
		if err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("member %d: %v, want the failure", i, err)
		}
	}
	if n := one[int](t, s, `SELECT count(*) FROM deliveries`); n != 0 {
		t.Errorf("%d deliveries stored, want none", n)
	}
	accept(t, s, delivery("next", shaA)) // the writer goes on
}

func TestCallerNeedNotWait(t *testing.T) {
	sqliteOnly(t, "writes wait for each other")
	s, _ := openTest(t)
	release := hold(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Accept(ctx, delivery("one", shaA)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	release()
	if n := one[int](t, s, `SELECT count(*) FROM deliveries`); n != 0 {
		t.Errorf("%d deliveries stored that nobody waited for", n)
	}
}
