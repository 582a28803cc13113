package checks_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks"
)

// scripted is a check that does what a test wants.
type scripted func(ctx context.Context) checks.Report

func (scripted) Name() string                          { return "scripted" }
func (scripted) Reads(string) bool                     { return true }
func (scripted) Learn(string, string, []byte) []string { return nil }
func (s scripted) Run(ctx context.Context, _ checks.Change) checks.Report {
	return s(ctx)
}

func TestGuard(t *testing.T) {
	away := errors.New("the source is away")
	cases := []struct {
		name   string
		run    scripted
		failed string
		err    error
		panics bool
	}{
		{"an ordinary report passes", func(context.Context) checks.Report { return checks.Report{Files: 7} }, "", nil, false},
		{"a panic is told and the process lives", func(context.Context) checks.Report { panic("broken") }, "the check ended in a panic", nil, true},
		{"a check that never ends", func(context.Context) checks.Report { select {} }, "the check did not end within 50ms", nil, false},
		{"one that ends because its time is over", func(ctx context.Context) checks.Report {
			<-ctx.Done()
			return checks.Report{Err: ctx.Err()}
		}, "the check did not end within 50ms", nil, false},
		{"an error of the source stays one", func(context.Context) checks.Report { return checks.Report{Err: away} }, "", away, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			panicked := false
			r := checks.Guard(t.Context(), c.run, checks.Change{}, 50*time.Millisecond, func(any, []byte) { panicked = true })
			if panicked != c.panics || !errors.Is(r.Err, c.err) || (c.err == nil) != (r.Err == nil) {
				t.Errorf("panicked %v, error %v; want %v, %v", panicked, r.Err, c.panics, c.err)
			}
			switch {
			case c.failed == "" && len(r.Unread) > 0:
				t.Errorf("unread %+v, want none", r.Unread)
			case c.failed != "" && (len(r.Unread) != 1 || r.Unread[0].Kind != checks.Failed || r.Unread[0].Reason != c.failed):
				t.Errorf("unread %+v, want one failed: %s", r.Unread, c.failed)
			}
		})
	}
}

// Whoever interrupts the whole run is told so: that is no verdict on the check.
func TestGuardInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := checks.Guard(ctx, scripted(func(context.Context) checks.Report { select {} }), checks.Change{}, time.Minute, nil)
	if !errors.Is(r.Err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", r.Err)
	}
}

func TestFresh(t *testing.T) {
	f := func(path, subject, address string) checks.Finding {
		return checks.Finding{Rule: "images/mutable-tag", Path: path, Subject: subject, Address: address}
	}
	was := func(p string) string {
		if p == "new.yml" {
			return "old.yml"
		}
		return p
	}
	cases := []struct {
		name       string
		head, base []checks.Finding
		fresh      []bool
	}{
		{"nothing before", []checks.Finding{f("a", "x", "s")}, nil, []bool{true}},
		{"the same", []checks.Finding{f("a", "x", "s")}, []checks.Finding{f("a", "x", "s")}, []bool{false}},
		{"another subject", []checks.Finding{f("a", "y", "s")}, []checks.Finding{f("a", "x", "s")}, []bool{true}},
		{"a renamed file", []checks.Finding{f("new.yml", "x", "s")}, []checks.Finding{f("old.yml", "x", "s")}, []bool{false}},
		{"a copied file", []checks.Finding{f("b", "x", "s")}, []checks.Finding{f("a", "x", "s")}, []bool{true}},
		{"a shifted index", []checks.Finding{f("a", "x", "c[1]")}, []checks.Finding{f("a", "x", "c[0]")}, []bool{false}},
		{"a second copy is the new one", []checks.Finding{f("a", "x", "c[0]"), f("a", "x", "c[1]")}, []checks.Finding{f("a", "x", "c[1]")}, []bool{true, false}},
		{"another address", []checks.Finding{f("a", "x", "web")}, []checks.Finding{f("a", "x", "api")}, []bool{true}},
		{"one of two gone", []checks.Finding{f("a", "x", "c[0]")}, []checks.Finding{f("a", "x", "c[0]"), f("a", "x", "c[1]")}, []bool{false}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			checks.Fresh(c.head, c.base, was)
			for i := range c.head {
				if c.head[i].New != c.fresh[i] {
					t.Errorf("finding %d is new: %v, want %v", i, c.head[i].New, c.fresh[i])
				}
			}
		})
	}
}
