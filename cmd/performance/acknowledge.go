package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/fixtures/postgrestest"
)

// deliverySize is what GitHub's events about pull requests have, in bytes.
const deliverySize = 20 << 10

func acknowledgements() section {
	return section{
		title: "Acknowledgements",
		intro: "From the moment a signed delivery of 20 kB is sent until it is answered 202: by then it is on the disk, in one transaction with the work that it makes due.\n" +
			"The App works meanwhile. GitHub gives it ten seconds, and does not repeat a delivery by itself. The floors are what the machine takes for the like: a server that\n" +
			"checks the signature and keeps nothing, a file to which the same bytes are appended with an `fsync` for each, and both together; the ratio is\n" +
			"to the last.",
		tables: []table{{
			head: []string{"what, senders at once", "deliveries", "median ms", "99th in a hundred, ms", "of GitHub's ten seconds", "a second", "median to the floor's"},
			fill: acknowledge,
			notes: "PostgreSQL is Debian's, on the same machine and disk, reached over a socket, with `fsync`, where it is installed. With 64 senders deliveries share an\n" +
				"`fsync`, and most of the time is waiting for a core: the senders and the simulated GitHub, which answers what the App asks for its work, are on the machine as well.",
		}},
	}
}

// receiver takes deliveries in.
type receiver struct {
	name  string
	one   func(context.Context) error
	rest  func(context.Context) error // waits until it has done what was delivered; may be nil
	close func() error
	none  string // why there is none
}

// acknowledge measures all receivers in turns, so that what else the machine does is shared.
func acknowledge(ctx context.Context, b *bench, add func(...string)) (err error) {
	receivers, err := b.receivers(ctx)
	defer func() {
		for _, r := range receivers {
			if r.close != nil {
				err = errors.Join(err, r.close())
			}
		}
	}()
	if err != nil {
		return err
	}
	for _, senders := range []int{1, 64} {
		n := b.size(2, 300)
		if senders > 1 {
			n = b.size(64, 2000)
		}
		all, err := b.inTurns(ctx, receivers, senders, n)
		if err != nil {
			return err
		}
		floor := all[len(receivers)-1].of(burst.median).median() // the last: signature and fsync
		for i, r := range receivers {
			name := fmt.Sprintf("%s, %d", r.name, senders)
			if r.none != "" {
				add(name, "-", r.none, "-", "-", "-", "-")
				continue
			}
			median, p99 := all[i].of(burst.median), all[i].of(burst.p99)
			add(name, thousands(n), median.String(), p99.String(), number(p99.median()/100)+" %", all[i].of(burst.rate).String(), times(median.median(), floor))
		}
	}
	return nil
}

// inTurns lets every receiver have n deliveries, as often as there are runs.
func (b *bench) inTurns(ctx context.Context, receivers []receiver, senders, n int) ([]bursts, error) {
	all := make([]bursts, len(receivers))
	for range b.runs() {
		for i, r := range receivers {
			if r.none != "" {
				continue
			}
			one, err := send(ctx, senders, n, r.one)
			if err == nil && r.rest != nil {
				err = r.rest(ctx)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.name, err)
			}
			all[i] = append(all[i], one)
		}
	}
	return all, nil
}

// receivers are the product and the floors; those that were started are to be closed
// whatever the error.
func (b *bench) receivers(ctx context.Context) (all []receiver, err error) {
	for _, start := range []func(context.Context) (receiver, error){b.onSQLite, b.onPostgres, b.discarder, b.appender, b.keeper} {
		r, err := start(ctx)
		all = append(all, r)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func (b *bench) onSQLite(ctx context.Context) (receiver, error) {
	return b.app(ctx, "SQLite")
}

func (b *bench) onPostgres(ctx context.Context) (receiver, error) {
	server, err := postgrestest.StartDurable()
	if errors.Is(err, postgrestest.ErrNone) {
		return receiver{name: "PostgreSQL", none: "not installed here"}, nil
	}
	if err != nil {
		return receiver{}, fmt.Errorf("start PostgreSQL: %w", err)
	}
	r, err := b.app(ctx, "PostgreSQL", "CHECKREIN_DATABASE_URL="+server.Address())
	if stop := r.close; stop != nil {
		r.close = func() error { return errors.Join(stop(), server.Close()) }
	} else {
		r.close = server.Close
	}
	return r, err
}

// app is the product, which hears of pull requests that were closed: for each commit it asks
// GitHub what is open, and has nothing to judge.
func (b *bench) app(ctx context.Context, name string, more ...string) (receiver, error) {
	w, err := b.newWorld(ctx, 1, githubtest.Files{"README.md": githubtest.Text("hello\n")}, append(more, "CHECKREIN_LOG_LEVEL=warn")...)
	if err != nil {
		return receiver{}, err
	}
	d := &sender{url: w.product.URL, client: newClient(), installation: w.installed.ID, repository: w.repos[0].ID}
	rest := func(ctx context.Context) error { return w.settled(ctx, 200*time.Millisecond) }
	return receiver{name: name, one: d.deliver, rest: rest, close: func() error { return d.leave(w.close) }}, nil
}

// sender delivers as GitHub does.
type sender struct {
	url    string
	client *http.Client
	sent   atomic.Int64

	installation, repository int64 // that the events are about
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}

// leave closes the connections before what is at their other end: a server waits for those
// that were opened and never used.
func (s *sender) leave(stop func() error) error {
	s.client.CloseIdleConnections()
	return stop()
}

// heads are how many commits the deliveries are about.
const heads = 300

func (s *sender) deliver(ctx context.Context) error {
	n := s.sent.Add(1)
	payload := fmt.Appendf(nil, `{"action":"closed","installation":{"id":%d},"repository":{"id":%d,"name":"platform","owner":{"login":"acme0"}},"sender":{"login":"dana","type":"User"},
"pull_request":{"number":%d,"state":"closed","updated_at":"2026-01-01T00:00:00Z","head":{"sha":"%040x"},"base":{"ref":"main"},"body":"`, s.installation, s.repository, n%heads+1, n%heads+1)
	payload = append(payload, strings.Repeat("x", deliverySize-len(payload)-3)+`"}}`...)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-GitHub-Event", "pull_request")
	req.Header.Set("X-GitHub-Delivery", fmt.Sprint("performance-", n))
	req.Header.Set("X-Hub-Signature-256", githubtest.Sign(product.Secret, payload))
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("a delivery was answered with %s, expected 202", resp.Status)
	}
	return nil
}
