package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// spread is what several runs of the same gave.
type spread []float64

func (s spread) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

// String is the median, with the least and the most where there were several runs.
func (s spread) String() string {
	if len(s) == 1 {
		return number(s[0])
	}
	return fmt.Sprintf("%s (%s to %s)", number(s.median()), number(slices.Min(s)), number(slices.Max(s)))
}

// times is a ratio of two medians: "1.4 ×".
func times(of, to float64) string { return number(of/to) + " ×" }

// number has two digits that count, or three from a hundred on: more would not come again.
func number(v float64) string {
	switch size := math.Abs(v); {
	case size >= 100:
		digits := math.Pow(10, math.Max(0, math.Floor(math.Log10(size))-2))
		return thousands(int(math.Round(v/digits) * digits))
	case size >= 10:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case size >= 1:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
}

// thousands is a whole number that is not negative as people write it: "10,000".
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func megabytes(bytes float64) string { return number(bytes / (1 << 20)) }
