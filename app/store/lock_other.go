//go:build !(darwin || freebsd || linux || netbsd || openbsd)

package store

import (
	"fmt"
	"os"
	"runtime"
)

// lockFile refuses: without a lock that ends with its process, two processes could
// release each other's leases.
func lockFile(path string) (*os.File, error) {
	return nil, fmt.Errorf("database %s: files cannot be locked on %s; the app runs on Linux, macOS and the BSDs", path, runtime.GOOS)
}
