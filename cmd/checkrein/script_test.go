package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/checkrein/checkrein/fixtures/registrytest"
)

func TestMain(m *testing.M) {
	// Below a hook, or git rebase --exec, they would lead every git that a test starts to the
	// repository of whoever runs the tests.
	for _, name := range []string{"GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"} {
		os.Unsetenv(name)
	}
	testscript.Main(m, map[string]func(){"checkrein": scripted})
}

// TestScript runs the command line as a user does: every file of testdata/script is
// a story with a repository of its own.
func TestScript(t *testing.T) {
	beside := registries{by: map[string]*registrytest.Public{}}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, gitEnvironment()...)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code, "commit": commit, "dates": dates, "push": push, "key": key, "same": same,
			"github": github, "readtoken": readtoken, "registry": beside.command, "guard": guarding,
		},
	})
}

// gitEnvironment makes commits the same everywhere: nothing of this machine counts.
func gitEnvironment() []string {
	return []string{
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_SYSTEM=" + os.DevNull,
		"GIT_AUTHOR_NAME=Dana", "GIT_AUTHOR_EMAIL=dana@example.com", "GIT_AUTHOR_DATE=2026-01-31T12:00:00Z",
		"GIT_COMMITTER_NAME=Dana", "GIT_COMMITTER_EMAIL=dana@example.com", "GIT_COMMITTER_DATE=2026-01-31T12:00:00Z",
	}
}

// code N CMD... runs a command that must end with exit code N.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N CMD [ARG...]")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s: expected %s", got, args[0])
	}
}

// commit MESSAGE commits everything that is there; the first one makes the repository.
func commit(ts *testscript.TestScript, _ bool, args []string) {
	if _, err := os.Stat(ts.MkAbs(".git")); err != nil {
		ts.Check(ts.Exec("git", "init", "-q", "-b", "main"))
	}
	ts.Check(ts.Exec("git", "add", "--all"))
	ts.Check(ts.Exec("git", "commit", "-q", "-m", strings.Join(args, " ")))
}

// push makes the commit the tip of origin's main.
func push(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.Exec("git", "update-ref", "refs/remotes/origin/main", "HEAD"))
}

// dates FILE... puts days in the place of LATER (in 60 days), SOON (in 5), TODAY, YESTERDAY
// and FAR (in 400).
func dates(ts *testscript.TestScript, _ bool, args []string) {
	var words []string
	for word, days := range map[string]int{"LATER": 60, "SOON": 5, "TODAY": 0, "YESTERDAY": -1, "FAR": 400} {
		words = append(words, word, time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly))
	}
	for _, name := range args {
		text := strings.NewReplacer(words...).Replace(ts.ReadFile(name))
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// key FILE writes a new private key.
func key(ts *testscript.TestScript, _ bool, args []string) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(block), 0o600))
}

var durationMS = regexp.MustCompile(`"duration_ms": \d+`)

// same A B: two JSON documents are valid and equal apart from duration_ms.
func same(ts *testscript.TestScript, neg bool, args []string) {
	var documents [2]string
	for i, name := range args {
		text := ts.ReadFile(name)
		if !json.Valid([]byte(text)) {
			ts.Fatalf("%s is not valid JSON", name)
		}
		documents[i] = durationMS.ReplaceAllString(text, `"duration_ms": 0`)
	}
	if diff := cmp.Diff(documents[0], documents[1]); (diff != "") != neg {
		ts.Fatalf("want equal: %v, (-%s +%s):\n%s", !neg, args[0], args[1], diff)
	}
}

// TestProgress: work of more than a second is told, on a terminal in one line that goes
// away, elsewhere a line a step.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		want     string
	}{
		{false, "checkrein: reading …\ncheckrein: judging …\n"},
		{true, "\r\x1b[Kreading … 0s\r\x1b[Kreading … 0s\r\x1b[Kjudging [############------------] 512 of 1024 files, 0s\r\x1b[K"},
	} {
		var out bytes.Buffer
		p := startProgress(&out)
		p.terminal = c.terminal
		p.step("reading", 0, 0)
		p.show()
		p.show()
		p.step("judging", 512, 1024)
		p.show()
		p.stop()
		p.stop()
		if diff := cmp.Diff(c.want, out.String()); diff != "" {
			t.Errorf("on a terminal: %v (-want +got):\n%s", c.terminal, diff)
		}
	}
}
