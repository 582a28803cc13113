package schema

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// pgServer is a PostgreSQL server of this test's own.
type pgServer struct {
	bin, dir string
	as       *syscall.Credential // whom it runs as; nil: whoever runs the test
}

// startPostgres starts a server that listens on a socket in a folder of its own; where no
// server is installed the test is skipped.
func startPostgres(t *testing.T) *pgServer {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		t.Skip("PostgreSQL is not installed (.ci/packages installs it): what the cases expect is not compared with it")
	}
	dir, err := os.MkdirTemp("", "pg") // short: a socket's path is bounded
	if err != nil {
		t.Fatal(err)
	}
	s := &pgServer{bin: filepath.Dir(found[len(found)-1]), dir: dir}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Getuid() == 0 {
		s.drop(t)
	}
	s.run(t, "initdb", "-D", dir+"/data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
	options := fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories=%s -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=20 -c shared_buffers=16MB", dir)
	s.run(t, "pg_ctl", "-D", dir+"/data", "-o", options, "-l", dir+"/log", "-w", "start")
	t.Cleanup(func() { s.run(t, "pg_ctl", "-D", dir+"/data", "-m", "immediate", "stop") })
	return s
}

// drop has the server run as the user that the packages made for it: it refuses to be root.
func (s *pgServer) drop(t *testing.T) {
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Skipf("PostgreSQL does not run as root, and: %v", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chown(s.dir, uid, gid); err != nil {
		t.Fatal(err)
	}
}

func (s *pgServer) run(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.as}
	log, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log // no pipe: the server would keep it open
	if err := cmd.Run(); err != nil {
		out, _ := os.ReadFile(log.Name())
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// psql has the client run a script that goes on after errors, and returns what it said.
func (s *pgServer) psql(t *testing.T, database, script string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, "psql"), "-X", "-q", "-h", s.dir, "-U", "postgres", "-d", database, "-f", "-")
	var stderr strings.Builder
	cmd.Stdin, cmd.Stderr = strings.NewReader(script), &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("psql: %v\n%s", err, stderr.String())
	}
	return stderr.String()
}

// database empties the server's one database for a case. Its queries come as the case's
// role; one of role owner makes its tables too.
func (s *pgServer) database(t *testing.T, c *conformance) engine {
	return func(t *testing.T, pieces []piece) []string {
		var script strings.Builder
		script.WriteString("SET client_min_messages = warning; DROP SCHEMA IF EXISTS public, audit, core, base CASCADE;\n" +
			"CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO owner, public;\n")
		for i, p := range pieces {
			fmt.Fprintf(&script, "\\warn %s%d\n", marker, i)
			if c.role != "" && (p.try || c.role == "owner") {
				fmt.Fprintf(&script, "SET ROLE %s;\n", c.role)
			}
			if p.try {
				fmt.Fprintf(&script, "BEGIN;\n%s;\nROLLBACK;\n", p.sql)
			} else {
				script.WriteString(p.sql + "\n;\n")
			}
			script.WriteString("RESET ROLE;\n")
		}
		return failures(s.psql(t, "postgres", script.String()), len(pieces), "ERROR:")
	}
}

// marker begins the lines that tell which piece runs.
const marker = "-- piece "

// failures are the first lines with a word in what a client said, by piece.
func failures(said string, n int, word string) []string {
	list, at := make([]string, n), 0
	for _, line := range strings.Split(said, "\n") {
		if number, ok := strings.CutPrefix(line, marker); ok {
			at, _ = strconv.Atoi(number)
		} else if strings.Contains(line, word) && list[at] == "" {
			list[at] = line
		}
	}
	return list
}

// TestPostgresAgrees: a case whose expectation a real server contradicts is wrong.
func TestPostgresAgrees(t *testing.T) {
	s := startPostgres(t)
	s.psql(t, "postgres", "CREATE ROLE owner")
	eachTruth(t, "postgres", s.database)
}
