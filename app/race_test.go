//go:build race

package app_test

// raced: the race detector makes everything many times slower.
const raced = true
