package doctor

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/hub"
)

// window is how far back deliveries are looked at.
const window = 24 * time.Hour

// webhook examines how GitHub delivers.
func (d *Doctor) webhook(ctx context.Context) bool {
	d.Step("asking GitHub about the webhook")
	hook, err := d.GitHub.Hook(ctx)
	if err != nil {
		d.report.set("webhook", unasked("webhook", err))
		return true
	}
	if hook.URL == "" {
		d.report.set("webhook", Line{
			Level: Bad, Subject: "address", Found: "none", Expected: "https://your.host/webhook",
			Do: "set the Webhook URL on the App's page at GitHub, and tick Active",
		})
		return true
	}
	d.report.set("webhook", address(hook.URL), content(hook.ContentType), verified(hook.Insecure))
	return true
}

func address(raw string) Line {
	line := Line{Level: OK, Subject: "address", Found: raw}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "https":
		line.Level, line.Expected = Bad, "https://your.host/webhook"
		line.Do = "what is delivered holds code of private repositories: put TLS before the App and change the Webhook URL on the App's page at GitHub"
	case !strings.HasSuffix(u.Path, "/webhook"):
		line.Level, line.Expected = Warn, "a path that ends in /webhook"
		line.Do = "the App listens on /webhook only: this is fine where a proxy changes the path, else change the Webhook URL on the App's page at GitHub"
	}
	if u != nil && u.User != nil {
		line.Found = u.Redacted()
	}
	return line
}

func content(kind string) Line {
	line := Line{Level: OK, Subject: "content type", Found: kind}
	if kind != "json" {
		line.Level, line.Found, line.Expected = Bad, orNone(kind), "json"
		line.Do = "the App reads JSON only: set content_type to json with PATCH /app/hook/config"
	}
	return line
}

func verified(insecure bool) Line {
	line := Line{Level: OK, Subject: "TLS", Found: "verified by GitHub"}
	if insecure {
		line.Level, line.Found, line.Expected = Bad, "not verified by GitHub", "verified"
		line.Do = "tick Enable SSL verification for the webhook: else whoever is between reads what is delivered"
	}
	return line
}

// deliveries examines what became of the events of the last day.
func (d *Doctor) deliveries(ctx context.Context) bool {
	d.Step("asking GitHub about recent deliveries")
	list, err := d.GitHub.Deliveries(ctx, d.Now().Add(-window))
	if err != nil {
		d.report.set("deliveries", unasked("deliveries", err))
		return true
	}
	d.report.set("deliveries", delivered(newest(list)))
	return true
}

// newest are the last attempts of each event, the oldest event first.
func newest(list []hub.Delivery) []hub.Delivery {
	last := map[string]hub.Delivery{}
	for _, a := range list {
		if known, ok := last[a.GUID]; !ok || later(a, known) > 0 {
			last[a.GUID] = a
		}
	}
	attempts := make([]hub.Delivery, 0, len(last))
	for _, a := range last {
		attempts = append(attempts, a)
	}
	slices.SortFunc(attempts, later)
	return attempts
}

// later orders attempts by time; ids grow too, and decide within a second.
func later(a, b hub.Delivery) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
}

func delivered(events []hub.Delivery) Line {
	line := Line{Level: OK, Subject: "last 24 hours", Found: count(len(events), "event", "events") + ", all taken in", Expected: "events, all taken in"}
	if len(events) == 0 {
		line.Level, line.Found = Warn, "no events"
		line.Do = "if something happened in the repositories: see that the webhook is active and the events are ticked on the App's page at GitHub"
		return line
	}
	var last hub.Delivery
	failed := 0
	for _, e := range events {
		if e.Status < 200 || e.Status > 299 {
			failed++
			last = e
		}
	}
	if failed == 0 {
		line.Expected = ""
		return line
	}
	// Failures that ended are history; when the newest event failed, the next will too.
	line.Level = Warn
	if events[len(events)-1].GUID == last.GUID {
		line.Level = Bad
	}
	line.Found = fmt.Sprintf("%s, %d of them not taken in; the last: %s at %s, %s",
		count(len(events), "event", "events"), failed, last.Event, last.At.UTC().Format(time.RFC3339), status(last.Status))
	line.Do = remedy(last.Status)
	return line
}

func status(code int) string {
	if code == 0 {
		return "no answer"
	}
	return strings.TrimSpace(fmt.Sprintf("status %d %s", code, http.StatusText(code)))
}

// remedy is what to do about a status that GitHub got.
func remedy(code int) string {
	switch code {
	case 0:
		return "see that the webhook's address can be reached from GitHub, and answers within 10 seconds"
	case http.StatusUnauthorized:
		return "the webhook's secret at GitHub is not among those in GITHUB_WEBHOOK_SECRET: make them the same"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "something else answers there: the address must lead to the App's /webhook"
	case http.StatusRequestEntityTooLarge:
		return "if a proxy stands before the App, let it take bodies of 25 MiB"
	case http.StatusServiceUnavailable:
		return "the App could not write its store: see its log, and the disk"
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return "what stands before the App does not reach it: see that it runs and where it listens"
	}
	return "see the App's log of that time"
}
