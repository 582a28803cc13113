package hub

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	shaA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	shaB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	shaC = "cccccccccccccccccccccccccccccccccccccccc"
)

var shop = Repo{ID: 7, Owner: "acme", Name: "shop"}

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func keyPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(testKey())})
}

// call is a request as the server saw it.
type call struct {
	Method, Path, Query, Auth string
	Body                      []byte
}

// graph is the body of a GraphQL request.
func (c call) graph(t *testing.T) (query string, vars map[string]any) {
	t.Helper()
	var body struct {
		Query     string
		Variables map[string]any
	}
	if err := json.Unmarshal(c.Body, &body); err != nil {
		t.Fatal(err)
	}
	return body.Query, body.Variables
}

// fake is a server whose answers a test writes; tokens it makes itself.
type fake struct {
	*httptest.Server
	hub    *Hub
	client *Client
	answer http.HandlerFunc

	mu    sync.Mutex
	calls []call
	mints []call
	clock time.Time
}

func start(t *testing.T, answer http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{answer: answer, clock: time.Now()}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	h, err := New(Config{AppID: 99, PrivateKeyPEM: keyPEM(), APIURL: f.URL, UserAgent: "checkrein-test", Now: f.now})
	if err != nil {
		t.Fatal(err)
	}
	h.backoff, h.timeout = time.Millisecond, 5*time.Second
	f.hub, f.client = h, h.Installation(5)
	return f
}

func (f *fake) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock
}

func (f *fake) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(d)
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c := call{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Authorization"), body}
	f.mu.Lock()
	mint := strings.HasSuffix(r.URL.Path, "/access_tokens")
	if mint {
		f.mints = append(f.mints, c)
	} else {
		f.calls = append(f.calls, c)
	}
	n := len(f.mints)
	f.mu.Unlock()
	if mint {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"token":"ghs_%d","expires_at":%q}`, n, time.Now().Add(time.Hour).Format(time.RFC3339))
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	f.answer(w, r)
}

// seen lists "METHOD path" of the requests, without those for tokens.
func (f *fake) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	for _, c := range f.calls {
		line := c.Method + " " + c.Path
		if c.Query != "" {
			line += "?" + c.Query
		}
		list = append(list, line)
	}
	return list
}

func (f *fake) last(t *testing.T) call {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.calls) == 0 {
		t.Fatal("no request arrived")
	}
	return f.calls[len(f.calls)-1]
}

// says answers every request with the status and the JSON text.
func says(code int, text string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		io.WriteString(w, text)
	}
}

// inTurn gives each request the next answer; the last one stays.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		next := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		mu.Unlock()
		next(w, r)
	}
}

// cutShort promises more bytes than it sends.
func cutShort(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(text)+100))
		w.WriteHeader(code)
		io.WriteString(w, text)
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		panic(http.ErrAbortHandler)
	}
}
