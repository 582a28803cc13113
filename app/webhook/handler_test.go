package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/work"
)

const (
	secretOne, secretTwo = "first secret", "second secret"

	headA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	headB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

const openedA = `{"action":"opened","number":7,
 "pull_request":{"number":7,"state":"open","updated_at":"2026-11-01T10:00:00Z","head":{"sha":"` + headA + `"},"base":{"ref":"main"}},
 "repository":{"id":42,"name":"infra","owner":{"login":"Acme"}},"installation":{"id":9},"sender":{"login":"ann","type":"User"}}`

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// fakeInbox remembers what was stored and answers as it is told.
type fakeInbox struct {
	stored  []Intake
	outcome Outcome
	err     error
}

func (f *fakeInbox) Accept(_ context.Context, in Intake) (Outcome, error) {
	if f.err == nil {
		f.stored = append(f.stored, in)
	}
	return f.outcome, f.err
}

func config(inbox Inbox) Config {
	return Config{
		App:     App{ID: 77, Slug: "checkrein"},
		Secrets: []string{secretOne, secretTwo},
		Inbox:   inbox,
		Log:     slog.New(slog.DiscardHandler),
		Now:     func() time.Time { return noon },
	}
}

func newHandler(t *testing.T, inbox Inbox) *Handler {
	t.Helper()
	h, err := NewHandler(config(inbox))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func sum256(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func sum1(secret string, body []byte) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write(body)
	return "sha1=" + hex.EncodeToString(mac.Sum(nil))
}

// signedRequest is what GitHub sends.
func signedRequest(event, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-Hub-Signature", sum1(secretOne, []byte(body)))
	r.Header.Set("X-Hub-Signature-256", sum256(secretOne, []byte(body)))
	return r
}

func TestHandlerAnswers(t *testing.T) {
	full := fmt.Errorf("insert: %w: disk full", ErrUnavailable)
	header := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header[http.CanonicalHeaderKey(name)] = values }
	}
	for name, tt := range map[string]struct {
		event   string // pull_request where empty
		body    string // openedA where empty
		change  func(*http.Request)
		outcome Outcome
		err     error
		want    int
		says    string // part of the answer
	}{
		"stored":                    {want: 202},
		"stored, second secret":     {change: header("X-Hub-Signature-256", sum256(secretTwo, []byte(openedA))), want: 202},
		"charset is no matter":      {change: header("Content-Type", "application/json; charset=utf-8"), want: 202},
		"already done":              {outcome: Repeated, want: 200},
		"unknown event":             {event: "star", body: `{"action":"created","repository":"no object"}`, want: 204},
		"ping":                      {event: "ping", body: `{"zen":"Design for failure.","hook_id":1}`, want: 204},
		"other action":              {body: strings.Replace(openedA, `"opened"`, `"labeled"`, 1), want: 204},
		"own bot":                   {body: strings.Replace(openedA, `"login":"ann","type":"User"`, `"login":"checkrein[bot]","type":"Bot"`, 1), want: 204},
		"no delivery id":            {change: header("X-GitHub-Delivery"), want: 400, says: "X-GitHub-Delivery"},
		"two delivery ids":          {change: header("X-GitHub-Delivery", "one", "two"), want: 400, says: "X-GitHub-Delivery"},
		"long delivery id":          {change: header("X-GitHub-Delivery", strings.Repeat("a", 129)), want: 400, says: "128"},
		"delivery id with a space":  {change: header("X-GitHub-Delivery", "a b"), want: 400, says: "printable"},
		"delivery id not ASCII":     {change: header("X-GitHub-Delivery", "é"), want: 400, says: "printable"},
		"no event":                  {change: header("X-GitHub-Event"), want: 400, says: "X-GitHub-Event"},
		"form encoded":              {change: header("Content-Type", "application/x-www-form-urlencoded"), want: 400, says: "set the webhook's content type to application/json"},
		"not JSON":                  {body: `{"action":`, want: 400, says: "cannot be read"},
		"not JSON, unknown event":   {event: "star", body: `payload=1`, want: 400, says: "not JSON"},
		"no repository":             {body: strings.Replace(openedA, `"id":42`, `"id":0`, 1), want: 400, says: "repository.id"},
		"no signature":              {change: header("X-Hub-Signature-256"), want: 401},
		"SHA-1 only":                {change: func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, want: 401},
		"SHA-1 in the new header":   {change: header("X-Hub-Signature-256", sum1(secretOne, []byte(openedA))), want: 401},
		"wrong secret":              {change: header("X-Hub-Signature-256", sum256("third secret", []byte(openedA))), want: 401},
		"empty secret":              {change: header("X-Hub-Signature-256", sum256("", []byte(openedA))), want: 401},
		"signature without prefix":  {change: header("X-Hub-Signature-256", strings.TrimPrefix(sum256(secretOne, []byte(openedA)), "sha256=")), want: 401},
		"short signature":           {change: header("X-Hub-Signature-256", sum256(secretOne, []byte(openedA))[:69]), want: 401},
		"two signatures":            {change: header("X-Hub-Signature-256", sum256(secretOne, []byte(openedA)), sum256(secretOne, []byte(openedA))), want: 401},
		"get":                       {change: func(r *http.Request) { r.Method = http.MethodGet }, want: 405},
		"put":                       {change: func(r *http.Request) { r.Method = http.MethodPut }, want: 405},
		"announced over 25 MiB":     {change: func(r *http.Request) { r.ContentLength = 25<<20 + 1 }, want: 413, says: "25 MiB"},
		"store cannot be written":   {err: full, want: 503, says: "could not be stored"},
		"store fails otherwise":     {err: errors.New("no such table"), want: 503},
		"signature in upper case":   {change: header("X-Hub-Signature-256", "sha256="+strings.ToUpper(sum256(secretOne, []byte(openedA))[7:])), want: 202},
		"signed body but then more": {change: header("X-Hub-Signature-256", sum256(secretOne, []byte(openedA+" "))), want: 401},
	} {
		t.Run(name, func(t *testing.T) {
			event, body := "pull_request", openedA
			if tt.event != "" {
				event = tt.event
			}
			if tt.body != "" {
				body = tt.body
			}
			r := signedRequest(event, body)
			if tt.change != nil {
				tt.change(r)
			}
			inbox := &fakeInbox{outcome: tt.outcome, err: tt.err}
			w := httptest.NewRecorder()
			newHandler(t, inbox).ServeHTTP(w, r)
			if w.Code != tt.want || !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("answered %d %q, want %d with %q", w.Code, w.Body, tt.want, tt.says)
			}
			if reached := len(inbox.stored) == 1; reached != (tt.want == 202 || tt.want == 200) {
				t.Errorf("status %d with %d intakes stored", w.Code, len(inbox.stored))
			}
			if w.Code == 405 && w.Header().Get("Allow") != "POST" {
				t.Errorf("Allow: %q, want POST", w.Header().Get("Allow"))
			}
		})
	}
}

func TestHandlerStoresWhatWasSigned(t *testing.T) {
	inbox := &fakeInbox{}
	newHandler(t, inbox).ServeHTTP(httptest.NewRecorder(), signedRequest("pull_request", openedA))
	repo := Repo{ID: 42, Installation: 9, Owner: "Acme", Name: "infra"}
	want := []Intake{{
		Delivery: Delivery{ID: "72d3162e-cc78-11e3-81ab-4c9367dc0958", Event: "pull_request", Action: "opened",
			Installation: 9, Repository: 42, Received: noon, Payload: []byte(openedA)},
		Repo: repo,
		Pulls: []Pull{{Repo: repo, Number: 7, Head: headA, BaseRef: "main", Open: true,
			Updated: time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)}},
		Due: []work.Due{{Key: work.HeadKey(42, headA)}},
	}}
	if diff := cmp.Diff(want, inbox.stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

// countingBody tells how much of it was read.
type countingBody struct {
	io.Reader
	read int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.read += int64(n)
	return n, err
}

func TestHandlerReadsNoMoreThanItMust(t *testing.T) {
	endless := func() io.Reader { return io.LimitReader(zeros{}, 1<<30) }
	for name, tt := range map[string]struct {
		change func(*http.Request)
		most   int64
		want   int
	}{
		"announced too large": {func(r *http.Request) { r.ContentLength = 1 << 30 }, 0, 413},
		"not announced":       {func(r *http.Request) { r.ContentLength = -1 }, 25<<20 + 64<<10, 413},
		"unsigned":            {func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, 0, 401},
		"form encoded":        {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 0, 400},
	} {
		t.Run(name, func(t *testing.T) {
			body := &countingBody{Reader: endless()}
			r := signedRequest("pull_request", openedA)
			r.Body = io.NopCloser(body)
			tt.change(r)
			w := httptest.NewRecorder()
			newHandler(t, &fakeInbox{}).ServeHTTP(w, r)
			if w.Code != tt.want || body.read > tt.most {
				t.Errorf("answered %d after %d bytes, want %d after at most %d", w.Code, body.read, tt.want, tt.most)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestHandlerBoundsMemoryOfAllBodies(t *testing.T) {
	h := newHandler(t, &fakeInbox{})
	other := h.memory.lease()
	if _, err := readBody(bytes.NewReader(make([]byte, 1<<20)), other); err != nil {
		t.Fatal(err)
	}
	h.memory.limit = 1<<20 + 100 // the other body leaves 100 bytes
	w := httptest.NewRecorder()
	h.ServeHTTP(w, signedRequest("pull_request", openedA))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d while memory is taken, want 503", w.Code)
	}
	other.release()
	w = httptest.NewRecorder()
	h.ServeHTTP(w, signedRequest("pull_request", openedA))
	if w.Code != http.StatusAccepted || h.memory.held.Load() != 0 {
		t.Errorf("answered %d with %d bytes still held, want 202 and none", w.Code, h.memory.held.Load())
	}
}

func TestNewHandlerRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Config)
		says   string
	}{
		"no secret":          {func(c *Config) { c.Secrets = nil }, "no secret"},
		"empty secret":       {func(c *Config) { c.Secrets = []string{""} }, "secret 1 of 1 is empty"},
		"one of two empty":   {func(c *Config) { c.Secrets = []string{"x", ""} }, "secret 2 of 2 is empty"},
		"no app id":          {func(c *Config) { c.App.ID = 0 }, "app id"},
		"nowhere to store":   {func(c *Config) { c.Inbox = nil }, "inbox"},
		"nothing to log to":  {func(c *Config) { c.Log = nil }, "log"},
		"no clock to ask at": {func(c *Config) { c.Now = nil }, "clock"},
	} {
		t.Run(name, func(t *testing.T) {
			c := config(&fakeInbox{})
			tt.change(&c)
			if _, err := NewHandler(c); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want one about %q", err, tt.says)
			}
		})
	}
}

// TestHandlerCountsAndLogs: every answer is counted once, and the log leads from the
// delivery to the work.
func TestHandlerCountsAndLogs(t *testing.T) {
	installed := `{"action":"created","installation":{"id":9,"account":{"login":"Acme"}},"sender":{"login":"ann","type":"User"}}`
	for name, tt := range map[string]struct {
		event, body string
		change      func(*http.Request)
		err         error
		want        int
		log         string
	}{
		"stored": {event: "pull_request", body: openedA, want: 202,
			log: `level=INFO msg="delivery taken" event=pull_request delivery=72d3162e-cc78-11e3-81ab-4c9367dc0958 duration=0s status=202 action=opened installation=9 repository=42 name=Acme/infra due=[head:42@` + headA + `]`},
		"without a repository": {event: "installation", body: installed, want: 202,
			log: `level=INFO msg="delivery taken" event=installation delivery=72d3162e-cc78-11e3-81ab-4c9367dc0958 duration=0s status=202 action=created installation=9 due=[sweep:9]`},
		"not ours":   {event: "ping", body: `{}`, want: 204, log: `level=DEBUG msg="delivery not for this app"`},
		"not signed": {event: "ping", body: `{}`, change: func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, want: 401, log: `level=WARN msg="delivery refused"`},
		"not stored": {event: "pull_request", body: openedA, err: ErrUnavailable, want: 503, log: "status=503"},
	} {
		t.Run(name, func(t *testing.T) {
			var counted []int
			var log bytes.Buffer
			c := config(&fakeInbox{err: tt.err})
			c.Count = func(status int) { counted = append(counted, status) }
			c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			h, err := NewHandler(c)
			if err != nil {
				t.Fatal(err)
			}
			r := signedRequest(tt.event, tt.body)
			if tt.change != nil {
				tt.change(r)
			}
			h.ServeHTTP(httptest.NewRecorder(), r)
			if diff := cmp.Diff([]int{tt.want}, counted); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
			if !strings.Contains(log.String(), tt.log) || strings.Count(log.String(), "\n") != 1 {
				t.Errorf("logged %s\nwant %s", log.String(), tt.log)
			}
		})
	}
}
