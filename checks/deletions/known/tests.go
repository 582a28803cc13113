package known

import (
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// namedTest is the test that a pattern names as {name}; nil: there is none.
func namedTest(name string) func(*invocation) bool {
	switch name {
	case "sql":
		return func(in *invocation) bool { return len(destroyed(statements(in))) > 0 }
	case "sql-whole":
		return func(in *invocation) bool { return wholeDatabase(statements(in)) }
	case "mongo":
		return func(in *invocation) bool { return len(mongo(statements(in))) > 0 }
	case "here":
		return here
	case "beside":
		return beside
	case "runner":
		return func(in *invocation) bool { return !in.foreign }
	case "local-image":
		return localImage
	case "test-database":
		return testDatabase
	case "mongo-whole":
		return func(in *invocation) bool { return strings.Contains(statements(in).Text, "dropDatabase") }
	case "outside":
		return func(in *invocation) bool { return len(outsidePaths(in)) > 0 }
	case "piped":
		return func(in *invocation) bool {
			return len(in.args) == 2 && in.args[1].Text == shell.Gap && slices.Equal(in.args[1].From, []string{"xargs"})
		}
	case "remote-git":
		return remoteGit
	}
	return nil
}

// findings are the targets that a test of a pattern finds.
func findings(name string, in *invocation) []shell.Word {
	switch name {
	case "{sql}":
		return destroyed(statements(in))
	case "{mongo}":
		return mongo(statements(in))
	case "{outside}":
		return outsidePaths(in)
	case "{dir}":
		return []shell.Word{in.dir}
	case "{host}":
		if h, told := server(in); told {
			return []shell.Word{h}
		}
	}
	return nil
}

// server is the machine that a client of a database is told to go to.
func server(in *invocation) (shell.Word, bool) {
	for _, name := range []string{"-h", "--host", "-S", "--server", "-H", "--uri", "-u", "--url", "--dbname", "-d"} {
		f, there := last(in.get(name))
		if !there || !f.given {
			continue
		}
		switch name {
		case "-u", "-d", "--dbname", "--uri", "--url":
			if !strings.Contains(f.Text, "://") && !strings.Contains(f.Text, "host=") {
				continue
			}
		case "-S":
			if in.program != "sqlcmd" {
				continue
			}
		}
		return f.Word, true
	}
	for _, a := range in.args {
		if strings.Contains(a.Text, "://") || strings.Contains(a.Text, "host=") || a.Text == shell.Gap && !a.loose {
			return a.Word, true
		}
	}
	for _, name := range []string{"PGHOST", "MYSQL_HOST", "DATABASE_URL", "REDIS_URL", "MONGODB_URI"} {
		if v, set := in.env[name]; set {
			return v, true
		}
	}
	return shell.Word{}, false
}

// here reports whether the command is told to go to the runner or a service container of the
// job: "-h localhost", "--endpoint-url http://localhost:4566", "postgres://postgres:5432/test".
func here(in *invocation) bool {
	if f, there := last(in.get("--endpoint-url")); there {
		return local(hostOf(f.Word))
	}
	switch in.program {
	case "aws", "s5cmd":
		v, set := in.env["AWS_ENDPOINT_URL"]
		return set && local(hostOf(v))
	case "s3cmd":
		f, there := last(in.get("--host"))
		return there && local(hostOf(f.Word))
	}
	s, told := server(in)
	return told && local(hostOf(s))
}

// beside reports whether the command is told no machine, so that it goes to the runner itself.
func beside(in *invocation) bool {
	_, told := server(in)
	return !told && !in.foreign
}

// hostOf is the host of an address, of "host=… dbname=…", or of a bare name.
func hostOf(w shell.Word) string {
	text := clip(w.Text)
	if _, after, keyed := strings.Cut(text, "host="); keyed {
		host, _, _ := strings.Cut(after, " ")
		return host
	}
	text = strings.TrimPrefix(text, "tcp:")
	if !strings.Contains(text, "://") {
		text, _, _ = strings.Cut(text, ",")
		text = "x://" + text
	}
	return requestTo("GET", shell.Word{Text: text}, "").host
}

// localImage reports whether an argument names an image of a registry on the runner, or of a
// service container beside it.
func localImage(in *invocation) bool {
	return slices.ContainsFunc(in.args, func(a arg) bool {
		name := strings.TrimPrefix(a.Text, "docker://")
		host, _, path := strings.Cut(name, "/")
		_, _, port := strings.Cut(host, ":")
		return path && (port || host == "localhost") && local(hostOf(shell.Word{Text: host}))
	})
}

// testDatabase reports whether a migration tool is told, by its environment or its flags, to go
// to a database for tests or one of the job.
func testDatabase(in *invocation) bool {
	for _, name := range []string{"RAILS_ENV", "RACK_ENV", "NODE_ENV", "APP_ENV", "MIX_ENV", "DJANGO_ENV", "SQLX_ENV"} {
		if v, set := in.env[name]; set && oneOf([]string{"test", "testing", "ci"}, v.Text) {
			return true
		}
	}
	for _, name := range []string{"--env", "--environment"} {
		if f, there := last(in.get(name)); there && oneOf([]string{"test", "testing"}, f.Text) {
			return true
		}
	}
	for _, name := range []string{"--url", "-url", "--database-url", "--database"} {
		if f, there := last(in.get(name)); there && f.given {
			return strings.Contains(f.Text, "://") && local(hostOf(jdbc(f.Word)))
		}
	}
	for _, name := range []string{"DATABASE_URL", "DB_URL", "FLYWAY_URL", "DB_HOST", "PGHOST", "POSTGRES_HOST", "MYSQL_HOST", "DATABASE_HOST"} {
		if v, set := in.env[name]; set {
			return local(hostOf(jdbc(v)))
		}
	}
	return false
}

// jdbc is an address without the "jdbc:" before it.
func jdbc(w shell.Word) shell.Word {
	if strings.HasPrefix(w.Text, "jdbc:") {
		return cut(w, len("jdbc:"))
	}
	return w
}

// outsidePaths are the paths of a command outside the workspace and of what is made again.
func outsidePaths(in *invocation) []shell.Word {
	var out []shell.Word
	for _, a := range in.args[in.rest:] {
		p := path.Clean(strings.TrimPrefix(clip(a.Text), "/host/"))
		if strings.HasPrefix(a.Text, "/host/") {
			p = "/" + p // the machine's own root, as a container sees it
		}
		if computed(a) && strings.HasPrefix(in.dir.Text, "/") {
			p = path.Join(clip(in.dir.Text), p)
		}
		if slices.Contains(a.From, "$$") {
			continue // of this run alone
		}
		absolute := strings.HasPrefix(p, "/") || len(p) > 2 && p[1] == ':' && strings.ContainsRune(`\/`, rune(p[2]))
		if absolute && !slices.ContainsFunc(madeAgain, func(dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }) {
			out = append(out, a.Word)
		}
	}
	return out
}

// computed reports whether a path is worked out where it is used, or a pattern: in a folder
// that was entered first, that is what is kept there; a name as such is what a build makes.
func computed(a arg) bool {
	return !a.Known() || strings.ContainsAny(a.Text, "*?[")
}

// madeAgain are folders that nobody keeps anything in: those of the job, caches, package lists
// and tools that a job makes room by deleting.
var madeAgain = []string{
	"/tmp", "/var/tmp", "/var/cache", "/var/lib/apt/lists", "/root/.cache", "/github/workspace", "/github/home",
	"/github/runner_temp", "/__w", "/home/runner/work", "/home/runner/.cache", "/usr/share", "/usr/local/lib/android",
	"/usr/local/share", "/usr/local/.ghcup", "/usr/local/graalvm", "/usr/local/lib/node_modules", "/usr/lib",
	"/usr/local/julia", "/usr/local/aws", "/usr/local/bin", "/opt/hostedtoolcache", "/opt/ghc", "/opt/az", "/opt/google",
	"/opt/microsoft", "/imagegeneration", "/builds", "/dev/shm", "/etc/apt", "/usr/local/go", "/usr/bin", "/swapfile", "/mnt/swapfile",
	"/usr/include", "/usr/src", "/usr/libexec", "/usr/local/include",
}

// remoteGit reports whether a push deletes a ref: ":name" or "+:name" after the remote.
func remoteGit(in *invocation) bool {
	return slices.ContainsFunc(in.args[in.rest:], func(a arg) bool {
		t := strings.TrimPrefix(a.Text, "+")
		return len(t) > 1 && t[0] == ':' && t[1] != '/'
	})
}
