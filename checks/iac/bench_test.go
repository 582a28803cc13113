package iac

import (
	"maps"
	"slices"
	"testing"

	"github.com/checkrein/checkrein/fixtures/mixedtree"
)

// BenchmarkRead reads the files of each format of a mixed tree, and those that are of none.
func BenchmarkRead(b *testing.B) {
	type file struct {
		path string
		data []byte
	}
	byFormat := map[string][]file{}
	for name, text := range mixedtree.Files(1000) {
		format := "none"
		if f := Read(name, []byte(text)); f != nil && f.Format != "" {
			format = f.Format
		}
		byFormat[format] = append(byFormat[format], file{name, []byte(text)})
	}
	for _, format := range slices.Sorted(maps.Keys(byFormat)) {
		b.Run(format, func(b *testing.B) {
			bytes := 0
			for b.Loop() {
				for _, f := range byFormat[format] {
					Read(f.path, f.data)
					bytes += len(f.data)
				}
			}
			b.SetBytes(int64(bytes / b.N))
			b.ReportMetric(float64(b.N*len(byFormat[format]))/b.Elapsed().Seconds(), "files/s")
		})
	}
}
