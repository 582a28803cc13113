package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// starting is the command that README and docs/operate.md tell for starting the App with
// what setup has written.
const starting = "set -a; . ./checkrein.env; set +a; checkrein serve"

// TestSetupThenServe: from nothing to a verdict with the commands that a user has. The
// App is registered in a browser's place, its file starts the App, and a change is judged.
func TestSetupThenServe(t *testing.T) {
	server := githubtest.Must(githubtest.Start(githubtest.WithEnterprise()))
	t.Cleanup(server.Close)
	dana := server.User("dana")
	server.AddOwner("acme", dana)
	server.SignIn(dana)
	repo := githubtest.Must(server.CreateRepo("acme", "shop", githubtest.Txtar([]byte("-- compose.yml --\nservices: {web: {image: \"nginx:1.27.3\"}}\n"))))
	listen, dir := freeAddress(t), t.TempDir()

	setup := start(t, dir, nil, "checkrein", "setup", "--github", server.WebURL, "--organization", "acme", "--webhook-url", "http://"+listen+"/webhook")
	last := register(t, setup.await(`(http://127\.0\.0\.1:[0-9]+/[A-Za-z0-9_-]{22}/)`), "Acme's Checkrein")
	install := server.WebURL + "/github-apps/acme-s-checkrein/installations/new"
	if !strings.Contains(last, install) || strings.Contains(last, "PRIVATE KEY") {
		t.Errorf("the last page:\n%s", last)
	}
	if err := setup.wait(); err != nil {
		t.Fatalf("setup: %v\n%s", err, setup.text())
	}
	for _, want := range []string{"Registered Acme's Checkrein (App ", " for acme: ", "Install it on repositories:  " + install, "checkrein serve", "checkrein doctor --fix"} {
		if !strings.Contains(setup.text(), want) {
			t.Errorf("setup does not tell %q:\n%s", want, setup.text())
		}
	}
	if mode := githubtest.Must(os.Stat(filepath.Join(dir, "checkrein.env"))).Mode(); mode != 0o600 {
		t.Errorf("the file's mode is %v", mode)
	}

	serve := start(t, dir, []string{"CHECKREIN_LISTEN=" + listen, "CHECKREIN_ADMIN_LISTEN=127.0.0.1:0"}, "sh", "-c", starting)
	serve.await(`"msg":"serving","address":"([^"]+)"`)
	app := server.FindApp("acme-s-checkrein")
	server.Install(app, "acme")
	githubtest.Must(repo.Commit("change", "Change", githubtest.Txtar([]byte("-- compose.yml --\nservices: {web: {image: \"nginx:latest\"}}\n")), githubtest.By(dana)))
	pull := githubtest.Must(repo.OpenPull(dana, "change", "main"))
	until(t, "a verdict", func() bool {
		for _, run := range repo.CheckRuns(pull.Head()) {
			if run.Name == "checkrein" && run.App == "acme-s-checkrein" && run.Conclusion == "failure" {
				return true
			}
		}
		return false
	}, serve.text)
	if unexpected := server.Unexpected(); len(unexpected) > 0 {
		t.Errorf("unexpected: %v", unexpected)
	}
}

// TestSetupPrints: with --print stdout is the environment and nothing else, and no file
// is written.
func TestSetupPrints(t *testing.T) {
	server := githubtest.Must(githubtest.Start(githubtest.WithEnterprise()))
	t.Cleanup(server.Close)
	server.SignIn(server.User("dana"))
	dir := t.TempDir()
	setup := start(t, dir, nil, "checkrein", "setup", "--print", "--github", server.WebURL, "--webhook-url", "https://checkrein.example.com")
	register(t, setup.await(`(http://127\.0\.0\.1:[0-9]+/[A-Za-z0-9_-]{22}/)`), "Mine")
	if err := setup.wait(); err != nil {
		t.Fatalf("%v\n%s", err, setup.text())
	}
	shell := exec.Command("sh", "-ec", `. /dev/stdin; printf '%s|%s|%s' "$GITHUB_APP_ID" "$GITHUB_APP_PRIVATE_KEY" "$GITHUB_API_URL"`)
	shell.Stdin = strings.NewReader(setup.stdout.String())
	app := server.FindApp("mine")
	want := fmt.Sprintf("%d|%s|%s", app.ID, strings.TrimSpace(string(app.PEM())), server.URL)
	if got := string(githubtest.Must(shell.Output())); got != want {
		t.Errorf("a shell reads %q, want %q", got, want)
	}
	if strings.Contains(setup.stdout.String(), "Install") || !strings.Contains(setup.text(), "Install it on repositories") {
		t.Errorf("stdout:\n%s\nstderr:\n%s", setup.stdout.String(), setup.text())
	}
	if left := githubtest.Must(os.ReadDir(dir)); len(left) > 0 {
		t.Errorf("written: %v", left)
	}
}

// TestSetupStops: Ctrl-C ends it, says that nothing is left behind, and leaves no file.
func TestSetupStops(t *testing.T) {
	dir := t.TempDir()
	setup := start(t, dir, nil, "checkrein", "setup")
	setup.await(`(http://127\.0\.0\.1:[0-9]+/)`)
	if err := setup.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := setup.wait(); err == nil || err.Error() != "exit status 1" || !strings.Contains(setup.text(), "it was stopped: no App was registered") {
		t.Errorf("%v\n%s", err, setup.text())
	}
	if left := githubtest.Must(os.ReadDir(dir)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// register does what somebody with a browser does: two buttons, and a name.
func register(t *testing.T, address, name string) string {
	t.Helper()
	offered := githubtest.Must(githubtest.Browse(address))
	shown := githubtest.Must(offered.Press(nil))
	return githubtest.Must(shown.Press(map[string]string{"app_name": name})).HTML
}

// process is a command that runs beside the test.
type process struct {
	*testing.T
	cmd    *exec.Cmd
	stdout bytes.Buffer
	ended  chan error

	mu     sync.Mutex
	stderr strings.Builder
}

// start runs a command that sees nothing of the App in its environment.
func start(t *testing.T, dir string, env []string, command ...string) *process {
	t.Helper()
	p := &process{T: t, cmd: exec.Command(command[0], command[1:]...), ended: make(chan error, 1)}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "GITHUB_") && !strings.HasPrefix(variable, "CHECKREIN_") {
			p.cmd.Env = append(p.cmd.Env, variable)
		}
	}
	p.cmd.Env, p.cmd.Dir, p.cmd.Stdout = append(p.cmd.Env, env...), dir, &p.stdout
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a shell and what it starts end together
	pipe := githubtest.Must(p.cmd.StderrPipe())
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			p.mu.Lock()
			p.stderr.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
		}
		p.ended <- p.cmd.Wait()
	}()
	t.Cleanup(func() {
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		p.wait()
	})
	return p
}

// text is all that was said so far: stderr, and stdout once it has ended.
func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd.ProcessState == nil {
		return p.stderr.String()
	}
	return p.stderr.String() + p.stdout.String()
}

func (p *process) wait() error {
	p.Helper()
	select {
	case err := <-p.ended:
		p.ended <- err
		return err
	case <-time.After(30 * time.Second):
		p.Fatalf("it does not end:\n%s", p.stderr.String())
		return nil
	}
}

// await is what the expression found on stderr.
func (p *process) await(expression string) string {
	p.Helper()
	wanted := regexp.MustCompile(expression)
	var found []string
	until(p.T, expression, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		found = wanted.FindStringSubmatch(p.stderr.String())
		return found != nil
	}, p.text)
	return found[1]
}

func until(t *testing.T, what string, is func() bool, explain func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for !is() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s does not come:\n%s", what, explain())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// freeAddress is one that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	l := githubtest.Must(net.Listen("tcp", "127.0.0.1:0"))
	defer l.Close()
	return l.Addr().String()
}
