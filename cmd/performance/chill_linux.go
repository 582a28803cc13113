package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// flush writes what is not on the disk yet: it cannot be pushed out of the cache.
func flush() { unix.Sync() }

// chill pushes the contents of a folder's files out of the system's cache.
func chill(dir string) error {
	return each(dir, func(path string) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
			return fmt.Errorf("push %s out of the cache: %w", path, err)
		}
		return nil
	})
}
