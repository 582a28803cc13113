package work

import (
	"math/rand/v2"
	"time"
)

// Exponential waits first after the first failure and twice as long after every
// further one, up to limit; a random part of up to a half is left out, so that rows
// that failed together do not come back together.
func Exponential(first, limit time.Duration) func(tries int) time.Duration {
	return func(tries int) time.Duration {
		wait := first
		for range tries - 1 {
			if wait >= limit {
				break
			}
			wait *= 2
		}
		wait = min(wait, limit)
		return wait - rand.N(wait/2+1)
	}
}
