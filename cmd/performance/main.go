// Command performance measures the real product: `checkrein` runs as a process of its own
// against a simulated GitHub and real registries, and what it takes is printed beside what
// the machine itself takes for the like. With -write the page docs/performance.md is made of it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/checkrein/checkrein/cmd/internal/product"
)

func main() {
	var o options
	write := flag.String("write", "", "write the page into this `FILE`, docs/performance.md")
	flag.BoolVar(&o.quick, "quick", false, "small trees and one run of each: shows that everything can be measured, and nothing of how fast it is")
	flag.BoolVar(&o.others, "others", false, "also run other people's tools, which are fetched and built")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Usage: go run ./cmd/performance [flags]\n\nMeasures the product on this machine; about four minutes. State lies in TMPDIR: it decides which disk is measured.\n\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, *write, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "\nperformance: %v\n", err)
		stop()
		os.Exit(1)
	}
}

// options are what is to be measured.
type options struct{ quick, others bool }

// run measures everything and writes the page where a file is named.
func run(ctx context.Context, o options, file string, out io.Writer) (err error) {
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is no flag: see -help", flag.Arg(0))
	}
	if o.quick && file != "" {
		return errors.New("-quick measures nothing that a page could tell: leave it out, or leave out -write")
	}
	folder, err := os.MkdirTemp("", "checkrein-performance-")
	if err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	began := time.Now()
	fmt.Fprintln(out, "building checkrein …")
	binary, err := product.Build(ctx, folder)
	if err != nil {
		return err
	}
	b := &bench{options: o, binary: binary, folder: folder, out: out}
	text, err := b.page(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nMeasured in %.0f s.\n", time.Since(began).Seconds())
	if file == "" {
		return nil
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// bench is what all measurements share.
type bench struct {
	options
	binary string // the product
	folder string // what lies in it is gone at the end
	out    io.Writer
}

// runs is how often a time is measured.
func (b *bench) runs() int { return b.size(1, 3) }

// size is how much of something is measured.
func (b *bench) size(quick, full int) int {
	if b.quick {
		return quick
	}
	return full
}

// room makes a folder for one measurement.
func (b *bench) room(what string) (string, error) {
	folder, err := os.MkdirTemp(b.folder, what+"-")
	if err != nil {
		return "", fmt.Errorf("make a folder for %s: %w", what, err)
	}
	return folder, nil
}

// say tells what is being done that takes a while.
func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.out, "  … "+format+"\n", args...) }
