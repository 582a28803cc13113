package work

import (
	"testing"
	"time"
)

func TestExponential(t *testing.T) {
	backoff := Exponential(time.Second, time.Minute)
	for tries, most := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 6: 32 * time.Second, 7: time.Minute, 1000: time.Minute,
	} {
		seen := map[time.Duration]bool{}
		for range 100 {
			got := backoff(tries)
			seen[got] = true
			if got < most/2 || got > most {
				t.Errorf("after %d failures %v, want %v to %v", tries, got, most/2, most)
			}
		}
		if len(seen) < 50 {
			t.Errorf("after %d failures only %d different waits in 100", tries, len(seen))
		}
	}
}
