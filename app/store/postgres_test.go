package store

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/postgrestest"
)

// serverVariable is set in a copy of the test binary that runs all tests on a server.
const serverVariable = "CHECKREIN_STORE_ON_POSTGRES"

var server = os.Getenv(serverVariable)

// address is that of the database, or of the schema, that belongs to a folder.
func address(dir string) (string, error) {
	if server == "" {
		return "sqlite:" + filepath.Join(dir, "checkrein.db"), nil
	}
	s, err := postgrestest.Find()
	if err != nil {
		return "", err
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(dir))
	return s.Schema(fmt.Sprintf("%s_%x", server, h.Sum64()))
}

func sqliteOnly(t testing.TB, what string) {
	t.Helper()
	if server != "" {
		t.Skip("of SQLite only: " + what)
	}
}

func postgresOnly(t testing.TB) {
	t.Helper()
	if server == "" {
		t.Skip("of PostgreSQL only: TestOnPostgres runs it")
	}
}

// TestOnPostgres runs all tests of this package once more, on a server.
func TestOnPostgres(t *testing.T) {
	if server != "" {
		t.Skip("this is it")
	}
	s, err := postgrestest.Find()
	if errors.Is(err, postgrestest.ErrNone) {
		t.Skipf("%v: the store is tested on SQLite only", err)
	}
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	schemas := fmt.Sprintf("store_%d", os.Getpid())
	if os.Getenv(postgrestest.Variable) != "" { // somebody else's server
		t.Cleanup(func() { must(t, s.DropSchemas(schemas)) })
	}
	self, err := os.Executable()
	must(t, err)
	child := exec.CommandContext(t.Context(), self, "-test.v", "-test.timeout=5m")
	child.Env = append(os.Environ(), serverVariable+"="+schemas, postgrestest.Variable+"="+s.Address())
	out, err := child.CombinedOutput()
	passed, skipped := strings.Count(string(out), "\n--- PASS"), strings.Count(string(out), "\n--- SKIP")
	t.Logf("%d tests passed on PostgreSQL, %d are of SQLite only", passed, skipped)
	if err != nil || passed < 3*skipped {
		t.Errorf("%v:\n%s", err, out)
	}
}
