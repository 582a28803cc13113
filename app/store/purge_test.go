package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks/images"
)

// TestPurge has one row of every table on each side of the line.
func TestPurge(t *testing.T) {
	s, clock := openTest(t)
	must(t, s.Schedule(t.Context(), "sweep", time.Hour))
	must(t, s.Done(t.Context(), claim(t, s)))
	fill := func(id string, number int, open bool, sha string) {
		in := delivery(id, sha)
		in.Delivery.Received = clock.now()
		p := pullAt(number, sha, open, 0)
		p.Updated = clock.now()
		in.Pulls = append(in.Pulls, p)
		accept(t, s, in)
		c := claim(t, s)
		must(t, s.SetVerdict(t.Context(), c, pull.Published{Repository: 42, SHA: sha, Conclusion: "success", At: clock.now()}))
		must(t, s.Done(t.Context(), c))
		must(t, s.PutFacts(t.Context(), 1, map[images.FactKey][]byte{{Blob: id, Reader: "docker"}: nil}))
		must(t, s.PutTree(t.Context(), 42, pull.BaseTree{Ref: "main", Commit: id, Tree: id}))
	}
	fill("closed long ago", 1, false, shaA)
	fill("open long ago", 2, true, shaB)
	clock.advance(31 * 24 * time.Hour)
	must(t, s.Done(t.Context(), claim(t, s))) // the sweep
	fill("closed now", 3, false, shaC)
	accept(t, s, delivery("never done", strings.Repeat("d", 40)))

	must(t, s.Purge(t.Context(), clock.now().Add(-30*24*time.Hour)))
	for query, want := range map[string]string{
		`SELECT id FROM deliveries ORDER BY id`:                         "closed now",
		`SELECT number FROM pulls ORDER BY number`:                      "2,3",
		`SELECT number FROM pull_heads ORDER BY number`:                 "2,3",
		`SELECT sha FROM verdicts ORDER BY sha`:                         shaB + "," + shaC,
		`SELECT blob FROM facts ORDER BY blob`:                          "closed now",
		`SELECT tree FROM trees ORDER BY tree`:                          "closed now",
		`SELECT substr(key, 1, 9) FROM work ORDER BY key`:               "head:42@c,head:42@d,sweep",
		`SELECT count(*) FROM delivery_work`:                            "0",
		`SELECT count(*) FROM deliveries WHERE payload IS NOT NULL`:     "0",
		`SELECT count(*) FROM work WHERE want > done AND kind = 'head'`: "1",
		`SELECT count(*) FROM repositories`:                             "1",
		`SELECT tree FROM bases`:                                        "closed now",
	} {
		if got := column(t, s, query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// column reads a query's only column, joined by commas.
func column(t *testing.T, s *Store, query string) string {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), query)
	all, err := collect(rows, err, func(v *string) []any { return []any{v} })
	must(t, err)
	return strings.Join(all, ",")
}

// TestPurgePeople: what people did stays while a pull request is open, all of it: a
// forgotten pusher could approve what they pushed themselves.
func TestPurgePeople(t *testing.T) {
	s, clock := openTest(t)
	month := 31 * 24 * time.Hour
	for number, open := range map[int]bool{1: true, 2: false} {
		first, last := fmt.Sprintf("%d-first", number), fmt.Sprintf("%d-last", number)
		branch := fmt.Sprintf("branch-%d", number)
		accept(t, s, pushed(branch, "mallory", "before-"+first)) // never a head
		accept(t, s, pushed(branch, "mallory", first))
		tell(t, s, first, []webhook.Pull{pullAt(number, first, true, 1)})
		judged(t, s, pull.Published{SHA: first, At: noon, Asked: []pull.Asked{{Rule: "r", Key: "k"}}})
		accept(t, s, pushed(branch, "bob", last))
		tell(t, s, last, []webhook.Pull{pullAt(number, last, open, 2)})
		say(t, s, number, int64(number), "accept")
		must(t, s.KeepYes(t.Context(), review.Yes{Repository: 42, Pull: number, Kind: review.ByComment, ID: int64(number), Rule: "r", Key: "k", At: noon}))
	}
	clock.advance(month)
	accept(t, s, pushed("branch-3", "carol", "new"))
	must(t, s.Purge(t.Context(), clock.now().Add(-24*time.Hour)))
	for query, want := range map[string]string{
		`SELECT sha FROM pushes ORDER BY sha`:     "1-first,1-last,before-1-first,new",
		`SELECT sha FROM pull_heads ORDER BY sha`: "1-first,1-last",
		`SELECT sha FROM told ORDER BY sha`:       "1-first",
		`SELECT pull FROM voices`:                 "1",
		`SELECT pull FROM approvals`:              "1",
		`SELECT number FROM pulls`:                "1",
		`SELECT id FROM installations`:            "9",
		`SELECT name FROM repositories`:           "infra",
	} {
		if got := column(t, s, query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	pushers, _, err := s.Pushers(t.Context(), 42, 1, []string{"before-1-first"})
	must(t, err)
	if got := strings.Join(logins(pushers), ","); got != "bob,mallory" {
		t.Errorf("pushers %s", got)
	}
}

// TestPurgeWhatIsGone: thirty days after an installation or a repository is gone,
// nothing of it is left, in whatever table.
func TestPurgeWhatIsGone(t *testing.T) {
	gone := func(t *testing.T, s *Store, _ *clock) { accept(t, s, access("uninstalled", 9, webhook.Removed)) }
	for name, tt := range map[string]struct {
		end          func(*testing.T, *Store, *clock)
		wait         time.Duration
		left         bool
		installation string
	}{
		"uninstalled":        {gone, 31 * 24 * time.Hour, false, ""},
		"uninstalled lately": {gone, 29 * 24 * time.Hour, true, "removed"},
		"suspended":          {func(t *testing.T, s *Store, _ *clock) { accept(t, s, access("off", 9, webhook.Suspended)) }, 31 * 24 * time.Hour, true, "suspended"},
		"repository removed": {func(t *testing.T, s *Store, _ *clock) {
			accept(t, s, webhook.Intake{Removed: []int64{42}, Delivery: webhook.Delivery{ID: "removed", Installation: 9}})
		}, 31 * 24 * time.Hour, false, "active"},
		"missing in the list": {func(t *testing.T, s *Store, c *clock) {
			c.advance(time.Minute)
			must(t, s.SetInstallations(t.Context(), []webhook.Installation{{ID: 10, Owner: "acme", Access: webhook.Active}}, c.now()))
		}, 31 * 24 * time.Hour, false, ""},
		"uninstalled and back": {func(t *testing.T, s *Store, c *clock) {
			gone(t, s, c)
			accept(t, s, access("back", 9, webhook.Active))
		}, 31 * 24 * time.Hour, true, "active"},
	} {
		t.Run(name, func(t *testing.T) {
			s, clock := openTest(t)
			accept(t, s, access("installed", 10, webhook.Active))
			everywhere(t, s)
			tt.end(t, s, clock)
			clock.advance(tt.wait)
			must(t, s.Purge(t.Context(), clock.now().Add(-30*24*time.Hour)))
			for _, table := range strings.Split(tables(t, s), ",") {
				key := "repository"
				if table == "repositories" {
					key = "id"
				}
				n := one[int](t, s, `SELECT count(*) FROM `+table+` WHERE `+key+` = 42`)
				if n > 0 && !tt.left {
					t.Errorf("%s: %d rows of what is gone are left", table, n)
				}
			}
			if n := one[int](t, s, `SELECT count(*) FROM pulls WHERE repository = 42`); n == 0 && tt.left {
				t.Error("an open pull request was forgotten")
			}
			if got := column(t, s, `SELECT id FROM repositories WHERE id <> 42`); got != "43" {
				t.Errorf("other repositories: %q, want 43", got)
			}
			if got := column(t, s, `SELECT access FROM installations WHERE id = 9`); got != tt.installation {
				t.Errorf("installation 9: %q, want %q", got, tt.installation)
			}
			if n := one[int](t, s, `SELECT count(*) FROM delivery_work w WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = w.delivery)`); n != 0 {
				t.Errorf("%d rows wait for deliveries that are not there", n)
			}
		})
	}
}

// everywhere leaves a row about repository 42 of installation 9 in every table, and
// repository 43 of installation 10.
func everywhere(t *testing.T, s *Store) {
	t.Helper()
	other := delivery("other")
	other.Repo, other.Delivery.Installation = webhook.Repo{ID: 43, Installation: 10}, 10
	accept(t, s, other)
	tell(t, s, "open", []webhook.Pull{pullAt(7, shaA, true, 1)}, webhook.Group{Repo: infra, Head: shaB, Open: true})
	accept(t, s, pushed("main", "bob", shaA))
	judged(t, s, pull.Published{SHA: shaA, At: noon, Asked: []pull.Asked{{Rule: "r", Key: "k"}}, Runs: map[string]pull.PublishedRun{}})
	say(t, s, 7, 1, "accept")
	must(t, s.KeepYes(t.Context(), review.Yes{Repository: 42, Pull: 7, Kind: review.ByReview, ID: 1, At: noon}))
	must(t, s.SetEnforcement(t.Context(), 42, enforce.State{Checked: noon}))
	must(t, s.PutTree(t.Context(), 42, pull.BaseTree{Ref: "main", Commit: shaA, Tree: "t"}))
	must(t, s.PutListing(t.Context(), 42, pull.Listing{Commit: shaA, Reader: "r", Learned: noon, Data: []byte("l")}))
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(42, shaC)}, {Key: work.SweepKey(9)}}))
	for _, table := range strings.Split(tables(t, s), ",") {
		if table != "repositories" && one[int](t, s, `SELECT count(*) FROM `+table+` WHERE repository = 42`) == 0 {
			t.Fatalf("no row in %s to purge", table)
		}
	}
}

// tables are all that have a repository's rows, asked of the schema: a table that is
// added later is found too.
func tables(t *testing.T, s *Store) string {
	t.Helper()
	if server != "" {
		return column(t, s, `SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
			  AND (c.column_name = 'repository' OR c.table_name = 'repositories' AND c.column_name = 'id') ORDER BY 1`)
	}
	return column(t, s, `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND (c.name = 'repository' OR m.name = 'repositories' AND c.name = 'id') ORDER BY m.name`)
}
