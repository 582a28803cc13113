package store

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
)

// BenchmarkAccept counts acknowledged deliveries: each is on the disk when its call
// returns. With many senders one fsync serves many.
func BenchmarkAccept(b *testing.B) {
	for _, senders := range []int{1, 64} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			s, _ := openTest(b)
			var commits *atomic.Int64
			if server == "" {
				commits = countCommits(b, s)
			}
			payload := make([]byte, 20<<10) // as large as a pull_request event is
			var ids atomic.Int64
			b.SetParallelism(max(1, senders/runtime.GOMAXPROCS(0)))
			send := func() error {
				id := ids.Add(1)
				in := delivery(fmt.Sprint(id), fmt.Sprintf("%040x", id%300))
				in.Delivery.Payload = payload
				_, err := s.Accept(context.Background(), in)
				return err
			}
			b.ResetTimer()
			if senders == 1 {
				for b.Loop() {
					must(b, send())
				}
			} else {
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := send(); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acks/s")
			if commits != nil {
				b.ReportMetric(float64(b.N)/float64(commits.Load()), "acks/fsync")
			}
		})
	}
}
