package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// acceptTime bounds the wait for the store: GitHub gives up after ten seconds.
const acceptTime = 8 * time.Second

// Config is what a Handler needs; every field is mandatory.
type Config struct {
	App     App
	Secrets []string // any of them signs a delivery, so that a secret can be changed without loss
	Inbox   Inbox
	Log     *slog.Logger
	Now     func() time.Time
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
	return &Handler{app: c.App, secrets: keys, inbox: c.Inbox, log: c.Log, now: c.Now,
		memory: budget{limit: maxBuffered}}, nil
}

// refusal is an answer that stores nothing.
type refusal struct {
	status int
	reason string
}

func (r refusal) Error() string { return r.reason }

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	log := h.log.With("event", clip(r.Header.Get(headerEvent)), "delivery", clip(r.Header.Get(headerDelivery)))
	status, err := h.take(w, r)
	if err == nil {
		w.WriteHeader(status)
		log.DebugContext(r.Context(), "delivery taken", "status", status)
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
	log.WarnContext(r.Context(), "delivery refused", "status", no.status, "error", err)
}

// take goes from the cheap refusals to the dear ones; nothing is parsed before it
// is known to be signed.
func (h *Handler) take(w http.ResponseWriter, r *http.Request) (int, error) {
	head, err := readHeaders(r)
	if err != nil {
		return 0, err
	}
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close") // the rest is not read to keep the connection
		return 0, tooLarge()
	}
	lease := h.memory.lease()
	defer lease.release()
	payload, err := readBody(http.MaxBytesReader(w, r.Body, maxBody), lease)
	if err != nil {
		return 0, err
	}
	if !h.secrets.signed(payload, head.signature) {
		return 0, refusal{http.StatusUnauthorized, "the signature does not match any secret"}
	}
	in, ours, err := h.app.Decode(head.event, head.delivery, payload, h.now())
	if err != nil {
		return 0, refusal{http.StatusBadRequest, err.Error()}
	}
	if !ours {
		return http.StatusNoContent, nil
	}
	return h.accept(r.Context(), in)
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
