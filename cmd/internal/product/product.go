// Package product builds checkrein and runs it as a process of its own, as anybody would:
// with nothing but its documented environment.
package product

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// Secret signs the simulated GitHub's deliveries to what Serve starts.
const Secret = "a secret of the webhook"

// Build builds the product into a folder and answers the program's path.
func Build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "checkrein")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/checkrein/checkrein/cmd/checkrein")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the product: %w\n%s", err, out)
	}
	return binary, nil
}

// Process is a running `checkrein serve` or `checkrein guard`.
type Process struct {
	// URL is the address that the world outside is told: of the webhook, or of the guard.
	URL string
	// Admin is the address of its health and metrics.
	Admin string

	verb string
	cmd  *exec.Cmd
	log  *log
}

// Serve starts the App before a simulated GitHub, with its state and its key in a folder;
// more are variables ("NAME=value") that come after those and win.
func Serve(ctx context.Context, binary, folder string, github *githubtest.Server, app *githubtest.App, more ...string) (*Process, error) {
	key := filepath.Join(folder, "key.pem")
	if err := os.WriteFile(key, app.PEM(), 0o600); err != nil {
		return nil, fmt.Errorf("write the App's key: %w", err)
	}
	return start(ctx, binary, "serve", "/webhook", "CHECKREIN_LISTEN", append([]string{
		"GITHUB_APP_ID=" + strconv.FormatInt(app.ID, 10),
		"GITHUB_APP_PRIVATE_KEY_FILE=" + key,
		"GITHUB_WEBHOOK_SECRET=" + Secret,
		"GITHUB_API_URL=" + github.URL,
		"CHECKREIN_DATABASE_URL=sqlite:" + filepath.Join(folder, "checkrein.db"),
	}, more...))
}

// Guard starts the guard before a simulated GitHub and its registry, with its state in a folder.
func Guard(ctx context.Context, binary, folder string, github *githubtest.Server) (*Process, error) {
	return start(ctx, binary, "guard", "", "CHECKREIN_GUARD_LISTEN", []string{
		"CHECKREIN_GUARD_API_URL=" + github.URL,
		"CHECKREIN_GUARD_REGISTRY_URL=" + github.RegistryURL,
		"CHECKREIN_DATABASE_URL=sqlite:" + filepath.Join(folder, "guard.db"),
	})
}

// start starts a verb on free addresses and waits until it answers.
func start(ctx context.Context, binary, verb, path, listen string, environment []string) (*Process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p := &Process{URL: "http://" + address + path, Admin: "http://" + admin, verb: verb, cmd: exec.CommandContext(ctx, binary, verb), log: &log{}}
	p.cmd.Env = append(environment, listen+"="+address, "CHECKREIN_ADMIN_LISTEN="+admin)
	p.cmd.Stderr = p.log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start checkrein %s: %w", verb, err)
	}
	if err := p.ready(ctx); err != nil {
		return nil, errors.Join(p.Explain(err), p.Stop())
	}
	return p, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// ready waits until the product answers; a request that nobody has signed must be refused.
func (p *Process) ready(ctx context.Context) error {
	return WaitFor(ctx, "checkrein "+p.verb+" to answer", func() (bool, error) {
		resp, err := http.Post(p.URL, "application/json", nil)
		if err != nil {
			return false, nil // not listening yet
		}
		defer resp.Body.Close()
		if resp.StatusCode < 400 {
			return false, fmt.Errorf("a request of nobody was answered with %s", resp.Status)
		}
		return true, nil
	})
}

// Stop ends the product as an operator would, and hands out its log when it did not end well.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop checkrein %s: %w", p.verb, err)
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("checkrein %s ended with %w; its log:\n%s", p.verb, err, p.log)
	}
	return nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Log is what the product has logged so far.
func (p *Process) Log() string { return p.log.String() }

// Explain adds the product's log to an error that it may explain.
func (p *Process) Explain(err error) error {
	return fmt.Errorf("%w\nlog of checkrein %s:\n%s", err, p.verb, p.log)
}

// log keeps what a process writes while others read it.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var errTimeout = errors.New("nothing came within a minute")

// WaitFor asks again and again, for a minute at most.
func WaitFor(ctx context.Context, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errTimeout)
	defer cancel()
	for {
		ok, err := done()
		if err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		case <-time.After(50 * time.Millisecond):
		}
	}
}
