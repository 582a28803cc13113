package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/tree"
)

// row is a file of a comparison, as GitHub writes it.
type row struct {
	Filename string `json:"filename"`
	Previous string `json:"previous_filename,omitempty"`
	Status   string `json:"status"`
	SHA      string `json:"sha"`
	Contents string `json:"contents_url"`
}

func rows(count int, head string) []row {
	list := make([]row, count)
	for i := range list {
		list[i] = row{Filename: fmt.Sprintf("f%05d.yml", i), Status: "modified", SHA: shaC,
			Contents: fmt.Sprintf("https://api.github.test/repos/acme/shop/contents/f%05d.yml?ref=%s", i, head)}
	}
	return list
}

func comparison(files []row) string {
	data, _ := json.Marshal(map[string]any{
		"merge_base_commit": map[string]any{"sha": shaC, "commit": map[string]any{"tree": map[string]any{"sha": shaB}}},
		"files":             files,
	})
	return string(data)
}

// comparing serves a comparison, the files of pull request 4, and the two trees.
func comparing(compare string, pull []row, before, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/compare/"):
			io.WriteString(w, compare)
		case strings.HasSuffix(r.URL.Path, "/pulls/4/files"):
			page, from := 1, 0
			fmt.Sscan(r.URL.Query().Get("page"), &page)
			from = min(len(pull), (page-1)*100)
			to := min(len(pull), from+100)
			if to < len(pull) {
				w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d&per_page=100>; rel="next"`, r.Host, r.URL.Path, page+1))
			}
			json.NewEncoder(w).Encode(pull[from:to])
		case strings.HasSuffix(r.URL.Path, "/git/trees/"+shaB) && r.URL.RawQuery == "recursive=1":
			io.WriteString(w, before)
		case strings.HasSuffix(r.URL.Path, "/git/trees/"+shaA) && r.URL.RawQuery == "recursive=1":
			io.WriteString(w, after)
		default:
			http.Error(w, `{"message":"Not Found"}`, 404)
		}
	}
}

func TestCompare(t *testing.T) {
	files := []row{
		{Filename: "z.yml", Status: "added", SHA: shaA},
		{Filename: "b.yml", Status: "modified", SHA: shaB},
		{Filename: "c.yml", Status: "removed", SHA: shaC},
		{Filename: "d.yml", Previous: "old/d.yml", Status: "renamed", SHA: shaA},
		{Filename: "e.yml", Previous: "b.yml", Status: "copied", SHA: shaA},
		{Filename: "f.sh", Status: "changed", SHA: shaB},
		{Filename: "g.yml", Status: "something new", SHA: shaB},
	}
	f := start(t, comparing(comparison(files), nil, "", ""))
	got, err := f.client.Compare(t.Context(), shop, shaB, shaA, 4)
	if err != nil {
		t.Fatal(err)
	}
	want := Comparison{MergeBase: shaC, MergeBaseTree: shaB, Files: []tree.Changed{
		{Path: "b.yml", Status: tree.Modified, SHA: shaB},
		{Path: "c.yml", Status: tree.Removed, OldSHA: shaC},
		{Path: "d.yml", OldPath: "old/d.yml", Status: tree.Renamed, SHA: shaA},
		{Path: "e.yml", Status: tree.Added, SHA: shaA},
		{Path: "f.sh", Status: tree.Modified, SHA: shaB},
		{Path: "g.yml", Status: tree.Modified, SHA: shaB},
		{Path: "z.yml", Status: tree.Added, SHA: shaA},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GET /repos/acme/shop/compare/" + shaB + "..." + shaA + "?per_page=1"}, f.seen()); diff != "" {
		t.Error(diff)
	}
}

func TestCompareProblems(t *testing.T) {
	tests := []struct {
		name    string
		answer  http.HandlerFunc
		problem string
		is      error
	}{
		{"no common ancestor", says(404, `{"message":"No common ancestor between a and b."}`), "no common ancestor", nil},
		{"too long", says(422, `{"message":"Server Error: Sorry, this diff is taking too long to generate."}`), "too long", nil},
		{"no merge base", says(200, `{"files":[]}`), "names no merge base", nil},
		{"no tree", says(200, `{"merge_base_commit":{"sha":"`+shaC+`"}}`), "names no merge base", nil},
		{"no name", says(200, comparison([]row{{Status: "added"}})), "without a name", nil},
		{"no former name", says(200, comparison([]row{{Filename: "a", Status: "renamed"}})), "without its former name", nil},
		{"unknown commit", says(404, `{"message":"Not Found"}`), "", ErrUnknownCommit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, tt.answer)
			got, err := f.client.Compare(t.Context(), shop, shaB, shaA, 0)
			if !errors.Is(err, tt.is) || (tt.problem == "") != (got.Problem == "") || !strings.Contains(got.Problem, tt.problem) {
				t.Errorf("problem %q, error %v", got.Problem, err)
			}
		})
	}
}

// A list of 300 files may have been cut: it is never taken for the whole.
func TestCompareLarge(t *testing.T) {
	first := rows(300, shaA)
	with := func(list []row, i int, change func(*row)) []row {
		list = append([]row(nil), list...)
		change(&list[i])
		return list
	}
	tests := []struct {
		name  string
		first []row
		pull  []row // files of pull request 4; nil: no pull request
		calls int
		trees bool
	}{
		{"299 are whole", rows(299, shaA), rows(299, shaA), 1, false},
		{"300", first, first, 4, false},
		{"401", first, rows(401, shaA), 6, false},
		{"2,999", first, rows(2999, shaA), 31, false},
		{"3,000 may be cut", first, rows(3000, shaA), 33, true},
		{"3,100 are cut", first, rows(3100, shaA), 33, true},
		{"merge group", first, nil, 3, true},
		{"pushed before", first, rows(401, shaB), 4, true},
		{"pushed meanwhile", first, with(rows(401, shaA), 350, func(r *row) { r.Contents = "x?ref=" + shaB }), 7, true},
		{"no proof", first, with(rows(301, shaA), 300, func(r *row) { r.Status = "removed" }), 7, true},
		{"other merge base", first, with(rows(401, shaA), 7, func(r *row) { r.Status = "added" }), 8, true},
		{"missing one", first, with(rows(401, shaA), 7, func(r *row) { r.Filename = "x.yml" }), 8, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := `{"tree":[{"path":"only.yml","mode":"100644","type":"blob","sha":"` + shaA + `"}]}`
			f := start(t, comparing(comparison(tt.first), tt.pull, before, `{"tree":[]}`))
			pull := 4
			if tt.pull == nil {
				pull = 0
			}
			got, err := f.client.Compare(t.Context(), shop, shaB, shaA, pull)
			if err != nil || got.Problem != "" {
				t.Fatalf("%v, %q", err, got.Problem)
			}
			if trees := len(got.Files) == 1 && got.Files[0].Path == "only.yml"; trees != tt.trees {
				t.Errorf("from trees: %v, want %v (%d files)", trees, tt.trees, len(got.Files))
			}
			if !tt.trees && len(got.Files) != len(tt.pull) {
				t.Errorf("%d files, want %d", len(got.Files), len(tt.pull))
			}
			if n := len(f.seen()); n != tt.calls {
				t.Errorf("%d requests, want %d: %v", n, tt.calls, f.seen())
			}
		})
	}
}

func TestCompareTruncatedTrees(t *testing.T) {
	cut, whole := `{"tree":[],"truncated":true}`, `{"tree":[],"truncated":false}`
	for _, tt := range [][2]string{{cut, whole}, {whole, cut}} {
		f := start(t, comparing(comparison(rows(300, shaA)), nil, tt[0], tt[1]))
		got, err := f.client.Compare(t.Context(), shop, shaB, shaA, 0)
		if err != nil || !strings.Contains(got.Problem, "larger than GitHub gives out") || got.Files != nil {
			t.Errorf("%+v, %v", got, err)
		}
	}
	f := start(t, comparing(comparison(rows(300, shaA)), nil, whole, `{"tree":[{"path":"a","mode":"x","type":"blob"}]}`))
	if _, err := f.client.Compare(t.Context(), shop, shaB, shaA, 0); err == nil {
		t.Error("a mode that cannot be read passed")
	}
}

func TestDifference(t *testing.T) {
	of := func(list ...tree.Entry) map[string]tree.Entry {
		m := map[string]tree.Entry{}
		for _, e := range list {
			m[e.Path] = e
		}
		return m
	}
	before := of(tree.Entry{Path: "same", SHA: "1"}, tree.Entry{Path: "edit", SHA: "2"}, tree.Entry{Path: "gone", SHA: "3"},
		tree.Entry{Path: "from", SHA: "4"}, tree.Entry{Path: "twin1", SHA: "5"}, tree.Entry{Path: "twin2", SHA: "5"},
		tree.Entry{Path: "told", SHA: "6"}, tree.Entry{Path: "kind", SHA: "7"}, tree.Entry{Path: "kept", SHA: "8"})
	after := of(tree.Entry{Path: "same", SHA: "1"}, tree.Entry{Path: "edit", SHA: "22"}, tree.Entry{Path: "to", SHA: "4"},
		tree.Entry{Path: "a", SHA: "5"}, tree.Entry{Path: "b", SHA: "5"}, tree.Entry{Path: "c", SHA: "5"},
		tree.Entry{Path: "moved", SHA: "66"}, tree.Entry{Path: "kind", SHA: "7", Mode: tree.Symlink},
		tree.Entry{Path: "kept", SHA: "8"}, tree.Entry{Path: "copy", SHA: "8"}, tree.Entry{Path: "new", SHA: "9"})
	want := []tree.Changed{
		{Path: "a", OldPath: "twin1", Status: tree.Renamed, SHA: "5", OldSHA: "5"},
		{Path: "b", OldPath: "twin2", Status: tree.Renamed, SHA: "5", OldSHA: "5"},
		{Path: "c", Status: tree.Added, SHA: "5"},
		{Path: "copy", Status: tree.Added, SHA: "8"},
		{Path: "edit", Status: tree.Modified, SHA: "22", OldSHA: "2"},
		{Path: "gone", Status: tree.Removed, OldSHA: "3"},
		{Path: "kind", Status: tree.Modified, SHA: "7", OldSHA: "7", Mode: tree.Symlink},
		{Path: "moved", OldPath: "told", Status: tree.Renamed, SHA: "66", OldSHA: "6"},
		{Path: "new", Status: tree.Added, SHA: "9"},
		{Path: "to", OldPath: "from", Status: tree.Renamed, SHA: "4", OldSHA: "4"},
	}
	got := difference(before, after, map[string]string{"moved": "told", "new": "kept"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
