package deploy_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// block is one of a document's that is marked to run in a place.
type block struct {
	where   string // "docs/operate.md, Upgrade"
	console bool   // it shows what its commands print
	text    string
}

var fence = regexp.MustCompile("(?m)^(?:#+ (.+)|<!-- run in: (.+) -->\n```(sh|console)\n((?s:.*?))```)$")

// commands are the blocks of all documents that run in a place, in the order in which they
// are read.
func commands(t *testing.T, place string) []block {
	t.Helper()
	documents, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	for _, path := range append([]string{"../README.md"}, documents...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		heading := ""
		for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
			if m[1] != "" {
				heading = m[1]
			} else if m[2] == place {
				all = append(all, block{strings.TrimPrefix(path, "../") + ", " + heading, m[3] == "console", m[4]})
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("no document has anything that runs in %s", place)
	}
	return all
}

// machine is a folder that stands for the root of a file system, and a clone in it.
type machine struct {
	*operator
	root, clone string
	environment []string // of commands, besides this process's own
	here        []string // what documents name, each followed by what stands for it here
	stdin       string
}

// newMachine has the files that the documents take for granted. Programs that would change
// this machine are replaced by their names' scripts.
func newMachine(t *testing.T, programs map[string]string, options ...githubtest.Option) *machine {
	t.Helper()
	m := &machine{operator: newOperator(t, options...), root: t.TempDir()}
	m.clone = filepath.Join(m.root, "clone")
	for name, script := range programs {
		m.write("stand-in/"+name, []byte("#!/usr/bin/env bash\nset -eu\n"+script+"\n"), 0o700)
	}
	if err := os.CopyFS(filepath.Join(m.clone, "deploy"), os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	chain, key := m.certificate()
	for name, content := range map[string][]byte{"key.pem": m.app.PEM(), "secret": []byte(webhookSecret), "guard.crt": chain, "guard.key": key,
		"database-url": []byte("postgres://checkrein@db/checkrein")} {
		m.write("clone/"+name, content, 0o600)
	}
	return m
}

func (m *machine) write(name string, content []byte, mode os.FileMode) {
	m.Helper()
	path := filepath.Join(m.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		m.Fatal(err)
	}
	if err := os.WriteFile(path, content, mode); err != nil {
		m.Fatal(err)
	}
}

func (m *machine) read(name string) string {
	m.Helper()
	data, err := os.ReadFile(filepath.Join(m.root, name))
	if err != nil {
		m.Fatal(err)
	}
	return string(data)
}

// publish makes the clone one of a repository that has a commit more.
func (m *machine) publish() {
	m.Helper()
	m.write("NEWS", []byte("what is new\n"), 0o600)
	if out, code := m.shell(`export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
commit() { git -c user.name=Dana -c user.email=dana@example.com commit --quiet --message "$1"; }
git init --quiet --initial-branch=main . && git add deploy && commit first
git clone --quiet . ../upstream
git remote add origin ../upstream && git fetch --quiet && git branch --quiet --set-upstream-to=origin/main
cd ../upstream && mv ../NEWS . && git add NEWS && commit second`); code != 0 {
		m.Fatal(out)
	}
}

var absolute = regexp.MustCompile(`(^|[\s:=>"'])/(backup|etc|run/secrets|usr/local/bin|var/lib)\b`)

// rooted has what a script does to the machine done below the root.
func (m *machine) rooted(script string) string {
	return absolute.ReplaceAllString(script, "${1}"+m.root+"/$2")
}

// local is a script as it runs here.
func (m *machine) local(script string) string {
	return m.rooted(strings.NewReplacer(m.here...).Replace(script))
}

// shell runs a script and answers what it printed, as if it had run on that machine.
func (m *machine) shell(script string) (printed string, code int) {
	m.Helper()
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", m.local(script))
	cmd.Dir, cmd.Stdin = m.clone, strings.NewReader(m.stdin)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // passwords are asked for at the terminal, if there is one
	cmd.Env = append(os.Environ(), "ROOT="+m.root, "PATH="+strings.Join([]string{m.root + "/stand-in", m.root + "/usr/local/bin", os.Getenv("PATH")}, ":"))
	cmd.Env = append(cmd.Env, m.environment...)
	out, err := cmd.CombinedOutput()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		m.Fatal(err)
	}
	return strings.ReplaceAll(string(out), m.root+"/", "/"), cmd.ProcessState.ExitCode()
}

// run runs a block: it must succeed, or print what it shows.
func (m *machine) run(b block) {
	m.Helper()
	if b.console {
		m.replay(b)
		return
	}
	if out, code := m.shell(b.text); code != 0 {
		m.Fatalf("%s: exit code %d\n%s\n%s", b.where, code, b.text, out)
	}
}

// replay runs the commands of a console and compares what they print with what is shown,
// where … stands for anything in a line, and alone for any lines.
func (m *machine) replay(b block) {
	m.Helper()
	var got strings.Builder
	last := 0
	for line := range strings.Lines(b.text) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		got.WriteString(line)
		if command == "echo $?\n" {
			fmt.Fprintln(&got, last)
			continue
		}
		out, code := m.shell(command)
		if out != "" {
			got.WriteString(strings.TrimSuffix(out, "\n") + "\n")
		}
		last = code
	}
	if !shown(b.text).MatchString(got.String()) {
		m.Errorf("%s prints something else (-document +command):\n%s", b.where, cmp.Diff(b.text, got.String()))
	}
}

func shown(text string) *regexp.Regexp {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line == "…\n" {
			b.WriteString(`(?:.*\n)*?`)
			continue
		}
		b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*?"))
	}
	return regexp.MustCompile("^" + b.String() + "$")
}

func TestShown(t *testing.T) {
	for text, want := range map[string]bool{
		"$ a\nb c d\n":           true,
		"$ a\nb … d\n":           true,
		"$ a\n…\n":               true,
		"$ a\nb c d\n…\n":        true,
		"$ a\nb …\nd\n":          false,
		"$ a\nb … e\n":           false,
		"$ a\n":                  false,
		"$ a\n…\nd\n":            false,
		"$ a\n…\nb … d\n…\ne…\n": false,
	} {
		if got := shown(text).MatchString("$ a\nb c d\n"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// needs skips a test for which programs are missing that documents name.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing: .ci/packages installs it", name)
		}
		t.Skipf("%s is missing: .ci/packages installs it", name)
	}
}
