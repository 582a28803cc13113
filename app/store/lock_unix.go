//go:build darwin || freebsd || linux || netbsd || openbsd

package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile holds path.lock for as long as the process lives: the kernel lets go of
// it even after kill -9. The database file itself is locked by SQLite.
func lockFile(path string) (*os.File, error) {
	name := path + ".lock"
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock database: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = fmt.Errorf("database %s is in use by another process (it holds %s): one process at a time can use a SQLite database", path, name)
	case err != nil:
		err = fmt.Errorf("lock %s: %w", name, err)
	default:
		return file, nil
	}
	return nil, errors.Join(err, file.Close())
}
