package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/fixtures/postgrestest"
)

// replicas are processes that share a database; they go by one clock that stands still.
func replicas(t *testing.T, n int) ([]*Store, *clock) {
	t.Helper()
	postgresOnly(t)
	dir := t.TempDir()
	first, c := openAt(t, dir)
	all := []*Store{first}
	for len(all) < n {
		s := open(t, dir)
		s.goBy(c)
		all = append(all, s)
	}
	return all, c
}

func TestMigrateAtOnce(t *testing.T) {
	postgresOnly(t)
	where, err := address(t.TempDir())
	must(t, err)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := Open(t.Context(), where)
			if err == nil {
				err = s.Close()
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// TestReplicasShareWork: every key is claimed once, whoever asks, and deliveries that come
// to two at the same time are stored once.
func TestReplicasShareWork(t *testing.T) {
	all, _ := replicas(t, 3)
	const keys = 60
	var claimed sync.Map
	var senders, workers sync.WaitGroup
	for i := range keys {
		for _, s := range all {
			senders.Go(func() {
				if _, err := s.Accept(context.Background(), delivery(fmt.Sprint(i), fmt.Sprintf("%040x", i))); err != nil {
					t.Error(err)
				}
			})
		}
	}
	senders.Wait()
	if n := one[int](t, all[0], `SELECT sum(want) FROM work`); n != keys {
		t.Errorf("%d times wanted, want %d: a delivery was stored twice or not at all", n, keys)
	}
	for _, s := range append(all, all...) {
		workers.Go(func() {
			for {
				c, err := s.Claim(context.Background(), time.Minute)
				if err != nil || c == nil {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if _, twice := claimed.LoadOrStore(c.Key, true); twice {
					t.Errorf("%s was claimed twice", c.Key)
				}
				if err := s.Done(context.Background(), c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()
	if n := one[int](t, all[0], `SELECT count(*) FROM work WHERE want > done`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if n := one[int](t, all[0], `SELECT count(*) FROM deliveries WHERE done = 0 OR payload IS NOT NULL`); n != 0 {
		t.Errorf("%d deliveries are not done", n)
	}
}

// TestDelayedWriterIsRefused: a process that stood still while its lease ran out writes
// nothing any more, and while it writes nobody else gets the key.
func TestDelayedWriterIsRefused(t *testing.T) {
	all, clock := replicas(t, 2)
	accept(t, all[0], delivery("one", shaA))
	late := claim(t, all[0])
	verdict := pull.Published{Repository: 42, SHA: shaA, Conclusion: "failure", At: noon}

	writing, goOn := make(chan struct{}), make(chan struct{})
	written := make(chan error)
	go func() {
		written <- all[0].queue.do(context.Background(), func(ctx context.Context, c conn) error {
			if err := fence(ctx, c, late); err != nil {
				return err
			}
			close(writing)
			<-goOn
			return writeVerdict(ctx, c, verdict)
		})
	}()
	<-writing
	clock.advance(2 * time.Minute)
	nothingDue(t, all[1]) // the lease has run out, and the row is held all the same
	close(goOn)
	must(t, <-written)
	if err := all[0].Held(t.Context(), late); !errors.Is(err, work.ErrLost) {
		t.Errorf("a lease that has run out is held: %v", err)
	}

	now := claim(t, all[1])
	if now.Token <= late.Token || !now.Resumed {
		t.Errorf("claimed %+v after %+v", now, late)
	}
	for what, err := range map[string]error{
		"renew":   all[0].Renew(t.Context(), late, time.Minute),
		"done":    all[0].Done(t.Context(), late),
		"retry":   all[0].Retry(t.Context(), late, noon, "late"),
		"park":    all[0].Park(t.Context(), late, "late"),
		"verdict": all[0].SetVerdict(t.Context(), late, verdict),
	} {
		if !errors.Is(err, work.ErrLost) {
			t.Errorf("%s of the delayed one: %v, want ErrLost", what, err)
		}
	}
	must(t, all[1].Held(t.Context(), now))
	must(t, all[1].Done(t.Context(), now))
}

// TestTwoFinishADelivery at the same time: it is done, and its payload gone.
func TestTwoFinishADelivery(t *testing.T) {
	all, _ := replicas(t, 2)
	for i := range 20 {
		accept(t, all[0], delivery(fmt.Sprint(i), shaA, shaB))
		var both sync.WaitGroup
		for _, s := range all {
			c := claim(t, s)
			both.Go(func() {
				if err := s.Done(context.Background(), c); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	if n := one[int](t, all[0], `SELECT count(*) FROM deliveries WHERE done = 0 OR payload IS NOT NULL`); n != 0 {
		t.Errorf("%d of 20 deliveries are not done", n)
	}
}

func TestScheduledOnceForAll(t *testing.T) {
	all, clock := replicas(t, 2)
	runs := 0
	for range 5 {
		for _, s := range all {
			must(t, s.Schedule(t.Context(), work.KindPurge, time.Hour)) // as every process does when it starts
			c, err := s.Claim(t.Context(), time.Minute)
			must(t, err)
			if c != nil {
				runs++
				must(t, s.Done(t.Context(), c))
			}
		}
		clock.advance(time.Hour)
	}
	if runs != 5 {
		t.Errorf("%d runs in five hours, want 5", runs)
	}
}

// TestServerClock: what time it is says the server, inside of transactions and outside.
func TestServerClock(t *testing.T) {
	postgresOnly(t)
	s := open(t, t.TempDir())
	s.clock.(*serverClock).server = noon // as of a look long ago, or of another server
	if d := s.Now().Sub(noon); d < 0 || d > time.Minute {
		t.Errorf("now is %v after the last look", d)
	}
	must(t, s.queue.do(t.Context(), func(ctx context.Context, c conn) error {
		var ms int64
		err := c.QueryRowContext(ctx, `SELECT (extract(epoch FROM now()) * 1000)::bigint`).Scan(&ms)
		if d := c.now().Sub(time.UnixMilli(ms)); d < -time.Second || d > time.Second {
			t.Errorf("a transaction happens %v after the server's time", d)
		}
		return err
	}))
	if d := time.Since(s.Now()); d < -time.Minute || d > time.Minute {
		t.Errorf("now is %v away: the look of the transaction was not taken over", d)
	}
}

func TestTurns(t *testing.T) {
	all, _ := replicas(t, 2)
	release, err := all[0].Turn(t.Context(), "comment 42/7")
	must(t, err)
	for _, s := range all { // of the same process and of another one
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := s.Turn(ctx, "comment 42/7"); err == nil || ctx.Err() == nil {
			t.Errorf("two have the turn: %v", err)
		}
		cancel()
		other, err := s.Turn(t.Context(), "comment 42/8")
		must(t, err)
		other()
	}
	got := make(chan error)
	go func() {
		release, err := all[1].Turn(context.Background(), "comment 42/7")
		if err == nil {
			defer release()
		}
		got <- err
	}()
	release()
	must(t, <-got)
	release, err = all[0].Turn(t.Context(), "comment 42/7")
	must(t, err)
	_, err = all[1].write.ExecContext(t.Context(), `
		SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint << 32 | objid::bigint = $1`, lockID("comment 42/7"))
	must(t, err) // as when its process ends
	other, err := all[1].Turn(t.Context(), "comment 42/7")
	must(t, err)
	release() // of the connection that is gone
	other()
}

func TestProcesses(t *testing.T) {
	all, _ := replicas(t, 3)
	count := func() int {
		t.Helper()
		n, err := all[0].Processes(t.Context())
		must(t, err)
		return n
	}
	before := count() // tests of other packages may share the server
	for i, s := range all {
		_, err := s.Processes(t.Context())
		must(t, err)
		if n := count(); n != before+i {
			t.Errorf("%d processes, want %d", n, before+i)
		}
	}
	must(t, all[2].Close())
	waitFor(t, func() bool { return count() == before+1 })
}

func TestGuardIsAlone(t *testing.T) {
	all, _ := replicas(t, 2)
	first, second, elsewhere := all[0].Guard("https://ghcr.io"), all[1].Guard("https://ghcr.io"), all[1].Guard("https://elsewhere")
	must(t, errors.Join(first.Alone(t.Context()), first.Alone(t.Context()), elsewhere.Alone(t.Context())))
	if _, err := second.Lock(t.Context(), "acme/app"); !errors.Is(err, errTaken) {
		t.Errorf("a second guard: %v, want errTaken", err)
	}
	must(t, all[0].Close())
	unlock, err := second.Lock(t.Context(), "acme/app")
	must(t, err)
	unlock()
}

// A server that is away is waited for; one that does not know the name is not.
func TestOpenLater(t *testing.T) {
	_, err := Open(t.Context(), "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable")
	if !errors.Is(err, ErrLater) {
		t.Errorf("nobody listens: %v, want ErrLater", err)
	}
	file := filepath.Join(t.TempDir(), "checkrein.db")
	must(t, os.WriteFile(file, []byte(strings.Repeat("a letter to a friend\n", 100)), 0o600))
	if _, err = Open(t.Context(), "sqlite:"+file); err == nil || errors.Is(err, ErrLater) {
		t.Errorf("no database: %v, want an error that no waiting mends", err)
	}
	server, err := postgrestest.Find()
	if errors.Is(err, postgrestest.ErrNone) {
		t.Skip(err)
	}
	must(t, err)
	t.Cleanup(func() { must(t, server.Close()) })
	u, err := url.Parse(server.Address())
	must(t, err)
	u.Path = "/no_such_database"
	if _, err = Open(t.Context(), u.String()); err == nil || errors.Is(err, ErrLater) {
		t.Errorf("no such database: %v, want an error that no waiting mends", err)
	}
}

// TestServerInTrouble: nothing is acknowledged that is not stored, it is told as what
// passes by, and the same process goes on afterwards.
func TestServerInTrouble(t *testing.T) {
	postgresOnly(t)
	server, err := postgrestest.Start()
	if errors.Is(err, postgrestest.ErrNone) {
		t.Skip(err)
	}
	must(t, err)
	t.Cleanup(func() { must(t, server.Close()) })
	s, err := Open(t.Context(), server.Address())
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	for name, trouble := range map[string]struct {
		begin postgrestest.Trouble
		says  string
	}{
		"away":      {server.Away, "connect"},
		"read-only": {server.ReadOnly, "read-only"},
		"full":      {server.Full("marks", "deliveries"), "No space left"},
	} {
		t.Run(name, func(t *testing.T) {
			accept(t, s, delivery(name+" before", shaA))
			end, err := trouble.begin()
			must(t, err)
			_, accepted := s.Accept(t.Context(), delivery(name, shaA))
			for _, err := range []error{accepted, s.Ping(t.Context())} {
				if !errors.Is(err, webhook.ErrUnavailable) || !strings.Contains(err.Error(), trouble.says) {
					t.Errorf("error %v, want ErrUnavailable with %q", err, trouble.says)
				}
			}
			must(t, end())
			waitFor(t, func() bool { return s.Ping(t.Context()) == nil })
			if outcome := accept(t, s, delivery(name, shaA)); outcome != webhook.Stored {
				t.Errorf("outcome %v afterwards, want Stored: the failure must have left nothing", outcome)
			}
			waitFor(t, func() bool { // each connection that is gone fails once
				_, err := s.Backlog(t.Context())
				return err == nil
			})
		})
	}
	t.Run("restarted", func(t *testing.T) { // between two writes: nobody notices
		end, err := server.Away()
		must(t, errors.Join(err, end()))
		accept(t, s, delivery("restarted", shaA))
	})
}
