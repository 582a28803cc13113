package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

const (
	shaA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	shaB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	shaC = "cccccccccccccccccccccccccccccccccccccccc"
)

var (
	noon  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	infra = webhook.Repo{ID: 42, Installation: 9, Owner: "acme", Name: "infra"}
)

// clock is a time that stands still until it is moved.
type clock struct{ ms atomic.Int64 }

func (c *clock) now() time.Time                                   { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) at(context.Context, *sql.Conn) (time.Time, error) { return c.now(), nil }
func (c *clock) advance(d time.Duration)                          { c.ms.Add(d.Milliseconds()) }

// open opens the database of a folder; the clock is the real one.
func open(t testing.TB, dir string) *Store {
	t.Helper()
	where, err := address(dir)
	must(t, err)
	s, err := Open(t.Context(), where)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() }) // a test may have closed it
	return s
}

// goBy has a store go by another clock.
func (s *Store) goBy(c timekeeper) {
	s.clock = c
	switch q := s.queue.(type) {
	case *writer:
		q.clock = c
	case *pooled:
		q.clock = c
	}
}

// openAt opens the database in a folder, with a clock that stands at noon.
func openAt(t testing.TB, dir string) (*Store, *clock) {
	t.Helper()
	s := open(t, dir)
	c := &clock{}
	c.ms.Store(noon.UnixMilli())
	s.goBy(c)
	return s, c
}

func openTest(t testing.TB) (*Store, *clock) {
	t.Helper()
	return openAt(t, t.TempDir())
}

// executing is a write of one statement.
func executing(statement string) func(context.Context, conn) error {
	return func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, statement)
		return err
	}
}

// must fails the test on an error in the middle of a story.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// delivery is an intake with a payload that makes the given heads due.
func delivery(id string, shas ...string) webhook.Intake {
	in := webhook.Intake{Repo: infra, Delivery: webhook.Delivery{ID: id, Event: "pull_request", Action: "opened",
		Installation: 9, Repository: 42, Received: noon, Payload: []byte(`{"id":"` + id + `"}`)}}
	for _, sha := range shas {
		in.Due = append(in.Due, work.Due{Key: work.HeadKey(42, sha)})
	}
	return in
}

func accept(t testing.TB, s *Store, in webhook.Intake) webhook.Outcome {
	t.Helper()
	outcome, err := s.Accept(t.Context(), in)
	must(t, err)
	return outcome
}

// claim takes the next row, which must be there.
func claim(t testing.TB, s *Store) *work.Claim {
	t.Helper()
	c, err := s.Claim(t.Context(), time.Minute)
	must(t, err)
	if c == nil {
		t.Fatal("nothing is due")
	}
	return c
}

func nothingDue(t testing.TB, s *Store) {
	t.Helper()
	c, err := s.Claim(t.Context(), time.Minute)
	must(t, err)
	if c != nil {
		t.Fatalf("claimed %+v, want nothing due", c)
	}
}

// one reads a single value.
func one[T any](t testing.TB, s *Store, query string, args ...any) T {
	t.Helper()
	var v T
	must(t, s.read.QueryRowContext(t.Context(), query, args...).Scan(&v))
	return v
}

func TestOpenAddresses(t *testing.T) {
	dir := t.TempDir()
	for address, says := range map[string]string{
		"sqlite:" + filepath.Join(dir, "plain.db"):             "",
		"sqlite://" + filepath.Join(dir, "slashes.db"):         "",
		"sqlite:" + filepath.Join(dir, "a b?mode=ro#%41;é.db"): "",
		"sqlite:" + filepath.Join(dir, "missing", "x.db"):      "no such file or directory",
		"sqlite:" + dir: "is a directory",
		"sqlite:":       "no path in the address",
		"postgres://bob:hunter2@localhost:1/checkrein": "open database checkrein on localhost",
		"postgresql://bob:hunter2@localhost:x/":        "database: ",
		"mysql://bob:hunter2@db":                       `kind "mysql"; use sqlite:PATH or postgres://`,
		"checkrein.db":                                 "use sqlite:PATH",
	} {
		s, err := Open(t.Context(), address)
		if err == nil {
			must(t, s.Close())
		}
		switch {
		case says == "" && err != nil, says != "" && (err == nil || !strings.Contains(err.Error(), says)):
			t.Errorf("%s: error %v, want %q", address, err, says)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("the password is told: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "a b?mode=ro#%41;é.db")); err != nil {
		t.Errorf("the path was read as something else: %v", err)
	}
}

func TestOpenRelativePath(t *testing.T) {
	sqliteOnly(t, "a file")
	t.Chdir(t.TempDir())
	s, err := Open(t.Context(), "sqlite:checkrein.db")
	must(t, err)
	must(t, s.Close())
	info, err := os.Stat("checkrein.db")
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600: payloads are inside", info.Mode())
	}
}

func TestOpenRefusesASecondProcess(t *testing.T) {
	sqliteOnly(t, "many processes share a server")
	dir := t.TempDir()
	s, _ := openAt(t, dir)
	address := "sqlite:" + filepath.Join(dir, "checkrein.db")
	_, err := Open(t.Context(), address)
	if err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Fatalf("second opening: %v", err)
	}
	must(t, s.Close())
	again, err := Open(t.Context(), address)
	must(t, err)
	must(t, again.Close())
}

func TestOpenRefusesWhatItDoesNotKnow(t *testing.T) {
	sqliteOnly(t, "a file")
	dir := t.TempDir()
	path := filepath.Join(dir, "text.db")
	must(t, os.WriteFile(path, []byte(strings.Repeat("this is no database\n", 100)), 0o600))
	if _, err := Open(t.Context(), "sqlite:"+path); err == nil || !strings.Contains(err.Error(), "not a database") {
		t.Errorf("a text file: %v", err)
	}
}

func TestOpenRefusesANewerSchema(t *testing.T) {
	dir := t.TempDir()
	s, _ := openAt(t, dir)
	must(t, s.queue.do(t.Context(), executing(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)`)))
	must(t, s.Close())
	where, err := address(dir)
	must(t, err)
	if _, err := Open(t.Context(), where); err == nil || !strings.Contains(err.Error(), "written by a newer one") {
		t.Errorf("a newer schema: %v", err)
	}
}

func TestReopenKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	s, _ := openAt(t, dir)
	accept(t, s, delivery("one", shaA))
	must(t, s.Close())
	if _, err := s.Accept(t.Context(), delivery("two", shaB)); !errors.Is(err, webhook.ErrUnavailable) {
		t.Errorf("after Close: %v, want ErrUnavailable", err)
	}

	s, _ = openAt(t, dir) // migrations run again and change nothing
	if outcome := accept(t, s, delivery("one", shaA)); outcome != webhook.Repeated {
		t.Errorf("outcome %v, want Repeated", outcome)
	}
	if c := claim(t, s); c.Key != work.HeadKey(42, shaA) || c.Want != 1 {
		t.Errorf("claimed %+v", c)
	}
	if n := one[int](t, s, `SELECT count(*) FROM goose_db_version WHERE version_id > 0`); n != 6 {
		t.Errorf("%d migrations noted, want 6", n)
	}
}

// TestDurability reads back what the engine's promises hang on.
func TestDurability(t *testing.T) {
	sqliteOnly(t, "its settings")
	s, _ := openTest(t)
	var journal string
	var synchronous int
	must(t, s.queue.do(t.Context(), func(ctx context.Context, c conn) error {
		return errors.Join(c.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&journal),
			c.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&synchronous))
	}))
	if journal != "wal" || synchronous != 2 {
		t.Errorf("journal %s, synchronous %d; want wal and 2 (FULL)", journal, synchronous)
	}
	if _, err := s.read.ExecContext(t.Context(), `DELETE FROM work`); err == nil {
		t.Error("the reading pool can write")
	}
}

func TestStoreThatCannotBeWritten(t *testing.T) {
	sqliteOnly(t, "its ways to be full; see TestServerInTrouble")
	for name, pragma := range map[string]string{
		"read-only": `PRAGMA query_only = 1`,
		"full":      `PRAGMA max_page_count = 1`, // SQLite raises it to the present size
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTest(t)
			_, err := s.queue.(*writer).conn.ExecContext(t.Context(), pragma)
			must(t, err)
			in := delivery("one", shaA)
			in.Delivery.Payload = make([]byte, 1<<20)
			if _, err := s.Accept(t.Context(), in); !errors.Is(err, webhook.ErrUnavailable) {
				t.Errorf("error %v, want ErrUnavailable", err)
			}
			_, err = s.queue.(*writer).conn.ExecContext(t.Context(), `PRAGMA query_only = 0; PRAGMA max_page_count = 1000000`)
			must(t, err)
			if outcome := accept(t, s, in); outcome != webhook.Stored {
				t.Errorf("outcome %v once there is room, want Stored: the failure must have left nothing", outcome)
			}
		})
	}
}

// begin notes a run in progress on the claim's head, A.
func begin(t testing.TB, s *Store, c *work.Claim, id int64) {
	t.Helper()
	p, _, err := s.Verdict(t.Context(), 42, shaA)
	must(t, err)
	p.Repository, p.SHA = 42, shaA
	if p.Runs == nil {
		p.Runs = map[string]pull.PublishedRun{}
	}
	p.Runs["checkrein"] = pull.PublishedRun{ID: id}
	if p.At.IsZero() {
		p.At = noon
	}
	must(t, s.SetVerdict(t.Context(), c, p))
}
