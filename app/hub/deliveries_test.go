package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHook(t *testing.T) {
	tests := []struct {
		answer string
		want   Hook
		fails  bool
	}{
		{`{"url":"https://x.test/webhook","content_type":"json","insecure_ssl":"0","secret":"********"}`, Hook{URL: "https://x.test/webhook", ContentType: "json"}, false},
		{`{"url":"https://x.test","content_type":"form","insecure_ssl":"1"}`, Hook{"https://x.test", "form", true}, false},
		{`{"url":"https://x.test","insecure_ssl":1}`, Hook{URL: "https://x.test", Insecure: true}, false},
		{`{"content_type":"json"}`, Hook{}, true},
	}
	for _, tt := range tests {
		f := start(t, says(200, tt.answer))
		got, err := f.hub.Hook(t.Context())
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: %+v, %v", tt.answer, got, err)
		}
		if f.last(t).Path != "/app/hook/config" || !strings.HasPrefix(f.last(t).Auth, "Bearer ") {
			t.Errorf("asked %+v", f.last(t))
		}
	}
}

func deliveryJSON(id int, at string) string {
	return fmt.Sprintf(`{"id":%d,"guid":"g-%d","delivered_at":%q,"event":"push","action":null,"status_code":202,"installation_id":null}`, id, id, at)
}

func TestDeliveries(t *testing.T) {
	since := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f := start(t, inTurn(
		says(200, `[{"id":9007199254740993,"guid":"g-9","delivered_at":"2026-11-20T13:00:00Z","event":"pull_request","action":"opened","status_code":503,"installation_id":5,"status":"x"},`+
			deliveryJSON(8, "2026-11-20T12:30:00Z")+`]`, "Link", next("per_page=100&cursor=v1_a%26b")),
		says(200, `[`+deliveryJSON(7, "2026-11-20T12:00:00Z")+`,`+deliveryJSON(6, "2026-11-20T11:59:59Z")+`]`, "Link", next("cursor=v1_c")),
		says(500, "must not be asked for")))
	got, err := f.hub.Deliveries(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	want := []Delivery{
		{ID: 9007199254740993, GUID: "g-9", At: since.Add(time.Hour), Event: "pull_request", Action: "opened", Status: 503, Installation: 5},
		{ID: 8, GUID: "g-8", At: since.Add(30 * time.Minute), Event: "push", Status: 202},
		{ID: 7, GUID: "g-7", At: since, Event: "push", Status: 202},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	asked := []string{"GET /app/hook/deliveries?per_page=100", "GET /app/hook/deliveries?per_page=100&cursor=v1_a%26b"}
	if diff := cmp.Diff(asked, f.seen()); diff != "" {
		t.Error(diff)
	}
}

func TestDeliveriesAreBounded(t *testing.T) {
	f := start(t, says(200, `[`+deliveryJSON(8, "2026-11-20T12:30:00Z")+`]`, "Link", next("cursor=again")))
	got, err := f.hub.Deliveries(t.Context(), time.Time{})
	if err == nil || !strings.Contains(err.Error(), "more than 50000") || len(f.seen()) != 500 || len(got) != 500 {
		t.Errorf("%v after %d requests, %d read", err, len(f.seen()), len(got))
	}
}

func TestDeliveriesThatCannotBeRead(t *testing.T) {
	for _, answer := range []string{`null`, `{}`, `[{"id":1}]`, `[null]`, `[{"id":1,"guid":"g","event":"push"}]`, `[{"id":"x"}]`} {
		f := start(t, says(200, answer))
		_, err := f.hub.Deliveries(t.Context(), time.Time{})
		if _, ok := errors.AsType[*UnavailableError](err); !ok {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestDeliveryPayload(t *testing.T) {
	// Odd white space, key order, escapes and a number beyond 2^53 show any re-encoding.
	const payload = `{ "z":1,"a" : "\u003cb\u003e", "n":9007199254740993 }`
	f := start(t, says(200, `{"id":12,"guid":"other","event":"other","request":{"headers":{"x-github-event":"push","X-GITHUB-DELIVERY":"g-12","Odd":["x"]},"payload":`+payload+`}}`))
	event, guid, got, err := f.hub.DeliveryPayload(t.Context(), 12)
	if err != nil || event != "push" || guid != "g-12" || string(got) != payload {
		t.Errorf("%q, %q, %s, %v", event, guid, got, err)
	}
	if diff := cmp.Diff([]string{"GET /app/hook/deliveries/12"}, f.seen()); diff != "" {
		t.Error(diff)
	}
}

func TestDeliveryPayloadRefused(t *testing.T) {
	const headers = `"headers":{"X-GitHub-Event":"push","X-GitHub-Delivery":"g"}`
	tests := []struct {
		name   string
		answer http.HandlerFunc
		gone   bool
	}{
		{"404", says(404, `{"message":"Not Found"}`), true},
		{"another delivery", says(200, `{"id":13,"request":{`+headers+`,"payload":{}}}`), false},
		{"no request", says(200, `{"id":12}`), false},
		{"no payload", says(200, `{"id":12,"request":{`+headers+`}}`), false},
		{"null payload", says(200, `{"id":12,"request":{`+headers+`,"payload":null}}`), false},
		{"no event", says(200, `{"id":12,"request":{"headers":{"X-GitHub-Delivery":"g"},"payload":{}}}`), false},
		{"no id of the event", says(200, `{"id":12,"request":{"headers":{"X-GitHub-Event":"push"},"payload":{}}}`), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, tt.answer)
			_, _, payload, err := f.hub.DeliveryPayload(t.Context(), 12)
			_, down := errors.AsType[*UnavailableError](err)
			if errors.Is(err, ErrGone) != tt.gone || down == tt.gone || payload != nil {
				t.Errorf("%s, %v", payload, err)
			}
		})
	}
}
