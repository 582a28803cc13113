package schema

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mariaServer is a MariaDB server of this test's own, on a socket in a folder of its own.
type mariaServer struct{ dir string }

// startMaria starts a server; where none is installed the test is skipped. The grant tables
// are off: nobody but this test reaches the socket.
func startMaria(t *testing.T) *mariaServer {
	t.Helper()
	for _, program := range []string{"/usr/sbin/mariadbd", "/usr/bin/mariadb-install-db", "/usr/bin/mariadb"} {
		if _, err := os.Stat(program); err != nil {
			t.Skip("MariaDB is not installed (.ci/packages installs it): what the cases expect is not compared with it")
		}
	}
	dir, err := os.MkdirTemp("", "maria")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	data := filepath.Join(dir, "data")
	install := exec.Command("/usr/bin/mariadb-install-db", "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
	if os.Getuid() == 0 {
		install.Args = append(install.Args, "--user=root")
	}
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v\n%s", err, out)
	}
	s := &mariaServer{dir}
	server := exec.Command("/usr/sbin/mariadbd", "--no-defaults", "--datadir="+data, "--socket="+s.socket(), "--pid-file="+dir+"/pid", "--skip-networking",
		"--skip-grant-tables", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M", "--sql-mode=STRICT_ALL_TABLES")
	if os.Getuid() == 0 {
		server.Args = append(server.Args, "--user=root")
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill() // its data goes with the folder
		_ = server.Wait()
	})
	s.wait(t)
	return s
}

func (s *mariaServer) socket() string { return filepath.Join(s.dir, "s") }

func (s *mariaServer) wait(t *testing.T) {
	t.Helper()
	for range 300 {
		if exec.Command("/usr/bin/mariadb", "--no-defaults", "-S", s.socket(), "-e", "SELECT 1").Run() == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("MariaDB did not start within 30 s")
}

// database empties the server's one database for a case.
func (s *mariaServer) database(t *testing.T, _ *conformance) engine {
	return func(t *testing.T, pieces []piece) []string {
		var script strings.Builder
		script.WriteString("DROP DATABASE IF EXISTS c; CREATE DATABASE c; USE c;\n")
		for i, p := range pieces {
			fmt.Fprintf(&script, "SELECT '%s%d';\n", marker, i)
			if p.try {
				fmt.Fprintf(&script, "BEGIN;\n%s;\nROLLBACK;\n", p.sql)
			} else if strings.TrimSpace(p.sql) != "" {
				script.WriteString(p.sql + "\n")
			}
		}
		client := exec.Command("/usr/bin/mariadb", "--no-defaults", "-S", s.socket(), "--force", "--unbuffered", "--skip-column-names", "--batch")
		var said bytes.Buffer
		client.Stdin, client.Stdout, client.Stderr = strings.NewReader(script.String()), &said, &said
		_ = client.Run() // with --force it fails where a statement did
		return failures(said.String(), len(pieces), "ERROR ")
	}
}

// TestMariaAgrees: a case whose expectation a real server contradicts is wrong.
func TestMariaAgrees(t *testing.T) {
	s := startMaria(t)
	eachTruth(t, "mysql", s.database)
}
