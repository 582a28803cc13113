package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// acceptTime bounds the wait for the store: GitHub gives up after ten seconds.
const acceptTime = 8 * time.Second

// Config is what a Handler needs; every field but Count and Tracer is mandatory.
type Config struct {
	App     App
	Secrets []string // any of them signs a delivery, so that a secret can be changed without loss
	Inbox   Inbox
	Log     *slog.Logger
	Now     func() time.Time
	Count   func(status int) // hears of every answer, once
	Tracer  trace.Tracer     // of a span for each delivery to be stored; nil: there are none
}

// Handler answers POST /webhook: 202 stored; 200 already done; 204 not for this
// app; 400 no delivery id or not JSON; 401 not signed; 405 not POST; 413 over
// 25 MiB; 503 not stored. It relies on its server for header limits and time-outs.
type Handler struct {
	app     App
	secrets secrets
	inbox   Inbox
	log     *slog.Logger
	now     func() time.Time
	count   func(status int)
	tracer  trace.Tracer
	memory  budget
}

// NewHandler refuses a configuration under which anybody could sign. A slug that is
// not known (GitHub was away when it was asked) is no reason to lose deliveries: check
// runs and suites, the only events that the app causes, carry its id.
func NewHandler(c Config) (*Handler, error) {
	keys, err := newSecrets(c.Secrets)
	switch {
	case err != nil:
		return nil, err
	case c.App.ID <= 0:
		return nil, fmt.Errorf("webhook: app id %d: want the number GitHub gave the app", c.App.ID)
	case c.Inbox == nil || c.Log == nil || c.Now == nil:
		return nil, errors.New("webhook: inbox, log and clock are needed")
	}
	h := &Handler{app: c.App, secrets: keys, inbox: c.Inbox, log: c.Log, now: c.Now, count: c.Count, tracer: c.Tracer,
		memory: budget{limit: maxBuffered}}
	if h.count == nil {
		h.count = func(int) {}
	}
	if h.tracer == nil {
		h.tracer = noop.NewTracerProvider().Tracer("")
	}
	return h, nil
}

// refusal is an answer that stores nothing.
type refusal struct {
	status int
	reason string
}

func (r refusal) Error() string { return r.reason }

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := h.now()
	log := h.log.With("event", clip(r.Header.Get(headerEvent)), "delivery", clip(r.Header.Get(headerDelivery)))
	ctx, status, in, err := h.take(w, r)
	span := trace.SpanFromContext(ctx)
	defer span.End()
	log = log.With("duration", h.now().Sub(started))
	if err == nil {
		w.WriteHeader(status)
		h.count(status)
		answered(span, status)
		tell(ctx, log, status, in)
		return
	}
	var no refusal
	if !errors.As(err, &no) {
		no = refusal{http.StatusServiceUnavailable, "the delivery could not be stored; redeliver it later"}
	}
	if no.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	http.Error(w, no.reason, no.status)
	h.count(no.status)
	answered(span, no.status)
	log.WarnContext(ctx, "delivery refused", "status", no.status, "error", err)
}

// tell logs what became of a delivery; the keys lead to the log lines of the work.
func tell(ctx context.Context, log *slog.Logger, status int, in Intake) {
	if status == http.StatusNoContent {
		log.DebugContext(ctx, "delivery not for this app", "status", status)
		return
	}
	log = log.With("status", status, "action", in.Delivery.Action, "installation", in.Delivery.Installation)
	if in.Repo.ID != 0 {
		log = log.With("repository", in.Repo.ID, "name", in.Repo.Owner+"/"+in.Repo.Name)
	}
	var due []string
	for _, d := range in.Due {
		due = append(due, d.Key)
	}
	log.InfoContext(ctx, "delivery taken", "due", due)
}

// take goes from the cheap refusals to the dear ones; nothing is parsed before it
// is known to be signed. With what is to be stored the context has the delivery's span.
func (h *Handler) take(w http.ResponseWriter, r *http.Request) (ctx context.Context, status int, in Intake, err error) {
	ctx, begun := r.Context(), time.Now()
	head, err := readHeaders(r)
	if err != nil {
		return ctx, 0, in, err
	}
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close") // the rest is not read to keep the connection
		return ctx, 0, in, tooLarge()
	}
	lease := h.memory.lease()
	defer lease.release()
	payload, err := readBody(http.MaxBytesReader(w, r.Body, maxBody), lease)
	if err != nil {
		return ctx, 0, in, err
	}
	if !h.secrets.signed(payload, head.signature) {
		return ctx, 0, in, refusal{http.StatusUnauthorized, "the signature does not match any secret"}
	}
	in, ours, err := h.app.Decode(head.event, head.delivery, payload, h.now())
	if err != nil {
		return ctx, 0, Intake{}, refusal{http.StatusBadRequest, err.Error()}
	}
	if !ours {
		return ctx, http.StatusNoContent, Intake{}, nil
	}
	ctx = h.span(r, in, begun)
	status, err = h.accept(ctx, in)
	return ctx, status, in, err
}

func (h *Handler) accept(ctx context.Context, in Intake) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, acceptTime)
	defer cancel()
	outcome, err := h.inbox.Accept(ctx, in)
	switch {
	case err != nil:
		return 0, fmt.Errorf("store delivery %s: %w", in.Delivery.ID, err)
	case outcome == Repeated:
		return http.StatusOK, nil
	}
	return http.StatusAccepted, nil
}

func readBody(body io.Reader, l *lease) ([]byte, error) {
	payload, err := io.ReadAll(l.count(body))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge()
	case errors.Is(err, errNoMemory):
		return nil, refusal{http.StatusServiceUnavailable, "too many large deliveries at once; redeliver it later"}
	case err != nil:
		return nil, refusal{http.StatusBadRequest, "the body was cut off"}
	}
	return payload, nil
}

func tooLarge() refusal {
	return refusal{http.StatusRequestEntityTooLarge, "the body is larger than 25 MiB"}
}
