// Package spread shares work among the processors.
package spread

import (
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// waiting is how many jobs may wait for a worker.
const waiting = 16

// Workers is how many goroutines share work.
func Workers() int { return runtime.GOMAXPROCS(0) }

// Jobs calls do for every job, with the number of the worker that does it: one worker
// does one job at a time. A worker's panic becomes the caller's, who may be guarded.
func Jobs(jobs iter.Seq[int], do func(worker, job int)) {
	queue := make(chan int, waiting)
	var panicked atomic.Pointer[string]
	var working sync.WaitGroup
	for worker := range Workers() {
		working.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					told := fmt.Sprintf("%v\n%s", p, debug.Stack())
					panicked.CompareAndSwap(nil, &told)
				}
				for range queue { // after a panic nobody may wait for this worker
				}
			}()
			for job := range queue {
				do(worker, job)
			}
		})
	}
	for job := range jobs {
		queue <- job
	}
	close(queue)
	working.Wait()
	if told := panicked.Load(); told != nil {
		panic(*told)
	}
}

// UpTo are the numbers from 0, n of them.
func UpTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}
