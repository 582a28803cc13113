package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/fixtures/postgrestest"
)

// replicas are processes of the App that share a PostgreSQL server, behind a balancer.
type replicas struct {
	*world
	server *postgrestest.Server

	mu  sync.Mutex
	all []*replica
	at  int // who got the last delivery
}

type replica struct {
	*process
	address string
}

// newServer is a world whose state is on a PostgreSQL server of its own.
func newServer(t *testing.T, files string, options ...githubtest.Option) *replicas {
	t.Helper()
	if os.Getenv("CHECKREIN_CHAOS") == "" {
		t.Skip("several processes on a server of their own take minutes: CHECKREIN_CHAOS=1 plays them")
	}
	server, err := postgrestest.Start()
	if errors.Is(err, postgrestest.ErrNone) {
		t.Skipf("%v: replicas share nothing else", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &replicas{world: newGitHub(t, files, options...), server: server}
	r.config.DatabaseURL, r.lease = server.Address(), "6s" // twice what this machine may stand still
	balancer := httptest.NewServer(r)
	t.Cleanup(balancer.Close)
	r.app.SetWebhook(balancer.URL+"/webhook", secret)
	return r
}

// add starts one more process.
func (r *replicas) add() *replica {
	r.Helper()
	p := r.launch()
	one := &replica{p, p.serving()}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, one)
	return one
}

// lose kills a process.
func (r *replicas) lose(one *replica) {
	r.Helper()
	one.kill() // deliveries still go there, as until a balancer notices
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = slices.DeleteFunc(r.all, func(o *replica) bool { return o == one })
}

// ServeHTTP has each process in turn take a delivery.
func (r *replicas) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	var to string
	if len(r.all) > 0 {
		r.at = (r.at + 1) % len(r.all)
		to = r.all[r.at].address
	}
	r.mu.Unlock()
	body, err := io.ReadAll(req.Body)
	if err != nil || to == "" {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	out := req.Clone(req.Context())
	out.Body, out.URL.Scheme, out.URL.Host, out.RequestURI = io.NopCloser(bytes.NewReader(body)), "http", to, ""
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// acknowledged fails for every delivery that GitHub takes for delivered and that is not
// stored or whose work is not done.
func (r *replicas) acknowledged() {
	r.Helper()
	db := r.database()
	defer db.Close()
	n := 0
	for _, d := range r.github.Deliveries() {
		if !d.Sent || d.StatusCode != http.StatusAccepted {
			continue
		}
		n++
		var done int64
		if err := db.QueryRowContext(r.Context(), `SELECT done FROM deliveries WHERE id = $1`, d.GUID).Scan(&done); err != nil || done == 0 {
			r.Errorf("delivery %s (%s) was acknowledged, and now: done %d, %v", d.GUID, d.Event, done, err)
		}
	}
	if n == 0 {
		r.Error("no delivery was acknowledged")
	}
	r.Logf("%d deliveries acknowledged and done", n)
}

// Two processes on one database, either killed at any time, the database restarted in the
// middle, GitHub limiting, failing and slow: everything that is open is judged once. It is
// played with CHECKREIN_CHAOS=1.
func TestChaosOfReplicas(t *testing.T) {
	t.Parallel()
	const pulls, deliveries, kills = 30, 200, 10
	random := rand.New(rand.NewPCG(uint64(kills), 4))
	r := newServer(t, compose("nginx:1.27.3"))
	r.add()
	r.add()
	takeovers := r.watchLeases()
	c := r.crowd(random, pulls)
	for kill := range kills {
		r.fire(random, 6)
		for range (deliveries-pulls)/kills - 4 {
			c.stir()
		}
		victim := r.all[random.IntN(len(r.all))]
		time.Sleep(time.Duration(random.IntN(1500)) * time.Millisecond)
		r.lose(victim)
		c.stir()
		if kill == kills/2 {
			r.restartDatabase(c)
		}
		for range 3 {
			c.stir()
		}
		r.add() // looks through what the others could not take in
	}
	c.sound()
	r.acknowledged()
	takeovers()
}

// watchLeases has the database itself note who takes a key: while another one's lease lasts
// nobody may. The answer tells how it went.
func (r *replicas) watchLeases() (told func()) {
	r.Helper()
	err := r.server.Exec(`
		CREATE TABLE taken (key TEXT, early BOOLEAN);
		CREATE FUNCTION note_taken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO taken VALUES (NEW.key, OLD.lease > (extract(epoch FROM clock_timestamp()) * 1000)::bigint);
			RETURN NEW;
		END $$;
		CREATE TRIGGER note_taken BEFORE UPDATE ON work FOR EACH ROW
			WHEN (NEW.token > OLD.token AND OLD.lease <> 0) EXECUTE FUNCTION note_taken()`)
	if err != nil {
		r.Fatal(err)
	}
	return func() {
		r.Helper()
		db := r.database()
		defer db.Close()
		var all, early int
		if err := db.QueryRowContext(r.Context(), `SELECT count(*), count(*) FILTER (WHERE early) FROM taken`).Scan(&all, &early); err != nil {
			r.Fatal(err)
		}
		if early != 0 {
			r.Errorf("%d keys were taken while another process had them", early)
		}
		r.Logf("%d keys were taken over from processes that were killed", all)
	}
}

// restartDatabase has the server crash, and pushes while it is away.
func (r *replicas) restartDatabase(c *crowd) {
	r.Helper()
	if err := r.server.Stop(); err != nil {
		r.Fatal(err)
	}
	refused := r.answered(http.StatusServiceUnavailable)
	c.stir()
	r.until("the delivery is refused", func() bool { return r.answered(http.StatusServiceUnavailable) > refused })
	if err := r.server.Restart(); err != nil {
		r.Fatal(err)
	}
}

// A database that is away, read-only or full: /readyz says so, deliveries are answered with
// 503 and nothing is acknowledged; afterwards the same process works on.
func TestDatabaseInTrouble(t *testing.T) {
	t.Parallel()
	r := newServer(t, compose("nginx:1.27.3"))
	one := r.add()
	var admin []string
	r.until("the process tells where it serves", func() bool {
		admin = servingAdminAt.FindStringSubmatch(one.log.String())
		return admin != nil
	})
	ready := func() (bool, string) {
		resp, err := http.Get("http://" + admin[1] + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		said, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode == http.StatusOK, string(said)
	}
	for _, trouble := range []struct {
		name  string
		begin postgrestest.Trouble
		says  string
	}{
		{"away", r.server.Away, "connect"},
		{"read-only", r.server.ReadOnly, "read-only"},
		{"full", r.server.Full("marks", "deliveries"), "No space left"},
	} {
		r.settle()
		end, err := trouble.begin()
		if err != nil {
			t.Fatal(err)
		}
		r.until("it is told as not ready", func() bool {
			ok, said := ready()
			return !ok && strings.Contains(said, `"store":{"ready":false`) && strings.Contains(said, trouble.says)
		})
		refused := r.answered(http.StatusServiceUnavailable)
		r.open(trouble.name, compose("nginx:latest"))
		r.until("the delivery is refused", func() bool { return r.answered(http.StatusServiceUnavailable) > refused })
		if err := end(); err != nil {
			t.Fatal(err)
		}
		r.until("it is ready", func() bool { ok, _ := ready(); return ok })
		p := r.open("after-"+trouble.name, compose("nginx:latest"))
		if run := r.verdict(p.Head()); run.Conclusion != "failure" {
			t.Errorf("after %s: the run is %s %q, want failure", trouble.name, run.Conclusion, run.Title)
		}
	}
	r.settle()
	r.acknowledged()
}

var servingAdminAt = regexp.MustCompile(`"msg":"serving health and metrics","address":"([^"]+)"`)

// A process stands still in the middle of its work, for longer than its lease. Another one
// does the work; what the first one then wants to write is refused.
func TestDelayedReplica(t *testing.T) {
	t.Parallel()
	r := newServer(t, compose("nginx:1.27.3"))
	g := newGate(r.world)
	first := r.add()
	r.settle()
	stuck := g.arm(0, unsent)
	p := r.open("change", findings(manyFindings))
	r.await("a request is stuck", stuck)
	if err := first.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	r.all = nil
	r.mu.Unlock()
	g.arm(-1, "")
	r.add()
	r.until("the other one has judged", func() bool { return len(concluded(r.runs(p.Head()))) > 0 })
	if err := first.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	r.until("the first one notices", func() bool { return strings.Contains(first.log.String(), "work lost its lease") })
	r.judgedOnce(p, manyFindings)
	r.acknowledged()
}

// The machine's clock is an hour off: GitHub's and the database server's both say another
// time. Nothing comes earlier or later for it, and GitHub accepts what is signed.
func TestClockIsAnHourWrong(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{time.Hour, -time.Hour} {
		t.Run(fmt.Sprint(off), func(t *testing.T) {
			t.Parallel()
			r := newServer(t, compose("nginx:1.27.3"), githubtest.WithClock(func() time.Time { return time.Now().Add(off) }))
			err := r.server.Exec(fmt.Sprintf(`CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql
				AS 'SELECT pg_catalog.clock_timestamp() + interval ''%d seconds'''`, int(off.Seconds())))
			if err != nil {
				t.Fatal(err)
			}
			r.config.DatabaseURL += "&search_path=public,pg_catalog"
			r.add()
			r.add()
			p := r.open("change", compose("nginx:latest"))
			r.github.Fault(githubtest.Match{Path: compares, Times: 2}, githubtest.Action{Status: http.StatusBadGateway}) // is tried again
			r.until("the verdict", func() bool { return len(concluded(r.runs(p.Head()))) == 1 })
			tokens := strings.Count(requests(r.world), "/access_tokens")
			if tokens > 4 {
				t.Errorf("%d tokens were asked for, want one or two for each process", tokens)
			}
			want := time.Now().Add(off)
			var at, next int64
			db := r.database()
			defer db.Close()
			if err := db.QueryRowContext(t.Context(), `SELECT max(at), (SELECT next FROM work WHERE key = 'purge') FROM verdicts`).Scan(&at, &next); err != nil {
				t.Fatal(err)
			}
			for what, ms := range map[string]int64{"the verdict": at, "the next purge": next - (24 * time.Hour).Milliseconds()} {
				if d := time.UnixMilli(ms).Sub(want); d < -time.Minute || d > time.Minute {
					t.Errorf("%s is %v away from the server's time", what, d)
				}
			}
		})
	}
}
