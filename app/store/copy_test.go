package store

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

// filled is a database with something of everything that values can be, closed.
func filled(t *testing.T, where string) {
	t.Helper()
	s, err := Open(t.Context(), where)
	must(t, err)
	for _, sha := range []string{shaA, shaB} {
		accept(t, s, delivery("of "+sha, sha))
	}
	c := claim(t, s)
	must(t, s.SetVerdict(t.Context(), c, pull.Published{Repository: 42, SHA: strings.TrimPrefix(c.Key, "head:42@"), Conclusion: "failure", At: noon, Rests: true}))
	must(t, s.Done(t.Context(), c))
	must(t, s.PutFacts(t.Context(), 1, map[images.FactKey][]byte{{Blob: "empty", Reader: "r"}: nil, {Blob: "bytes", Reader: "r"}: {0, 255, 254}}))
	must(t, s.Schedule(t.Context(), "purge", time.Hour))
	must(t, s.SetMark(t.Context(), "sweep", noon))
	memory := s.Guard("https://ghcr.io")
	id, err := memory.Begin(t.Context(), guard.Intent{At: noon, Package: "acme/app", Digest: registry.DigestOf([]byte("one")), Who: "\xff\x00 é ☂", Did: "delete"})
	must(t, err)
	memory.End(id, guard.Kept, guard.Record{At: noon, Package: "acme/app", Event: guard.NotDeleted, Who: "ada", Intent: id})
	must(t, s.Close())
}

func TestCopy(t *testing.T) {
	file := "sqlite:" + filepath.Join(t.TempDir(), "from.db")
	filled(t, file)
	to, err := address(t.TempDir()) // where these tests run on a server: there
	must(t, err)
	told := map[string]bool{}
	there, err := Copy(t.Context(), file, to, func(table string, _ int) { told[table] = true })
	must(t, err)
	rows := map[string]int{}
	for _, one := range there {
		rows[one.Table] = one.Rows
	}
	for table, want := range map[string]int{"deliveries": 2, "work": 3, "facts": 2, "verdicts": 1, "decisions": 2, "intents": 1, "voices": 0} {
		if rows[table] != want || told[table] != (want > 0) {
			t.Errorf("%s: %d rows, told %v; want %d", table, rows[table], told[table], want)
		}
	}
	back := "sqlite:" + filepath.Join(t.TempDir(), "back.db")
	again, err := Copy(t.Context(), to, back, func(string, int) {})
	must(t, err)
	if diff := cmp.Diff(drop(there, "marks"), drop(again, "marks")); diff != "" { // a server's has the mark of its ping
		t.Errorf("there and back (-there +back):\n%s", diff)
	}

	s, err := Open(t.Context(), to)
	must(t, err)
	defer s.Close()
	accept(t, s, delivery("of "+shaA, shaA))
	if n := one[int](t, s, `SELECT count(*) FROM deliveries`); n != 2 {
		t.Errorf("%d deliveries: one that was copied is not known", n)
	}
	memory := s.Guard("https://ghcr.io")
	id, err := memory.Begin(t.Context(), guard.Intent{At: noon, Package: "acme/app"})
	must(t, err)
	if id != 2 {
		t.Errorf("the next intent has number %d, want 2", id)
	}
}

func drop(all []Copied, table string) (others []Copied) {
	for _, one := range all {
		if one.Table != table {
			others = append(others, one)
		}
	}
	return others
}

func TestCopyRefuses(t *testing.T) {
	dir := t.TempDir()
	from, other := "sqlite:"+filepath.Join(dir, "from.db"), "sqlite:"+filepath.Join(dir, "other.db")
	filled(t, from)
	filled(t, other)
	silent := func(string, int) {}
	if _, err := Copy(t.Context(), from, other, silent); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a target with rows: %v", err)
	}
	if _, err := Copy(t.Context(), "sqlite:"+filepath.Join(dir, "none.db"), "sqlite:"+filepath.Join(dir, "new.db"), silent); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a source that is not there: %v", err)
	}
	s, err := Open(t.Context(), from)
	must(t, err)
	defer s.Close()
	if _, err := Copy(t.Context(), from, "sqlite:"+filepath.Join(dir, "new.db"), silent); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("a source that is in use: %v", err)
	}
}

// TestCopyComparesWhatArrived: a target that keeps something else than it was given gets
// nothing.
func TestCopyComparesWhatArrived(t *testing.T) {
	dir := t.TempDir()
	from, to := "sqlite:"+filepath.Join(dir, "from.db"), "sqlite:"+filepath.Join(dir, "to.db")
	filled(t, from)
	s, err := Open(t.Context(), to)
	must(t, err)
	must(t, s.queue.do(t.Context(), executing(`CREATE TRIGGER twist AFTER INSERT ON facts BEGIN UPDATE facts SET reader = 'R'; END`)))
	must(t, s.Close())
	if _, err := Copy(t.Context(), from, to, func(string, int) {}); err == nil || !strings.Contains(err.Error(), "copy facts: 2 rows with digest") {
		t.Errorf("error %v, want one about facts", err)
	}
	s, err = Open(t.Context(), to)
	must(t, err)
	defer s.Close()
	if n := one[int](t, s, `SELECT (SELECT count(*) FROM facts) + (SELECT count(*) FROM deliveries)`); n != 0 {
		t.Errorf("%d rows are left of a copy that failed", n)
	}
}
