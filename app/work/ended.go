package work

import (
	"strconv"
	"strings"
	"time"
)

// The outcomes of a job.
const (
	OutcomeDone    = "done"
	OutcomeRetried = "retried" // it failed and will be tried again
	OutcomeDelayed = "delayed" // the other side asked for a wait, or the process stops; never parks
	OutcomeParked  = "parked"  // given up
	OutcomeLost    = "lost"    // another holder has the row now, or will once the lease is over
)

// Ended is what became of one job.
type Ended struct {
	Kind     string
	Outcome  string
	Duration time.Duration
	Waited   time.Duration // from when the row was due until a place was free
	Panicked bool
}

// fields are what every log line of a job carries.
func fields(c *Claim) []any {
	all := []any{"kind", c.Kind, "key", c.Key, "lease", c.Token, "tries", c.Tries}
	names := map[string][2]string{ // of the parts of a key around the @
		KindHead: {"repository", "head"}, KindBase: {"repository", "branch"}, KindVoice: {"repository", "pull"},
		KindEnforce: {"repository"}, KindSweep: {"installation"},
	}
	rest, _ := strings.CutPrefix(c.Key, c.Kind+":")
	id, name, _ := strings.Cut(rest, "@")
	for i, value := range []string{id, name} {
		field := names[c.Kind][i]
		if field == "" || value == "" {
			continue
		}
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && field != "head" && field != "branch" {
			all = append(all, field, n) // ids are numbers on every line
			continue
		}
		all = append(all, field, value)
	}
	return all
}
