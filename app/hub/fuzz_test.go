package hub

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein/checks/tree"
)

// canned answers every request with the same bytes, without a network.
type canned struct{ body []byte }

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	body := c.body
	if strings.HasSuffix(r.URL.Path, "/access_tokens") {
		body = []byte(`{"token":"t","expires_at":"2999-01-01T00:00:00Z"}`)
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
}

// reading reads an answer and fails when what passes is not sound.
type reading func(t *testing.T, h *Hub, c *Client, data []byte)

// FuzzAnswers feeds what GitHub, or somebody in its place, could send. The first byte
// chooses the reader: those of single answers, then those of lists.
func FuzzAnswers(f *testing.F) {
	f.Add(append([]byte{0}, stateJSON(`"head":`+headJSON(pullJSON(4, "OPEN", shaA, "main", ""))+`,"p0":null,"b0":`+tipJSON(shaC, "null"), "null", `{"type":"NOT_FOUND","path":["repository","p0"]}`)...))
	f.Add(append([]byte{1}, `{"data":{"repository":{"c1":{"oid":"x","f0":`+policyEntry()+`}}}}`...))
	f.Add(append([]byte{2}, comparison(rows(3, shaA))...))
	f.Add(append([]byte{3}, packed(f, global(shaA), file("d/a.yml", 3))...))
	f.Add(append([]byte{4}, `{"check_runs":[{"id":3,"app":{"id":99}}]}`...))
	f.Add(append([]byte{5}, `[{"filename":"a","status":"renamed","previous_filename":"b"}]`...))
	for i, seed := range listSeeds() {
		f.Add(append([]byte{byte(len(answers()) + i)}, seed...))
	}
	key, readers := keyPEM(), slices.Concat(answers(), lists())
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		h, err := New(Config{AppID: 99, PrivateKeyPEM: key, Transport: canned{data[1:]}})
		if err != nil {
			t.Fatal(err)
		}
		h.backoff = 1
		readers[int(data[0])%len(readers)](t, h, h.Installation(1), data[1:])
	})
}

func answers() []reading {
	return []reading{
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			s, err := c.State(t.Context(), Ask{Repo: shop, Head: shaA, Pulls: []int{4}, Bases: []string{"main"}, Policy: "p"})
			if err == nil && s.Repo.ID != shop.ID {
				t.Errorf("the state of another repository passed: %+v", s.Repo)
			}
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			remote := c.Tree(shop, shaA, nil)
			if remote.Prefetch(t.Context(), []string{"a"}) != nil {
				return
			}
			e, _ := remote.Lookup("a")
			if content, err := remote.Read("a"); err == nil && tree.BlobID(content) != e.SHA {
				t.Errorf("bytes that do not hash to %q passed", e.SHA)
			}
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			got, err := c.Compare(t.Context(), shop, shaB, shaA, 0)
			if err == nil && got.Problem == "" && got.MergeBase == "" {
				t.Error("a comparison without a merge base passed")
			}
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			_ = unpack(strings.NewReader(string(data)), shaA, func(name string, _ tree.Mode, _ int64, r io.Reader) error {
				if strings.HasPrefix(name, "/") || strings.Contains("/"+name+"/", "/../") {
					t.Errorf("name %q leads out", name)
				}
				_, err := io.Copy(io.Discard, r)
				return err
			})
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			_, _ = c.Runs(t.Context(), shop, shaA)
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			var list []*github.CommitFile
			if json.Unmarshal(data, &list) == nil {
				_, _ = changed(list)
			}
		},
	}
}
