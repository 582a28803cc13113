package store

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/checks/images"
)

func TestVerdict(t *testing.T) {
	s, clock := openTest(t)
	verdict := func() pull.Published {
		t.Helper()
		p, _, err := s.Verdict(t.Context(), 42, shaA)
		must(t, err)
		return p
	}
	if _, found, err := s.Verdict(t.Context(), 42, shaA); found || err != nil {
		t.Errorf("found %v, error %v before anything was published", found, err)
	}
	accept(t, s, delivery("one", shaA))
	c := claim(t, s)
	begin(t, s, c, 5)
	want := pull.Published{Repository: 42, SHA: shaA, Runs: map[string]pull.PublishedRun{"checkrein": {ID: 5}}, At: noon}
	if diff := cmp.Diff(want, verdict()); diff != "" {
		t.Errorf("begun (-want +got):\n%s", diff)
	}
	want = pull.Published{Repository: 42, SHA: shaA, Conclusion: "failure", At: noon.Add(time.Minute),
		Runs: map[string]pull.PublishedRun{"checkrein": {ID: 5, Concluded: true}, "checkrein / images": {ID: 6, Concluded: true}}}
	must(t, s.SetVerdict(t.Context(), c, want))
	if diff := cmp.Diff(want, verdict()); diff != "" {
		t.Errorf("concluded (-want +got):\n%s", diff)
	}
	clock.advance(time.Hour)
	begin(t, s, c, 7) // a re-run: the old verdict stands until the new one
	want.Runs["checkrein"] = pull.PublishedRun{ID: 7}
	if diff := cmp.Diff(want, verdict()); diff != "" {
		t.Errorf("begun again (-want +got):\n%s", diff)
	}
}

func TestVerdictOfAnotherHead(t *testing.T) {
	s, _ := openTest(t)
	accept(t, s, delivery("one", shaA))
	c := claim(t, s)
	if err := s.SetVerdict(t.Context(), c, pull.Published{Repository: 42, SHA: shaB, Conclusion: "success"}); err == nil {
		t.Error("a claim on A wrote a verdict on B")
	}
}

func TestFacts(t *testing.T) {
	s, _ := openTest(t)
	all := map[images.FactKey][]byte{{Blob: "blob", Reader: "empty"}: nil}
	var keys []images.FactKey
	for i := range 1000 { // ten statements
		key := images.FactKey{Blob: fmt.Sprintf("%040x", i), Reader: []string{"docker", "compose"}[i%2]}
		keys = append(keys, key)
		all[key] = []byte(key.Blob + key.Reader)
	}
	must(t, s.PutFacts(t.Context(), 3, all))
	must(t, s.PutFacts(t.Context(), 3, nil))
	asked := append([]images.FactKey{{Blob: "blob", Reader: "empty"}, {Blob: "blob", Reader: "unknown"}, {Blob: keys[0].Blob, Reader: "compose"}}, keys...)
	got, err := s.Facts(t.Context(), 3, asked)
	must(t, err)
	if diff := cmp.Diff(all, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if got, err := s.Facts(t.Context(), 4, keys); len(got) != 0 || err != nil {
		t.Errorf("%d facts of another version, error %v", len(got), err)
	}
	must(t, s.PutFacts(t.Context(), 3, map[images.FactKey][]byte{keys[0]: []byte("read again")}))
	got, err = s.Facts(t.Context(), 3, keys[:1])
	must(t, err)
	if diff := cmp.Diff(map[images.FactKey][]byte{keys[0]: []byte("read again")}, got); diff != "" {
		t.Errorf("facts stored twice (-want +got):\n%s", diff)
	}
}

// TestFactsUseTheIndex: without it every evaluation would read the whole table.
func TestFactsUseTheIndex(t *testing.T) {
	s, _ := openTest(t)
	var plan strings.Builder
	rows, err := s.read.QueryContext(t.Context(), `EXPLAIN QUERY PLAN
		SELECT f.blob, f.reader, f.data FROM facts f WHERE f.version = $1 AND (f.blob, f.reader) IN (VALUES `+places(2, 2, 2)+`)`, 1, "a", "b", "c", "d")
	must(t, err)
	for rows.Next() {
		var id, parent, unused int
		var detail string
		must(t, rows.Scan(&id, &parent, &unused, &detail))
		plan.WriteString(detail + "\n")
	}
	must(t, rows.Err())
	if !strings.Contains(plan.String(), "SEARCH f USING INDEX sqlite_autoindex_facts_1") {
		t.Errorf("plan:\n%s", plan.String())
	}
}

func TestTrees(t *testing.T) {
	s, _ := openTest(t)
	if _, found, err := s.Tree(t.Context(), 42, "t1"); found || err != nil {
		t.Errorf("found %v, error %v in an empty store", found, err)
	}
	if _, found, err := s.LastTree(t.Context(), 42, "main"); found || err != nil {
		t.Errorf("found %v, error %v in an empty store", found, err)
	}
	must(t, s.PutTree(t.Context(), 42, pull.BaseTree{Ref: "main", Commit: "c1", Tree: "t1", Data: []byte("one")}))
	must(t, s.PutTree(t.Context(), 42, pull.BaseTree{Ref: "next", Commit: "c9", Tree: "t9"}))
	must(t, s.PutTree(t.Context(), 43, pull.BaseTree{Ref: "main", Commit: "c8", Tree: "t1", Data: []byte("another repository")}))
	must(t, s.PutTree(t.Context(), 42, pull.BaseTree{Ref: "main", Commit: "c2", Tree: "t2", Data: []byte("two")}))
	for tree, want := range map[string][]byte{"t1": []byte("one"), "t2": []byte("two"), "t9": {}} {
		if got, found, err := s.Tree(t.Context(), 42, tree); !found || err != nil || !bytes.Equal(got, want) {
			t.Errorf("tree %s: %q, %v, %v", tree, got, found, err)
		}
	}
	last, found, err := s.LastTree(t.Context(), 42, "main")
	want := pull.BaseTree{Ref: "main", Commit: "c2", Tree: "t2", Data: []byte("two")}
	if diff := cmp.Diff(want, last); diff != "" || !found || err != nil {
		t.Errorf("last tree of main, found %v, error %v (-want +got):\n%s", found, err, diff)
	}
}

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
