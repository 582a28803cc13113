package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// deliveryPages bounds one look at the deliveries: 50,000 attempts.
const deliveryPages = 500

// Hook asks where and how GitHub delivers to the app.
func (h *Hub) Hook(ctx context.Context) (Hook, error) {
	var answer struct {
		URL         *string
		ContentType string          `json:"content_type"`
		Insecure    json.RawMessage `json:"insecure_ssl"` // "1" or 1
	}
	doing := "asking how GitHub delivers to the app"
	if _, err := get(ctx, h.self.api, "app/hook/config", &answer); err != nil {
		return Hook{}, explain(doing, err)
	}
	if answer.URL == nil {
		return Hook{}, explain(doing, lacking("an address"))
	}
	return Hook{URL: *answer.URL, ContentType: answer.ContentType, Insecure: strings.Trim(string(answer.Insecure), `"`) == "1"}, nil
}

// delivery is a row of GitHub's list.
type delivery struct {
	ID           int64
	GUID         string
	At           time.Time `json:"delivered_at"`
	Event        string
	Action       *string
	Status       int    `json:"status_code"`
	Installation *int64 `json:"installation_id"`
}

// Deliveries lists the attempts since a time, the newest first, 100 a request. Beside an
// error stands what was read before it. Errors: *LimitError, *UnavailableError, and one
// that says so when there are more than 50,000.
func (h *Hub) Deliveries(ctx context.Context, since time.Time) ([]Delivery, error) {
	const doing = "listing the app's deliveries"
	var all []Delivery
	cursor := ""
	for range deliveryPages {
		page, next, err := h.deliveries(ctx, cursor)
		if err != nil {
			return all, explain(doing, err)
		}
		for _, d := range page {
			if !d.At.Before(since) {
				all = append(all, d)
			}
		}
		if next == "" || (len(page) > 0 && page[len(page)-1].At.Before(since)) {
			return all, nil
		}
		cursor = next
	}
	return all, fmt.Errorf("%s: there are more than %d since %s", doing, deliveryPages*100, since.UTC().Format(time.RFC3339))
}

func (h *Hub) deliveries(ctx context.Context, cursor string) (list []Delivery, next string, err error) {
	path := "app/hook/deliveries?per_page=100"
	if cursor != "" {
		path += "&cursor=" + url.QueryEscape(cursor)
	}
	var rows []delivery
	resp, err := get(ctx, h.self.api, path, &rows)
	if err != nil {
		return nil, "", err
	}
	if rows == nil {
		return nil, "", lacking("the deliveries")
	}
	for _, r := range rows {
		if r.ID <= 0 || r.GUID == "" || r.At.IsZero() || r.Event == "" {
			return nil, "", lacking("a delivery's id, event and time")
		}
		d := Delivery{ID: r.ID, GUID: r.GUID, At: r.At, Event: r.Event, Status: r.Status}
		if r.Action != nil {
			d.Action = *r.Action
		}
		if r.Installation != nil {
			d.Installation = *r.Installation
		}
		list = append(list, d)
	}
	return list, resp.Cursor, nil
}

// DeliveryPayload asks for what was delivered: the event and its id as the headers named
// them, and the payload byte for byte as GitHub tells it. Errors: ErrGone (GitHub keeps
// deliveries for some days), *LimitError, *UnavailableError.
func (h *Hub) DeliveryPayload(ctx context.Context, id int64) (event, guid string, payload []byte, err error) {
	doing := fmt.Sprintf("reading delivery %d", id)
	var answer struct {
		ID      int64
		Request *struct {
			Headers map[string]any
			Payload json.RawMessage
		}
	}
	_, err = get(ctx, h.self.api, fmt.Sprintf("app/hook/deliveries/%d", id), &answer)
	if gone(err) {
		return "", "", nil, fmt.Errorf("%s: %w", doing, ErrGone)
	}
	if err != nil {
		return "", "", nil, explain(doing, err)
	}
	if answer.ID != id || answer.Request == nil || null(answer.Request.Payload) {
		return "", "", nil, explain(doing, lacking("what was delivered"))
	}
	event, guid = header(answer.Request.Headers, "X-GitHub-Event"), header(answer.Request.Headers, "X-GitHub-Delivery")
	if event == "" || guid == "" {
		return "", "", nil, explain(doing, lacking("which event it was"))
	}
	return event, guid, answer.Request.Payload, nil
}

// header finds a header whatever its letters' case.
func header(all map[string]any, name string) string {
	for key, value := range all {
		if text, ok := value.(string); ok && strings.EqualFold(key, name) {
			return text
		}
	}
	return ""
}
