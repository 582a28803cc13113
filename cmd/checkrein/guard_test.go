package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/fixtures/registrytest"
	journal "github.com/checkrein/checkrein/registry/guard"
)

// guarding is the script command "guard". guard variables: what was printed last tells every variable of the guard with its default.
// guard run: a guard decides about packages of a simulated GitHub and writes its journal.
func guarding(ts *testscript.TestScript, _ bool, args []string) {
	switch strings.Join(args, " ") {
	case "variables":
		told := ts.ReadFile("stdout")
		for _, v := range slices.Concat(app.GuardVariables(), guardShared()) {
			line := regexp.MustCompile(`(?m)^  ` + v.Name + ` .*` + regexp.QuoteMeta(v.Default))
			if !line.MatchString(told) {
				ts.Fatalf("%s (default %q) is not told", v.Name, v.Default)
			}
		}
	case "run":
		ts.Check(guardRun(context.Background(), "sqlite:"+ts.MkAbs("checkrein-guard.db")))
	default:
		ts.Fatalf("guard %s", strings.Join(args, " "))
	}
}

// guardRun asks a guard for a deletion of what acme/app:prod needs, and in each of two
// packages for one of what nothing needs.
func guardRun(ctx context.Context, database string) (err error) {
	server, err := githubtest.Start()
	if err != nil {
		return err
	}
	defer server.Close()
	ada := server.User("ada")
	environment := map[string]string{
		"CHECKREIN_GUARD_API_URL": server.URL, "CHECKREIN_GUARD_REGISTRY_URL": server.RegistryURL, "CHECKREIN_DATABASE_URL": database,
		"CHECKREIN_GUARD_LISTEN": "127.0.0.1:0", "CHECKREIN_ADMIN_LISTEN": "127.0.0.1:0",
	}
	config, err := app.ReadGuardConfig(ctx, func(name string) (string, bool) { v, ok := environment[name]; return v, ok })
	if err != nil {
		return err
	}
	address, stop, err := runGuard(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	child := wanted().Children[0].Digest()
	for _, one := range []struct {
		name, digest string
		want         int
	}{{"app", child, http.StatusForbidden}, {"app", unwanted().Digest(), http.StatusNoContent}, {"other", unwanted().Digest(), http.StatusNoContent}} {
		pack := server.Package("acme", one.name)
		if err := fill(ctx, pack, ada); err != nil {
			return err
		}
		status, err := deletion(ctx, address, ada, pack, one.digest)
		if err != nil {
			return err
		}
		if status != one.want {
			return fmt.Errorf("delete %s of %s: %d, expected %d", one.digest, one.name, status, one.want)
		}
	}
	return nil
}

func wanted() registrytest.Manifest   { return registrytest.Buildx("app", "linux/arm64") }
func unwanted() registrytest.Manifest { return registrytest.Image("lone") }

// fill pushes, two days ago, an index as prod and an image without a tag.
func fill(ctx context.Context, pack *githubtest.Package, who *githubtest.User) error {
	if err := pack.Grant(who, "admin"); err != nil {
		return err
	}
	login := registrytest.Login(who.Token)
	err := errors.Join(registrytest.Push(ctx, pack.Image(), login, wanted(), "prod"), registrytest.Push(ctx, pack.Image(), login, unwanted()))
	for _, v := range pack.Versions() {
		err = errors.Join(err, pack.Backdate(v.Digest, time.Now().Add(-48*time.Hour)))
	}
	return err
}

// deletion asks for one through the guard.
func deletion(ctx context.Context, address string, who *githubtest.User, pack *githubtest.Package, digest string) (status int, err error) {
	v, ok := pack.Version(digest)
	if !ok {
		return 0, fmt.Errorf("%s has no version %s", pack.FullName(), digest)
	}
	url := fmt.Sprintf("http://%s/orgs/acme/packages/container/%s/versions/%d", address, pack.Name, v.ID)
	req, err := http.NewRequestWithContext(ctx, "DELETE", url, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+who.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// runGuard runs a guard until stop is called; address is where it listens.
func runGuard(ctx context.Context, config app.GuardConfig) (address string, stop func() error, err error) {
	log, lines := io.Pipe()
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		g, err := app.NewGuard(ctx, config, "test", lines)
		if err == nil {
			err = g.Run(ctx)
		}
		lines.CloseWithError(err)
		ended <- err
	}()
	if address, err = listening(log); err != nil {
		cancel()
		return "", nil, err
	}
	return address, func() error { cancel(); return <-ended }, nil
}

var servingGuard = regexp.MustCompile(`"serving the guard","address":"([^"]+)"`)

// listening is the address that a log names; the rest of the log is read and forgotten.
func listening(log io.Reader) (string, error) {
	var told strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := log.Read(buffer)
		if err != nil {
			return "", fmt.Errorf("the guard does not listen: %w", err)
		}
		told.Write(buffer[:n])
		if m := servingGuard.FindStringSubmatch(told.String()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return m[1], nil
		}
	}
}

// TestGuardLogText: what callers and registries name stays on its line and moves no cursor.
func TestGuardLogText(t *testing.T) {
	var out strings.Builder
	err := guardLogText(&out, []journal.Record{{
		At: time.Unix(0, 0), Package: "acme/app", Event: journal.Refused, Code: "tagged", Who: "ada\x1b[2J", Digest: "sha256:00",
		Did: "delete\n2026-01-31T00:00:00Z  acme/app  deleted", Tags: []string{"v1\r"}, Why: "prod -> \u202esha256:00\nok",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := "1970-01-01T00:00:00Z  acme/app  refused (tagged)  delete 2026-01-31T00:00:00Z  acme/app  deleted by ada[2J  sha256:00  [v1 ]\n" +
		"    prod -> sha256:00 ok\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
