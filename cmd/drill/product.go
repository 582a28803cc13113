package main

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
	"syscall"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// webhookSecret signs the simulated GitHub's deliveries.
const webhookSecret = "a secret of the drill"

// buildProduct builds the product as anyone would.
func buildProduct(ctx context.Context, folder string) (string, error) {
	fmt.Println("building checkrein …")
	binary := filepath.Join(folder, "checkrein")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/checkrein/checkrein/cmd/checkrein")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the product: %w\n%s", err, out)
	}
	return binary, nil
}

// product is a running `checkrein serve` or `checkrein guard`.
type product struct {
	verb string
	cmd  *exec.Cmd
	log  *bytes.Buffer
	url  string // that the world outside is told
}

// serve starts the product with nothing but its documented environment.
func serve(ctx context.Context, folder, binary string, github *githubtest.Server, app *githubtest.App) (*product, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	key := filepath.Join(folder, "key.pem")
	if err := os.WriteFile(key, app.PEM(), 0o600); err != nil {
		return nil, fmt.Errorf("write the App's key: %w", err)
	}
	p, err := start(ctx, binary, "serve", "http://"+address+"/webhook", []string{
		"GITHUB_APP_ID=" + strconv.FormatInt(app.ID, 10),
		"GITHUB_APP_PRIVATE_KEY_FILE=" + key,
		"GITHUB_WEBHOOK_SECRET=" + webhookSecret,
		"GITHUB_API_URL=" + github.URL,
		"CHECKREIN_DATABASE_URL=sqlite:" + filepath.Join(folder, "checkrein.db"),
		"CHECKREIN_LISTEN=" + address,
	})
	if err != nil {
		return nil, err
	}
	return p, p.ready(ctx)
}

// startGuard starts `checkrein guard` before the simulated GitHub, with nothing but its
// documented environment.
func startGuard(ctx context.Context, folder, binary string, github *githubtest.Server) (*product, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p, err := start(ctx, binary, "guard", "http://"+address, []string{
		"CHECKREIN_GUARD_LISTEN=" + address,
		"CHECKREIN_GUARD_API_URL=" + github.URL,
		"CHECKREIN_GUARD_REGISTRY_URL=" + github.RegistryURL,
		"CHECKREIN_DATABASE_URL=sqlite:" + filepath.Join(folder, "guard.db"),
		"CHECKREIN_ADMIN_LISTEN=" + admin,
	})
	if err != nil {
		return nil, err
	}
	return p, p.ready(ctx)
}

func start(ctx context.Context, binary, verb, url string, environment []string) (*product, error) {
	p := &product{verb: verb, cmd: exec.CommandContext(ctx, binary, verb), log: &bytes.Buffer{}, url: url}
	p.cmd.Env = environment
	p.cmd.Stderr = p.log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start checkrein %s: %w", verb, err)
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
func (p *product) ready(ctx context.Context) error {
	return waitFor(ctx, "checkrein "+p.verb+" to answer", func() (bool, error) {
		resp, err := http.Post(p.url, "application/json", nil)
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

// stop ends the product as an operator would, and hands out its log when it did not end well.
func (p *product) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop checkrein %s: %w", p.verb, err)
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("checkrein %s ended with %w; its log:\n%s", p.verb, err, p.log)
	}
	return nil
}

// explain adds the product's log to an error that it may explain.
func (p *product) explain(err error) error {
	return fmt.Errorf("%w\nlog of checkrein %s:\n%s", err, p.verb, p.log)
}

var errTimeout = errors.New("nothing came within a minute")

// waitFor asks again and again, for a minute at most.
func waitFor(ctx context.Context, what string, done func() (bool, error)) error {
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
