//go:build race

package deletions_test

// measured: the race detector makes everything slower and larger.
const measured = false
