package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

func memory() section {
	return section{
		title: "Memory",
		intro: "What the process holds of the machine's memory (`VmRSS`, `VmHWM` of Linux; not known elsewhere). The App after a pull request each, with a file that is read, twenty to\n" +
			"an organisation; the guard after its first deletion from a package as modelled above. Its own is what is not the program's file (`RssAnon`), whose pages the system can take\n" +
			"back at any time.",
		tables: []table{{
			head: []string{"process", "events or versions", "idle, MB", "of it its own", "afterwards, MB", "at most, MB", "at most to idle"},
			fill: func(ctx context.Context, b *bench, add func(...string)) error {
				if err := b.appMemory(ctx, add); err != nil {
					return err
				}
				return b.guardMemory(ctx, add)
			},
			notes: "Peaks of `checkrein check` are in the table of files. A package of 100,000 versions is not measured here, it takes long to make: the guard then holds about 85 MB\n" +
				"(`CHECKREIN_TEST_LARGE=1 go test ./app/store -run TestGuardHeap -v`).",
		}},
	}
}

// appMemory lets pull requests be opened, at most twenty in an organisation: what is
// written for one is paced.
func (b *bench) appMemory(ctx context.Context, add func(...string)) (err error) {
	const each = 20
	n, quiet := b.size(4, 600), time.Duration(b.size(200, 1000))*time.Millisecond
	w, err := b.newWorld(ctx, (n+each-1)/each, countedFiles())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := errors.Join(w.swept(ctx), w.settled(ctx, quiet)); err != nil {
		return err
	}
	idle := holding(w.product.PID())
	b.say("opening %s pull requests", thousands(n))
	for i := range n {
		files := githubtest.Files{fmt.Sprintf("svc%d/compose.yml", i): composeFile(fmt.Sprint("nginx:1.27.", i))}
		pull, err := w.open(w.repos[i%len(w.repos)], fmt.Sprint("change-", i), files)
		if err != nil {
			return err
		}
		if i%each != each-1 && i != n-1 {
			continue
		}
		// The last of some: what waits does not pile up, as it does not in a day of work.
		if _, err := w.concluded(ctx, pull.Repo(), pull.Head(), 1); err != nil {
			return err
		}
	}
	if err := w.settled(ctx, quiet); err != nil {
		return err
	}
	idle.row(add, "`serve`", n)
	return nil
}

func (b *bench) guardMemory(ctx context.Context, add func(...string)) (err error) {
	tagged := b.size(10, 4540)
	b.say("making a package with %s tags", thousands(tagged))
	g, err := b.newGuarded(ctx, tagged, 12)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	versions, idle := len(g.pack.Versions()), holding(g.guard.PID())
	if _, err := g.delete(ctx, g.guard.URL, g.old[0]); err != nil {
		return g.guard.Explain(err)
	}
	idle.row(add, "`guard`", versions)
	return nil
}

// holds is what a process held when it had nothing to do, in bytes.
type holds struct {
	pid      int
	all, own float64
}

func holding(pid int) holds { return holds{pid, held(pid, resident), held(pid, own)} }

// row tells what it holds after n events or versions.
func (idle holds) row(add func(...string), name string, n int) {
	if idle.all == 0 {
		add(name, thousands(n), "-", "-", "-", "-", "-")
		return
	}
	most := held(idle.pid, peak)
	add(name, thousands(n), megabytes(idle.all), megabytes(idle.own), megabytes(held(idle.pid, resident)), megabytes(most), times(most, idle.all))
}
