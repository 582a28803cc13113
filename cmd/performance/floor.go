package main

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"

	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// appendix is a file to which is appended, on the disk before the call returns.
type appendix struct {
	mu   sync.Mutex
	file *os.File
}

func (b *bench) newAppendix() (*appendix, error) {
	folder, err := b.room("floor")
	if err != nil {
		return nil, err
	}
	file, err := os.Create(filepath.Join(folder, "appended"))
	if err != nil {
		return nil, fmt.Errorf("make a file to append to: %w", err)
	}
	return &appendix{file: file}, nil
}

func (a *appendix) add(data []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, err := a.file.Write(data); err != nil {
		return err
	}
	return a.file.Sync()
}

// appender is the disk alone.
func (b *bench) appender(context.Context) (receiver, error) {
	a, err := b.newAppendix()
	if err != nil {
		return receiver{}, err
	}
	data := make([]byte, deliverySize)
	return receiver{name: "floor: append and `fsync`", one: func(context.Context) error { return a.add(data) }, close: a.file.Close}, nil
}

// discarder is HTTP and the signature alone.
func (b *bench) discarder(context.Context) (receiver, error) {
	return serveFloor("floor: signature alone", func([]byte) error { return nil }), nil
}

// keeper is the least that a receiver can do which loses nothing.
func (b *bench) keeper(context.Context) (receiver, error) {
	a, err := b.newAppendix()
	if err != nil {
		return receiver{}, err
	}
	r := serveFloor("floor: signature, append and `fsync`", a.add)
	stop := r.close
	r.close = func() error { return errors.Join(stop(), a.file.Close()) }
	return r, nil
}

// serveFloor is a server that checks signatures and keeps what is signed.
func serveFloor(name string, keep func([]byte) error) receiver {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(r.Body)
		switch {
		case err != nil || !hmac.Equal([]byte(r.Header.Get("X-Hub-Signature-256")), []byte(githubtest.Sign(product.Secret, payload))):
			w.WriteHeader(http.StatusUnauthorized)
		case keep(payload) != nil:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	}))
	d := &sender{url: server.URL, client: newClient()}
	return receiver{name: name, one: d.deliver, close: func() error { return d.leave(func() error { server.Close(); return nil }) }}
}
