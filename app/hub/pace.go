package hub

import (
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// longestPause is how long a write is held back; one that would wait longer is refused,
// so that its work waits in the store and not in a worker.
const longestPause = 5 * time.Second

// Rate is at most Count in any stretch of time as long as Per.
type Rate struct {
	Count int
	Per   time.Duration
}

// Rates bound what one installation writes; all of a list hold together.
type Rates struct {
	Runs     []Rate // check runs, created and updated
	Comments []Rate
}

// defaultRates stay below GitHub's secondary limits: 900 points a minute for one
// endpoint, of which a write takes 5; and for what people are notified of, 80 a minute
// and 500 an hour.
func defaultRates() Rates {
	return Rates{
		Runs:     []Rate{{150, time.Minute}},
		Comments: []Rate{{70, time.Minute}, {450, time.Hour}},
	}
}

// limiter lets a sixth go at once. What it refills is the rest, so that a burst and the
// refill after it are not more than Count together.
func (r Rate) limiter() *rate.Limiter {
	burst := max(r.Count/6, 1)
	return rate.NewLimiter(rate.Limit(float64(max(r.Count-burst, 1))/r.Per.Seconds()), burst)
}

// pacer spreads one kind of writes.
type pacer []*rate.Limiter

func newPacer(rates []Rate) pacer {
	var p pacer
	for _, r := range rates {
		p = append(p, r.limiter())
	}
	return p
}

// reserve takes a turn and tells how long it is until then; cancel gives it back. Of so many
// processes that write for the same installation each takes the turns of all.
func (p pacer) reserve(now time.Time, processes int) (wait time.Duration, cancel func(at time.Time)) {
	turns := make([]*rate.Reservation, 0, len(p))
	for _, limit := range p {
		turn := limit.ReserveN(now, min(max(processes, 1), limit.Burst()))
		turns = append(turns, turn)
		wait = max(wait, turn.DelayFrom(now))
	}
	return wait, func(at time.Time) {
		for _, turn := range turns {
			turn.CancelAt(at)
		}
	}
}

// pace holds a write back until its turn.
func (g *gate) pace(req *http.Request) error {
	now := g.now()
	wait, cancel := g.pacer(req).reserve(now, g.hub.processes())
	if wait == 0 {
		return nil
	}
	if wait > longestPause {
		cancel(now)
		return &LimitError{Installation: g.installation, Resource: REST, Secondary: true,
			Why: "paced by ourselves, to stay below GitHub's limit on bursts", Until: now.Add(wait)}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-req.Context().Done():
		cancel(g.now())
		return req.Context().Err()
	}
}

// pacer tells by the path what a write makes: repos/{owner}/{name}/check-runs… is a
// check run, repos/{owner}/{name}/issues/… a comment.
func (g *gate) pacer(req *http.Request) pacer {
	parts := strings.Split(strings.TrimPrefix(req.URL.Path, g.hub.api.Path), "/")
	if len(parts) < 4 || parts[0] != "repos" {
		return nil
	}
	switch parts[3] {
	case "check-runs":
		return g.runs
	case "issues":
		return g.comments
	}
	return nil
}
