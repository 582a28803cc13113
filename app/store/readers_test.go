package store

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// readBeside prints how many deliveries a connection sees that can only read, and
// whether that connection could write.
func readBeside(dir string) error {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "checkrein.db"))+"?_pragma=query_only(1)")
	if err != nil {
		return err
	}
	var n int
	err = db.QueryRow(`SELECT count(*) FROM deliveries`).Scan(&n)
	_, write := db.Exec(`DELETE FROM deliveries`)
	fmt.Printf("%d deliveries, can write: %v\n", n, write == nil)
	return errors.Join(err, db.Close())
}

// TestReadersAreNotRefused: another process may read while this one holds the
// database, even while a write is under way.
func TestReadersAreNotRefused(t *testing.T) {
	sqliteOnly(t, "a file")
	dir := t.TempDir()
	s, _ := openAt(t, dir)
	accept(t, s, delivery("one", shaA))
	accept(t, s, delivery("two", shaB))
	release := hold(t, s)
	self, err := os.Executable()
	must(t, err)
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), readVariable+"="+dir)
	out, err := child.CombinedOutput()
	release()
	if got := strings.TrimSpace(string(out)); err != nil || got != "2 deliveries, can write: false" {
		t.Errorf("%q, %v", got, err)
	}
	accept(t, s, delivery("three", shaC)) // the reader has hindered nobody
}
