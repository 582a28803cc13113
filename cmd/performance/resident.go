package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"
)

// What a process holds in memory, as Linux names it: now, at most, and without its files. What the system tells
// of a child that has ended is not used: there it counts what its parent held.
const (
	resident = "VmRSS"
	peak     = "VmHWM"
	own      = "RssAnon" // of VmRSS
)

// held is the memory of a process in bytes; 0 where the system has no /proc.
func held(pid int, which string) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	found := regexp.MustCompile(which + `:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0 // it is ending
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		return 0
	}
	return float64(kib) * 1024
}

// watch looks at the peak of a process until stopped, and then answers it.
func watch(pid int) (stop func() float64) {
	end, most := make(chan struct{}), make(chan float64)
	go func() {
		seen := 0.0
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			seen = max(seen, held(pid, peak))
			select {
			case <-tick.C:
			case <-end:
				most <- seen
				return
			}
		}
	}()
	return func() float64 { close(end); return <-most }
}
