package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// patience is how long work may take in silence.
const patience = time.Second

// progress tells on stderr what is being done once that takes longer than a
// second: on a terminal in one line that is overwritten, elsewhere a line a step.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	terminal bool
	now      string
	said     string
	done     int // files, of total; total 0: not known
	total    int
	began    time.Time
	ended    chan struct{}
	once     sync.Once
}

func startProgress(w io.Writer) *progress {
	p := &progress{out: w, began: time.Now(), ended: make(chan struct{})}
	if file, ok := w.(*os.File); ok {
		p.terminal = term.IsTerminal(int(file.Fd()))
	}
	go p.tell()
	return p
}

func (p *progress) step(what string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now, p.done, p.total = what, done, total
}

func (p *progress) tell() {
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for {
		select {
		case <-p.ended:
			return
		case <-tick.C:
			p.show()
		}
	}
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.terminal:
		p.said = p.now
		fmt.Fprintf(p.out, "\r\x1b[K%s %s%ds", p.now, bar(p.done, p.total), int(time.Since(p.began).Seconds()))
	case p.now != p.said:
		p.said = p.now
		fmt.Fprintf(p.out, "checkrein: %s …\n", p.now)
	}
}

// stop ends the telling and clears the line.
func (p *progress) stop() {
	p.once.Do(func() {
		close(p.ended)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.terminal && p.said != "" {
			fmt.Fprint(p.out, "\r\x1b[K")
		}
	})
}

// bar shows how much of a known total is done.
func bar(done, total int) string {
	if total == 0 {
		return "… "
	}
	const width = 24
	full := width * done / total
	return fmt.Sprintf("[%s%s] %d of %d files, ", strings.Repeat("#", full), strings.Repeat("-", width-full), done, total)
}
