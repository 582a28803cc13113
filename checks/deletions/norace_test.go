//go:build !race

package deletions_test

// measured: time and memory are as they are for users.
const measured = true
