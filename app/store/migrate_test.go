package store

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// first fills a database as the first version of the schema has it: two repositories, an
// open pull request with a verdict, and one head due.
const first = `
	INSERT INTO repositories VALUES (42, 9, 'acme', 'infra'), (4, 9, 'acme', 'app'), (50, 10, 'zeta', 'core');
	INSERT INTO pulls VALUES (42, 7, 'aaa', 'main', TRUE, 1000, 1000), (4, 1, 'bbb', 'main', TRUE, 1000, 1000);
	INSERT INTO pull_heads VALUES (42, 'aaa', 7, 1000), (4, 'bbb', 1, 1000);
	INSERT INTO verdicts VALUES (42, 'aaa', 'success', '{"all":{"id":5,"concluded":true,"digest":"d"}}', TRUE, 1000);
	INSERT INTO deliveries VALUES ('one', 'pull_request', 'opened', 9, 42, 1000, 'payload', 0);
	INSERT INTO delivery_work VALUES ('one', 'head:42@ccc', 1);
	INSERT INTO work VALUES
		('head:42@ccc', 'head', 1, 0, 0, 9999, 3, 1000, 1000, 2, 0, FALSE, FALSE, 'GitHub answered 502'),
		('head:4@bbb', 'head', 1, 0, 0, 0, 0, 2000, 2000, 0, 0, FALSE, FALSE, ''),
		('head:77@ddd', 'head', 1, 0, 0, 0, 0, 3000, 3000, 0, 0, TRUE, FALSE, 'of a repository that is not known'),
		('purge', 'purge', 2, 1, 0, 0, 1, 9000, 9000, 0, 86400000, FALSE, FALSE, '');`

// atFirst makes a database of the first version, with rows in it.
func atFirst(t *testing.T, dir string) {
	t.Helper()
	where, err := address(dir)
	must(t, err)
	driver, source, d := "sqlite", strings.TrimPrefix(where, "sqlite:"), onSQLite
	if server != "" {
		driver, source, d = "pgx", where, onPostgres
	}
	db, err := sql.Open(driver, source)
	must(t, err)
	provider, err := migrator(db, d)
	must(t, err)
	_, err = provider.UpTo(t.Context(), 1)
	must(t, err)
	_, err = db.ExecContext(t.Context(), first)
	must(t, err)
	must(t, db.Close())
}

func TestMigrateWithRows(t *testing.T) {
	dir := t.TempDir()
	atFirst(t, dir)
	s, _ := openAt(t, dir)

	known, err := installations(t.Context(), s.read)
	must(t, err)
	if diff := cmp.Diff([]webhook.Installation{{ID: 9, Owner: "acme", Access: webhook.Active}, {ID: 10, Owner: "zeta", Access: webhook.Active}}, known); diff != "" {
		t.Errorf("installations (-want +got):\n%s", diff)
	}
	if r, found := repository(t, s, 42); !found || r != (sweep.Repository{Repo: infra}) {
		t.Errorf("repository %+v, %v", r, found)
	}
	got, err := s.OnBase(t.Context(), 42, "main")
	must(t, err)
	// What an old verdict hangs on is not known: it must not stand for ever.
	if diff := cmp.Diff([]sweep.OnBase{{SHA: "aaa", Judged: true, AnyPath: true}}, got); diff != "" {
		t.Errorf("open heads on main (-want +got):\n%s", diff)
	}
	p, found, err := s.Verdict(t.Context(), 42, "aaa")
	must(t, err)
	want := pull.Published{Repository: 42, SHA: "aaa", Conclusion: "success", At: p.At, AnyPath: true, Deployed: true,
		Runs: map[string]pull.PublishedRun{"all": {ID: 5, Concluded: true, Digest: "d"}}}
	if diff := cmp.Diff(want, p); diff != "" || !found {
		t.Errorf("verdict, found %v (-want +got):\n%s", found, diff)
	}
	// The work goes on, and belongs to its repository from now on.
	if c := claim(t, s); c.Key != "head:42@ccc" || c.Token != 4 || !c.Resumed || c.Tries != 2 || c.Reason != "GitHub answered 502" {
		t.Errorf("claimed %+v", c)
	}
	accept(t, s, access("gone", 9, webhook.Removed))
	if got := column(t, s, `SELECT key FROM work WHERE want > done ORDER BY key`); got != "head:42@ccc,head:77@ddd,purge" {
		t.Errorf("unfinished: %s; want the one that is held, the one of nobody and the purge", got)
	}
}

func TestRepositoryOf(t *testing.T) {
	for key, want := range map[string]int64{
		work.HeadKey(42, shaA): 42, work.BaseKey(42, "a@b:c"): 42, work.VoiceKey(42, 7): 42, work.EnforceKey(42): 42,
		work.SweepKey(9): 0, work.KindPurge: 0, "head:x@y": 0, "head": 0, "enforce:": 0, "head:99999999999999999999@x": 0,
	} {
		if got := repositoryOf(key); got != want {
			t.Errorf("%s: %d, want %d", key, got, want)
		}
	}
}
