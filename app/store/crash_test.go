package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// crashVariable names the folder in which a copy of the test binary works until it is
// killed, readVariable the one whose database a copy reads.
const (
	crashVariable = "CHECKREIN_STORE_CRASH"
	readVariable  = "CHECKREIN_STORE_READ"
)

func TestMain(m *testing.M) {
	for variable, do := range map[string]func(dir string) error{crashVariable: workUntilKilled, readVariable: readBeside} {
		if dir := os.Getenv(variable); dir != "" {
			if err := do(dir); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// deadLease is how long the lease is of a process that is killed: the next process of a
// file takes it over at once, on a server it runs out.
func deadLease() time.Duration {
	if server != "" {
		return time.Second
	}
	return time.Hour
}

// workUntilKilled accepts deliveries and prints each id once it is acknowledged.
func workUntilKilled(dir string) error {
	where, err := address(dir)
	if err != nil {
		return err
	}
	s, err := Open(context.Background(), where)
	if err != nil {
		return err
	}
	if _, err := s.Accept(context.Background(), delivery("held", shaA)); err != nil {
		return err
	}
	if _, err := s.Claim(context.Background(), deadLease()); err != nil {
		return err
	}
	var senders sync.WaitGroup
	for sender := range 8 {
		senders.Go(func() {
			for i := range 1_000_000 {
				id := fmt.Sprintf("%d-%d", sender, i)
				if _, err := s.Accept(context.Background(), delivery(id, fmt.Sprintf("%040x", i%50))); err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
				fmt.Println(id) // one write call a line: never half an id without its newline
			}
		})
	}
	senders.Wait()
	return fmt.Errorf("nobody killed it")
}

// TestKill kills a real process in the middle of its work: nothing that it has
// acknowledged may be gone, and what it held is free again.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acked, output := runAndKill(t, dir, 500)
	if len(acked) < 500 {
		t.Fatalf("only %d deliveries acknowledged: %s", len(acked), output)
	}
	s := open(t, dir)
	if server == "" {
		if check := one[string](t, s, `PRAGMA integrity_check`); check != "ok" {
			t.Errorf("integrity: %s", check)
		}
	} else {
		time.Sleep(deadLease())
	}
	lost := 0
	for _, id := range acked {
		lost += 1 - one[int](t, s, `SELECT count(*) FROM deliveries d JOIN delivery_work w ON w.delivery = d.id WHERE d.id = $1`, id)
	}
	if lost != 0 {
		t.Errorf("%d of %d acknowledged deliveries are lost or have no work", lost, len(acked))
	}
	if stored, want := one[int](t, s, `SELECT count(*) FROM deliveries`), one[int](t, s, `SELECT sum(want) FROM work`); stored != want {
		t.Errorf("%d deliveries but %d times wanted", stored, want)
	}
	resumed := 0
	for range one[int](t, s, `SELECT count(*) FROM work WHERE want > done`) {
		if c := claim(t, s); c.Resumed {
			resumed++
		}
	}
	if resumed != 1 {
		t.Errorf("%d rows resumed, want the one that was held", resumed)
	}
}

// runAndKill starts a copy of this test binary and kills it after so many lines.
func runAndKill(t *testing.T, dir string, lines int) (acked []string, errors string) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	child := exec.CommandContext(ctx, self)
	child.Env = append(os.Environ(), crashVariable+"="+dir)
	var stderr strings.Builder
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	for scan := bufio.NewScanner(out); scan.Scan(); {
		acked = append(acked, scan.Text())
		if len(acked) == lines {
			must(t, child.Process.Kill()) // SIGKILL; what is in the pipe is read still
		}
	}
	_ = child.Wait() // says that it was killed
	return acked, stderr.String()
}
