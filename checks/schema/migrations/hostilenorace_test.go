//go:build !race

package migrations

const raced = false
