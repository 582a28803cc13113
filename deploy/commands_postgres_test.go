package deploy_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/checkrein/checkrein/fixtures/postgrestest"
)

// administer gives the machine a PostgreSQL server, in the place of db.example.com, and
// whoever gives commands there the right to administer it. The server is the test's own: the
// commands make, and drop, a database of that name.
func (m *machine) administer() {
	m.Helper()
	server, err := postgrestest.Start()
	if errors.Is(err, postgrestest.ErrNone) && os.Getenv("CI") == "" {
		m.Skip(err)
	}
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() {
		if err := server.Close(); err != nil {
			m.Error(err)
		}
	})
	address, err := url.Parse(server.Address())
	if err != nil {
		m.Fatal(err)
	}
	host := address.Query().Get("host")
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(programs) == 0 {
		m.Fatalf("the server's programs are not there: %v", err)
	}
	for _, name := range []string{"createuser", "createdb", "dropdb", "pg_dump", "pg_restore", "psql"} {
		if err := os.Symlink(filepath.Join(programs[len(programs)-1], name), filepath.Join(m.root, "stand-in", name)); err != nil {
			m.Fatal(err)
		}
	}
	m.environment = append(m.environment, "PGHOST="+host, "PGUSER="+address.User.Username())
	m.stdin = "PASSWORD\nPASSWORD\n"
	m.here = append(m.here, "@db.example.com/checkrein?sslmode=verify-full", "@/checkrein?host="+host)
}

// TestMachineWithPostgreSQL runs the App on PostgreSQL: by hand, then moved there from SQLite.
func TestMachineWithPostgreSQL(t *testing.T) {
	t.Parallel()
	o := newOperated(t)
	o.administer()
	const file, database = "sqlite3 /var/lib/checkrein/checkrein.db", "psql --no-align --tuples-only --dbname=checkrein --command"
	o.cause(webhookSecret, file)
	moved := o.stored(file)
	kept := func() {
		o.anew()
		if got := o.stored(database); got != moved {
			t.Errorf("%d events are there, want %d", got, moved)
		}
	}
	o.follow("a machine with PostgreSQL", []step{
		{where: "PostgreSQL", after: func() {
			if out, code := o.shell(`psql --no-align --tuples-only --dbname=checkrein --command "SELECT rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname = 'checkrein'"`); code != 0 || out != "t\n" {
				t.Errorf("the role has no password: %s", out)
			}
		}},
		{where: "PostgreSQL", run: func(b block) {
			environment := map[string]string{
				"PATH": filepath.Dir(product(t)) + ":" + os.Getenv("PATH"), "GITHUB_APP_ID": "1234", "GITHUB_API_URL": o.github.URL,
				"GITHUB_APP_PRIVATE_KEY_FILE": "key.pem", "GITHUB_WEBHOOK_SECRET_FILE": "secret",
			}
			o.write("run/secrets/.keep", nil, 0o600)
			o.serve(b.text, environment)
			if got := o.stored(database); got != 0 {
				t.Errorf("%d events are there", got)
			}
		}},
		{where: "Move", before: func() {
			if out, code := o.shell("dropdb checkrein && createdb --owner checkrein checkrein"); code != 0 {
				t.Fatal(out)
			}
			o.write("clone/database-url", []byte(o.local("postgres://checkrein:PASSWORD@db.example.com/checkrein?sslmode=verify-full")), 0o600)
		}, after: func() {
			kept()
			o.cause(webhookSecret, database)
			moved = o.stored(database)
		}},
		{where: "Backup and restore", before: func() { o.write("backup/.keep", nil, 0o600) }, after: func() { o.cause(webhookSecret, database) }},
		{where: "Backup and restore", after: kept},
	})
	o.contain(database)
}

// contain has the same server stand for the container of compose.yml, whose first user
// administers it, and for the App as well: while it runs, the database cannot be dropped.
func (o *operated) contain(database string) {
	o.Helper()
	o.write("stand-in/docker", []byte(`#!/usr/bin/env bash
set -eu
case "$*" in
"compose exec -T postgres "*) exec "${@:5}";;
"compose --profile guard stop checkrein guard") exec systemctl stop checkrein.service;;
"compose up --detach") exec systemctl start checkrein.service;;
*) echo "nothing is known of docker $*" >&2; exit 1;;
esac
`), 0o700)
	if out, code := o.shell(`psql --dbname=postgres --command "ALTER ROLE checkrein SUPERUSER"`); code != 0 {
		o.Fatal(out)
	}
	before := 0
	o.follow("running containers", []step{
		{where: "Backup and restore", before: func() { before = o.stored(database) }, after: func() { o.cause(webhookSecret, database) }},
		{where: "Backup and restore", after: func() {
			o.anew()
			if got := o.stored(database); got != before {
				o.Errorf("%d events are there, want %d", got, before)
			}
		}},
	})
	if services := readCompose(o.T).Services; services["postgres"].Environment["POSTGRES_USER"] != "checkrein" || services["postgres"].Environment["POSTGRES_DB"] != "checkrein" {
		o.Errorf("the database in compose.yml is %+v", services["postgres"])
	}
}
