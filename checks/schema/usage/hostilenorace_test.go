//go:build !race

package usage

const raced = false
