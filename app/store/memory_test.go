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
	want.Bases, want.Hangs, want.AnyPath, want.Deployed = []string{"main", "a \"b\""}, []string{".github/checkrein.yml", "x\ty"}, true, true
	want.Revisit, want.Rests, want.Asked = noon.Truncate(24*time.Hour), true, []pull.Asked{{Rule: "images/mutable-tag", Key: "k"}}
	must(t, s.SetVerdict(t.Context(), c, want))
	if diff := cmp.Diff(want, verdict()); diff != "" {
		t.Errorf("with what it hangs on (-want +got):\n%s", diff)
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
	plan := explain(t, s, `SELECT f.blob, f.reader, f.data FROM facts f
		WHERE f.version = $1 AND (f.blob, f.reader) IN (VALUES `+places(2, 2, 2)+`)`, 1, "a", "b", "c", "d")
	if !strings.Contains(plan, "SEARCH f USING INDEX sqlite_autoindex_facts_1") {
		t.Errorf("plan:\n%s", plan)
	}
}

// explain is how SQLite would answer a query.
func explain(t *testing.T, s *Store, query string, args ...any) string {
	t.Helper()
	sqliteOnly(t, "its plans")
	rows, err := s.read.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+onSQLite.statement(query), args...)
	var id, parent, unused int
	steps, err := collect(rows, err, func(detail *string) []any { return []any{&id, &parent, &unused, detail} })
	must(t, err)
	return strings.Join(steps, "\n")
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
	accept(t, s, pushed("main", "bob", shaB))
	last, found, err := s.LastTree(t.Context(), 42, "main")
	want := pull.BaseTree{Ref: "main", Commit: "c2", Tree: "t2", Pushed: shaB, Data: []byte("two")}
	if diff := cmp.Diff(want, last); diff != "" || !found || err != nil {
		t.Errorf("last tree of main, found %v, error %v (-want +got):\n%s", found, err, diff)
	}
}
