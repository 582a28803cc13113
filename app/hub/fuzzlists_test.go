package hub

import (
	"encoding/json"
	"testing"
	"time"
)

// listSeeds are answers that the readers of lists take, in their order.
func listSeeds() []string {
	return []string{
		`{"data":{"r0":` + openJSON(7, "acme/shop", openPull(4, shaA), "", queueJSON(queuedJSON(4, shaB, shaA), "")) + `}}`,
		voicesJSON("", `"commits":`+commitsJSON(1, commitJSON(shaA, `{"user":null}`, "", "null"), ""),
			`"reviews":`+listJSON(reviewJSON(1, mona, "APPROVED", `{"oid":"`+shaA+`","f0":null}`), ""), `"comments":`+listJSON(saidJSON(1, mona, "/checkrein", "null"), "")),
		`[{"type":"required_status_checks","ruleset_id":1,"parameters":{"required_status_checks":[{"context":"x"}]}}]`,
		`{"enforcement_level":"everyone","contexts":["x"],"checks":[{"context":"y","app_id":-1}]}`,
		`[` + deliveryJSON(8, "2026-11-20T12:30:00Z") + `]`,
		`{"permission":"admin","user":{"id":1,"login":"mona","type":"User"}}`,
		`{"total_count":1,"repositories":[{"id":7,"name":"shop","owner":{"login":"acme"}}]}`,
	}
}

// lists are the readers of lists.
func lists() []reading {
	return []reading{
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			list, err := c.Open(t.Context(), []Repository{{Repo: shop}})
			if err == nil && (len(list) != 1 || (list[0].Problem == nil && check(list[0].Repo) != nil)) {
				t.Errorf("%+v", list)
			}
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			v, err := c.Voices(t.Context(), shop, 31, []string{"a"})
			for _, r := range v.Reviews {
				if err == nil && r.Blobs != nil && check(shop, r.Commit) != nil {
					t.Errorf("%+v", r)
				}
			}
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			list, err := c.rules(t.Context(), shop, "main")
			sound(t, list, err)
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			var p classic
			if json.Unmarshal(data, &p) == nil {
				list, err := p.required()
				sound(t, list, err)
			}
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			list, _ := h.Deliveries(t.Context(), time.Time{})
			for _, d := range list {
				if d.ID <= 0 || d.GUID == "" {
					t.Errorf("%+v", d)
				}
			}
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			if p, err := c.Permission(t.Context(), shop, "mona"); p.Write && (err != nil || p.ID <= 0) {
				t.Errorf("%+v, %v", p, err)
			}
		},
		func(t *testing.T, h *Hub, c *Client, data []byte) {
			list, _ := c.Repositories(t.Context())
			for _, r := range list {
				if check(r.Repo) != nil {
					t.Errorf("%+v", r)
				}
			}
		},
	}
}

// sound checks that a requirement that passes names a check.
func sound(t *testing.T, list []Required, err error) {
	t.Helper()
	for _, r := range list {
		if err == nil && (r.Context == "" || r.App < 0 || r.Source == "") {
			t.Errorf("%+v", r)
		}
	}
}
