package main

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"os"
	"os/signal"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/fixtures/registrytest"
)

// What the program of a script is told of the registry beside it: only a test looks there.
const (
	registryAt   = "TEST_REGISTRY"
	registryCert = "TEST_REGISTRY_CERT"
)

// scripted is main, with the registry of the script in the place of example.com.
func scripted() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var d lookup.Detour
	if at := os.Getenv(registryAt); at != "" {
		der, err := base64.StdEncoding.DecodeString(os.Getenv(registryCert))
		if err != nil {
			panic(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		d = lookup.Detour{Hosts: map[string]string{registrytest.Host + ":443": at}, Roots: x509.NewCertPool()}
		d.Roots.AddCert(cert)
	}
	os.Exit(runWith(ctx, os.Args[1:], os.Stdout, os.Stderr, d))
}

// registries are those of running scripts.
type registries struct {
	mu sync.Mutex
	by map[string]*registrytest.Public
}

// command is the script command "registry": start; push TAG VARIABLE; delete REPOSITORY
// DIGEST; stop; asked, which prints what was asked since.
func (r *registries) command(ts *testscript.TestScript, _ bool, args []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := ts.Getenv("WORK")
	switch p := r.by[at]; strings.Join(args[:1], "") {
	case "start":
		p := registrytest.StartPublic()
		ts.Defer(p.Close)
		r.by[at] = p
		ts.Setenv(registryAt, p.Address)
		ts.Setenv(registryCert, base64.StdEncoding.EncodeToString(p.Certificate()))
	case "push":
		digest, _, err := p.PushIndex(args[1])
		ts.Check(err)
		ts.Setenv(args[2], digest)
	case "delete":
		ts.Check(p.Delete(args[1], args[2]))
	case "stop":
		p.Close()
	case "asked":
		ts.Check(os.WriteFile(ts.MkAbs("asked"), []byte(strings.Join(p.Requests(), "\n")+"\n"), 0o600))
	default:
		ts.Fatalf("registry %s", strings.Join(args, " "))
	}
}
