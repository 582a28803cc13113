package hub

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/tree"
)

var (
	commitLine = regexp.MustCompile(`(c\d+): object\(oid: \$c\d+\)`)
	fileLine   = regexp.MustCompile(`(f\d+): file\(path: \$f\d+\)`)
)

// repository answers tree queries and blobs: commit -> path -> entry as JSON.
type repository struct {
	commits map[string]map[string]string
	blobs   map[string]string
	omit    func(path string, asked int) bool // leaves an alias out
	errs    string

	mu      sync.Mutex
	asked   map[string]int
	queries int
}

func (r *repository) serve(w http.ResponseWriter, req *http.Request) {
	if id, ok := strings.CutPrefix(req.URL.Path, "/repos/acme/shop/git/blobs/"); ok {
		data, known := r.blobs[id]
		if !known {
			http.Error(w, `{"message":"Not Found"}`, 404)
			return
		}
		fmt.Fprintf(w, `{"sha":%q,"encoding":"base64","size":%d,"content":%q}`, id, len(data), base64.StdEncoding.EncodeToString([]byte(data)))
		return
	}
	var body struct {
		Query     string
		Variables map[string]any
	}
	text, _ := io.ReadAll(req.Body)
	if err := json.Unmarshal(text, &body); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	io.WriteString(w, r.answer(body.Query, body.Variables))
}

func (r *repository) answer(query string, vars map[string]any) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queries++
	if r.asked == nil {
		r.asked = map[string]int{}
	}
	fields := map[string]json.RawMessage{}
	for part := range strings.SplitSeq(query, "    } }\n") {
		alias := commitLine.FindStringSubmatch(part)
		if alias == nil {
			continue
		}
		files, known := r.commits[vars[alias[1]].(string)]
		if !known {
			fields[alias[1]] = json.RawMessage("null")
			continue
		}
		commit := map[string]json.RawMessage{"oid": json.RawMessage(`"x"`)}
		for _, file := range fileLine.FindAllStringSubmatch(part, -1) {
			path := vars[file[1]].(string)
			r.asked[path]++
			if r.omit != nil && r.omit(path, r.asked[path]) {
				continue
			}
			commit[file[1]] = json.RawMessage("null")
			if e, ok := files[path]; ok {
				commit[file[1]] = json.RawMessage(e)
			}
		}
		fields[alias[1]], _ = json.Marshal(commit)
	}
	data, _ := json.Marshal(map[string]any{"repository": fields})
	return `{"data":` + string(data) + `,"errors":[` + r.errs + `]}`
}

func entryJSON(mode int, kind, id string, size int, binary, truncated bool, text string) string {
	value := fmt.Sprintf("%q", text)
	if binary {
		value = "null"
	}
	return fmt.Sprintf(`{"mode":%d,"type":%q,"oid":%q,"object":{"oid":%q,"byteSize":%d,"isBinary":%v,"isTruncated":%v,"text":%s}}`,
		mode, kind, id, id, size, binary, truncated, value)
}

func TestTreeReads(t *testing.T) {
	latin, bom, big := "name: caf\xe9\n", "\ufeffname: x\n", strings.Repeat("x", 600)
	ids := map[string]string{}
	for _, data := range []string{latin, bom, big, "\x00bin"} {
		ids[data] = tree.BlobID([]byte(data))
	}
	r := &repository{
		commits: map[string]map[string]string{shaA: {
			"a.yml":       textEntry("a: 1\r\n\"quoted\" <&>\n"),
			"empty.yml":   textEntry(""),
			"run.sh":      strings.Replace(textEntry("#!/bin/sh\n"), "33188", "33261", 1),
			"latin.yml":   entryJSON(33188, "blob", ids[latin], len(latin), false, false, "name: caf\ufffd\n"),
			"bom.yml":     entryJSON(33188, "blob", ids[bom], len(bom), false, false, "name: x\n"),
			"big.yml":     entryJSON(33188, "blob", ids[big], len(big), false, true, big[:100]),
			"binary.yml":  entryJSON(33188, "blob", ids["\x00bin"], 4, true, false, ""),
			"false.yml":   entryJSON(33188, "blob", shaC, 3, false, false, "no\n"),
			"huge.yml":    entryJSON(33188, "blob", shaB, tree.MaxFile+1, false, true, "x"),
			"link.yml":    entryJSON(40960, "blob", shaB, 5, false, false, "a.yml"),
			"sub":         `{"mode":57344,"type":"commit","oid":"` + shaB + `","object":null}`,
			"dir":         `{"mode":16384,"type":"tree","oid":"` + shaB + `","object":{}}`,
			"ünïcode.yml": textEntry("ok\n"),
		}},
		blobs: map[string]string{ids[latin]: latin, ids[bom]: bom, ids[big]: big, ids["\x00bin"]: "\x00bin", shaC: "other bytes"},
	}
	tests := []struct {
		path, want string
		err        error
		mode       tree.Mode
		known      bool
	}{
		{"a.yml", "a: 1\r\n\"quoted\" <&>\n", nil, tree.Regular, true},
		{"empty.yml", "", nil, tree.Regular, true},
		{"run.sh", "#!/bin/sh\n", nil, tree.Regular, true},
		{"latin.yml", latin, nil, tree.Regular, true},
		{"bom.yml", bom, nil, tree.Regular, true},
		{"big.yml", big, nil, tree.Regular, true},
		{"binary.yml", "\x00bin", nil, tree.Regular, true},
		{"false.yml", "", errFalseBlob, tree.Regular, true},
		{"huge.yml", "", tree.ErrTooLarge, tree.Regular, true},
		{"link.yml", "", tree.ErrNotRegular, tree.Symlink, true},
		{"sub", "", tree.ErrNotRegular, tree.Submodule, true},
		{"dir", "", tree.ErrNotRegular, tree.Regular, false},
		{"ünïcode.yml", "ok\n", nil, tree.Regular, true},
		{"missing.yml", "", fs.ErrNotExist, tree.Regular, false},
		{"../outside", "", fs.ErrNotExist, tree.Regular, false},
		{"/etc/passwd", "", fs.ErrNotExist, tree.Regular, false},
		{"bad\xff.yml", "", fs.ErrInvalid, tree.Regular, false},
		{"never", "", ErrNotFetched, tree.Regular, false},
	}
	f := start(t, r.serve)
	head := f.client.Tree(shop, shaA, nil)
	var paths []string
	for _, tt := range tests {
		if tt.path != "never" {
			paths = append(paths, tt.path, tt.path)
		}
	}
	if err := head.Prefetch(t.Context(), paths); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		got, err := head.Read(tt.path)
		if string(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q, %v; want %q, %v", tt.path, got, err, tt.want, tt.err)
		}
		e, ok := head.Lookup(tt.path)
		if ok != tt.known || e.Mode != tt.mode {
			t.Errorf("%s: entry %+v, %v", tt.path, e, ok)
		}
	}
	if r.queries != 1 || len(f.seen()) != 6 {
		t.Errorf("%d queries, requests %v; want 1 query and 5 blobs", r.queries, f.seen())
	}
	if err := head.Prefetch(t.Context(), paths); err != nil || len(f.seen()) != 6 {
		t.Errorf("the second time %d requests, %v", len(f.seen())-6, err)
	}
	entries, _, err := head.List(t.Context())
	if err != nil || len(entries) != 12 || entries[0].Path != "a.yml" {
		t.Errorf("list %v, %v", entries, err)
	}
}

func TestTreesAreReadTogether(t *testing.T) {
	files := map[string]map[string]string{shaA: {}, shaB: {}}
	var paths []string
	for i := range 30 {
		path := fmt.Sprintf("f%02d.yml", i)
		paths = append(paths, path)
		files[shaA][path], files[shaB][path] = textEntry("head "+path), textEntry("base "+path)
	}
	r := &repository{commits: files}
	f := start(t, r.serve)
	head, base := f.client.Tree(shop, shaA, nil), f.client.Tree(shop, shaB, nil)
	wants := []tree.Want{{Tree: head, Paths: paths[:25]}, {Tree: base, Paths: paths[:25]}}
	if err := tree.Prefetch(t.Context(), wants...); err != nil {
		t.Fatal(err)
	}
	if r.queries != 1 {
		t.Errorf("%d queries for 50 blobs of two trees, want 1", r.queries)
	}
	if err := tree.Prefetch(t.Context(), tree.Want{Tree: base, Paths: paths}, tree.Want{Tree: head, Paths: paths}, tree.Want{Tree: head, Paths: paths}); err != nil {
		t.Fatal(err)
	}
	if r.queries != 2 {
		t.Errorf("%d queries, want 2", r.queries)
	}
	for path, n := range r.asked {
		if n > 2 {
			t.Errorf("%s was asked for %d times, once for each tree was enough", path, n)
		}
	}
	got1, err1 := head.Read("f29.yml")
	got2, err2 := base.Read("f29.yml")
	if string(got1) != "head f29.yml" || string(got2) != "base f29.yml" || err1 != nil || err2 != nil {
		t.Errorf("%q %v, %q %v", got1, err1, got2, err2)
	}
	other := f.client.Tree(Repo{ID: 8, Owner: "acme", Name: "other"}, shaA, nil)
	if err := head.(tree.Batcher).PrefetchAll(t.Context(), []tree.Want{{Tree: other, Paths: paths}}); err == nil {
		t.Error("a tree of another repository was taken")
	}
}

func TestTreePerQuery(t *testing.T) {
	for count, want := range map[int]int{0: 0, 1: 1, 50: 1, 51: 2, 101: 3} {
		files := map[string]string{}
		var paths []string
		for i := range count {
			paths = append(paths, fmt.Sprintf("%d.yml", i))
			files[paths[i]] = textEntry("x")
		}
		r := &repository{commits: map[string]map[string]string{shaA: files}}
		f := start(t, r.serve)
		if err := f.client.Tree(shop, shaA, nil).Prefetch(t.Context(), paths); err != nil || r.queries != want {
			t.Errorf("%d files: %d queries, want %d; %v", count, r.queries, want, err)
		}
	}
}

func TestTreeGaps(t *testing.T) {
	files := map[string]map[string]string{shaA: {"a.yml": textEntry("a"), "b.yml": textEntry("b")}}
	const limit = `{"type":"RESOURCE_LIMITS_EXCEEDED","message":"too much"}`

	once := &repository{commits: files, errs: limit, omit: func(path string, asked int) bool { return path == "b.yml" && asked == 1 }}
	f := start(t, once.serve)
	head := f.client.Tree(shop, shaA, nil)
	if err := head.Prefetch(t.Context(), []string{"a.yml", "b.yml"}); err != nil {
		t.Fatal(err)
	}
	if got, err := head.Read("b.yml"); string(got) != "b" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if diff := cmp.Diff(map[string]int{"a.yml": 1, "b.yml": 2}, once.asked); diff != "" {
		t.Errorf("only what was left out is asked for again: %s", diff)
	}

	always := &repository{commits: files, omit: func(path string, _ int) bool { return path == "b.yml" }}
	f = start(t, always.serve)
	err := f.client.Tree(shop, shaA, nil).Prefetch(t.Context(), []string{"a.yml", "b.yml"})
	if _, ok := errors.AsType[*UnavailableError](err); !ok || !strings.Contains(err.Error(), "1 of 1 files") {
		t.Errorf("error %v", err)
	}

	nulls := &repository{commits: files, errs: limit}
	f = start(t, nulls.serve)
	if err := f.client.Tree(shop, shaA, nil).Prefetch(t.Context(), []string{"missing.yml"}); err == nil {
		t.Error("a null beside a limit passed for a missing file")
	}

	f = start(t, (&repository{commits: files}).serve)
	if err := f.client.Tree(shop, shaB, nil).Prefetch(t.Context(), []string{"a.yml"}); !errors.Is(err, ErrUnknownCommit) {
		t.Errorf("unknown commit: %v", err)
	}
}

func TestTreeKnownEntries(t *testing.T) {
	r := &repository{commits: map[string]map[string]string{shaA: {
		"type-changed": entryJSON(40960, "blob", shaB, 1, false, false, "x"),
	}}}
	f := start(t, r.serve)
	head := f.client.Tree(shop, shaA, []tree.Entry{
		{Path: "type-changed", SHA: shaB}, {Path: "l", SHA: shaC, Mode: tree.Symlink}, {Path: "odd\ufffd.yml", SHA: shaC},
	})
	if e, ok := head.Lookup("l"); !ok || e.Mode != tree.Symlink {
		t.Errorf("%+v, %v", e, ok)
	}
	if err := head.Prefetch(t.Context(), []string{"l", "type-changed", "odd\ufffd.yml"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{"l": tree.ErrNotRegular, "type-changed": tree.ErrNotRegular, "odd\ufffd.yml": ErrUnnamed} {
		if _, err := head.Read(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	if _, asked := r.asked["l"]; asked {
		t.Error("a symlink was asked for")
	}
}

func TestTreeIsBounded(t *testing.T) {
	files, blobs := map[string]string{}, map[string]string{}
	var paths []string
	for i := range heldSingles + 10 {
		data := fmt.Sprintf("\x00%d", i)
		id := tree.BlobID([]byte(data))
		blobs[id], paths = data, append(paths, fmt.Sprintf("%d.yml", i))
		files[paths[i]] = entryJSON(33188, "blob", id, len(data), true, false, "")
	}
	f := start(t, (&repository{commits: map[string]map[string]string{shaA: files}, blobs: blobs}).serve)
	head := f.client.Tree(shop, shaA, nil)
	if err := head.Prefetch(t.Context(), paths); err != nil {
		t.Fatal(err)
	}
	over := 0
	for _, path := range paths {
		if _, err := head.Read(path); errors.Is(err, ErrSingles) {
			over++
		} else if err != nil {
			t.Error(err)
		}
	}
	if over != 10 || len(f.seen()) != 2+heldSingles {
		t.Errorf("%d left unread, %d requests", over, len(f.seen()))
	}

	full := f.client.Tree(shop, shaA, nil).(*remote)
	for i := range 9 {
		full.settle(fmt.Sprint(i), nil, make([]byte, tree.MaxFile), nil)
	}
	if _, err := full.Read("7"); err != nil {
		t.Errorf("32 MiB are held: %v", err)
	}
	if _, err := full.Read("8"); !errors.Is(err, ErrHeld) {
		t.Errorf("and no more: %v", err)
	}
}

func TestTreePrefetchLimited(t *testing.T) {
	f := start(t, says(403, `{"message":"You have exceeded a secondary rate limit"}`))
	err := f.client.Tree(shop, shaA, nil).Prefetch(t.Context(), []string{"a.yml"})
	if _, ok := errors.AsType[*LimitError](err); !ok {
		t.Errorf("error %v", err)
	}
}

// Two checks that prefetch at once, with the trees in either order, neither wait for
// each other for ever nor ask twice.
func TestTreeConcurrently(t *testing.T) {
	r := &repository{commits: map[string]map[string]string{shaA: {"a": textEntry("1")}, shaB: {"a": textEntry("2")}}}
	f := start(t, r.serve)
	one, two := f.client.Tree(shop, shaA, nil), f.client.Tree(shop, shaB, nil)
	done := make(chan error)
	for i := range 6 {
		wants := []tree.Want{{Tree: one, Paths: []string{"a"}}, {Tree: two, Paths: []string{"a"}}}
		if i%2 == 1 {
			wants[0], wants[1] = wants[1], wants[0]
		}
		go func() { done <- tree.Prefetch(t.Context(), wants...) }()
	}
	for range 6 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if r.queries != 1 {
		t.Errorf("%d queries, want 1", r.queries)
	}
}
