//go:build race

package iac

// raced: the race detector makes everything many times slower and larger.
const raced = true
