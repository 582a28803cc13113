package webhook

import (
	"encoding/hex"
	"mime"
	"net/http"
	"strings"
)

const (
	headerDelivery  = "X-GitHub-Delivery"
	headerEvent     = "X-GitHub-Event"
	headerSignature = "X-Hub-Signature-256"

	maxHeader = 128 // characters of a delivery id or an event name
)

// headers are what is known of a delivery before its body is read.
type headers struct {
	delivery, event string
	signature       []byte
}

// readHeaders refuses what no body could make good.
func readHeaders(r *http.Request) (headers, error) {
	if r.Method != http.MethodPost {
		return headers{}, refusal{http.StatusMethodNotAllowed, "deliveries are posted"}
	}
	signature, ok := readSignature(r.Header)
	if !ok {
		return headers{}, refusal{http.StatusUnauthorized, "one " + headerSignature + " header is needed: sha256= and 64 hexadecimal digits"}
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return headers{}, refusal{http.StatusBadRequest, "set the webhook's content type to application/json"}
	}
	delivery, ok := readWord(r.Header, headerDelivery)
	if !ok {
		return headers{}, refusal{http.StatusBadRequest, "one " + headerDelivery + " header is needed, at most 128 printable characters"}
	}
	event, ok := readWord(r.Header, headerEvent)
	if !ok {
		return headers{}, refusal{http.StatusBadRequest, "one " + headerEvent + " header is needed, at most 128 printable characters"}
	}
	return headers{delivery: delivery, event: event, signature: signature}, nil
}

// readWord takes a header that is there exactly once and is a plain word: of two,
// a proxy in front might believe the other.
func readWord(h http.Header, name string) (string, bool) {
	values := h.Values(name)
	if len(values) != 1 || values[0] == "" || len(values[0]) > maxHeader {
		return "", false
	}
	plain := func(r rune) bool { return r > ' ' && r < 0x7f }
	return values[0], strings.IndexFunc(values[0], func(r rune) bool { return !plain(r) }) < 0
}

func readSignature(h http.Header) ([]byte, bool) {
	word, ok := readWord(h, headerSignature)
	digits, prefixed := strings.CutPrefix(word, "sha256=")
	sum, err := hex.DecodeString(digits)
	return sum, ok && prefixed && err == nil && len(sum) == 32
}

// clip bounds what a stranger's header can put into the log.
func clip(s string) string { return s[:min(len(s), maxHeader)] }
