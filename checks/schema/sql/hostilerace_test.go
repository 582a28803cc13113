//go:build race

package sql

const raced = true
