// Command drill replays outages against the real product: `checkrein serve` runs as
// a process of its own against a simulated GitHub, and everything that is printed is
// read back from that GitHub's API. It exits 0 only if the outage was stopped.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/checkrein/checkrein/cmd/internal/product"
)

// limit is how long the whole drill may take, a cold build included.
const limit = 5 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := drill(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "\ndrill: %v\n", err)
		stop()
		cancel()
		os.Exit(1)
	}
}

// drill plays every outage, one after the other.
func drill(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "checkrein-drill-")
	if err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	defer os.RemoveAll(folder)
	began := time.Now()
	fmt.Println("building checkrein …")
	binary, err := product.Build(ctx, folder)
	if err != nil {
		return err
	}
	if err := cloudCannon(ctx, folder, binary); err != nil {
		return fmt.Errorf("the outage at CloudCannon, 2022-05-18: %w", err)
	}
	if err := logto(ctx, folder, binary); err != nil {
		return fmt.Errorf("the outage at Logto, 2023-12-17: %w", err)
	}
	if err := column(ctx, folder, binary); err != nil {
		return fmt.Errorf("the outage at Logto, 2024-07-18: %w", err)
	}
	fmt.Printf("\nAll three outages were stopped. (%.0f s)\n", time.Since(began).Seconds())
	return nil
}
