//go:build !linux

package main

import "errors"

func flush() {}

// chill is not known on this system.
func chill(string) error { return errors.ErrUnsupported }
