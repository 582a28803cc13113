//go:build !race

package iac

const raced = false
