package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// worldOf is a world for a benchmark.
func worldOf(b *testing.B) *world {
	plenty := githubtest.Rates{REST: 1_000_000, GraphQL: 1_000_000, Window: time.Hour}
	w := newGitHub(b, compose("nginx:1.27.3"), githubtest.WithRates(plenty))
	w.config.LogLevel = "warn"
	return w
}

// Acknowledgements over HTTP, signed and stored, by one sender and by 64. The App does
// its work meanwhile: each delivery is of another repository that GitHub does not show.
func BenchmarkAcknowledge(b *testing.B) {
	for _, senders := range []int{1, 64} {
		b.Run(fmt.Sprint(senders, " senders"), func(b *testing.B) {
			w := worldOf(b)
			w.config.Owners = []string{"acme"}
			w.start()
			var next atomic.Int64
			took := make([][]time.Duration, senders)
			b.ResetTimer()
			var all sync.WaitGroup
			for s := range senders {
				all.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						begun := time.Now()
						if status := w.acknowledge(n); status != http.StatusAccepted {
							b.Errorf("status %d", status)
						}
						took[s] = append(took[s], time.Since(begun))
					}
				})
			}
			all.Wait()
			b.StopTimer()
			durations := slices.Sorted(slices.Values(slices.Concat(took...)))
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acks/s")
			b.ReportMetric(float64(durations[len(durations)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// acknowledge sends one event of a pull request that was closed: nothing is judged.
func (w *world) acknowledge(n int64) int {
	payload := fmt.Appendf(nil, `{"action":"closed","installation":{"id":1},"repository":{"id":%d,"name":"r%d","owner":{"login":"acme"}},
"sender":{"login":"dana","type":"User"},"pull_request":{"number":1,"state":"closed","updated_at":"2026-01-01T00:00:00Z","head":{"sha":"%040x"},"base":{"ref":"main"}}}`, n, n, n)
	req, err := http.NewRequest(http.MethodPost, "http://"+w.config.Listen+"/webhook", bytes.NewReader(payload))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-GitHub-Event", "pull_request")
	req.Header.Set("X-GitHub-Delivery", fmt.Sprint("bench-", n))
	req.Header.Set("X-Hub-Signature-256", githubtest.Sign(secret, payload))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// From the start of the process until /readyz says yes, with GitHub at hand.
func BenchmarkColdStart(b *testing.B) {
	w := worldOf(b)
	w.config.LogLevel = "info"
	for b.Loop() {
		p := w.launch()
		p.ready()
		b.StopTimer()
		p.kill()
		b.StartTimer()
	}
}

var adminAt = regexp.MustCompile(`"msg":"serving health and metrics","address":"([^"]+)"`)

// ready waits until the process says that it is.
func (p *process) ready() {
	p.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		at := adminAt.FindStringSubmatch(p.log.String())
		if at == nil {
			continue
		}
		if resp, err := http.Get("http://" + at[1] + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	p.Fatal("the process does not become ready")
}

// Memory of the process after 5,000 pull request events in 50 repositories.
func BenchmarkMemoryAfter5000Events(b *testing.B) {
	for b.Loop() {
		w := worldOf(b)
		w.config.LogLevel = "info"
		o := w.organisation(50)
		p := w.spawn()
		for n := range 5000 {
			files := fmt.Sprintf("-- svc%d/compose.yml --\nservices:\n  web:\n    image: nginx:1.27.%d\n", n, n)
			o.change(o.repos[n%len(o.repos)], fmt.Sprint("change-", n), files, "success")
		}
		o.complete()
		b.ReportMetric(float64(p.memory())/1024, "MiB")
		p.kill()
	}
}

// memory is the resident memory of the process in KiB.
func (p *process) memory() int {
	p.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.Skipf("resident memory is read from /proc: %v", err)
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(data)
	if found == nil {
		p.Fatal("no VmRSS in the status of the process")
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		p.Fatal(err)
	}
	return kib
}
