//go:build !race

package store_test

// raced: the race detector takes memory of its own.
const raced = false
