package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

func decisions() section {
	return section{
		title: "Decisions of the guard",
		intro: "`checkrein guard` before a simulated GitHub: an untagged version that nothing needs is deleted through it, and another one straight at GitHub, in turns. What GitHub\n" +
			"takes for an answer here is next to nothing: the difference, not the ratio, is what a deletion takes more. In it are the five\n" +
			"requests to GitHub that the table below counts for a next deletion, which are as slow as the network makes them, and two lines of the journal that are on the disk\n" +
			"before it goes on. The first deletion reads the whole package.",
		tables: []table{
			{head: []string{"package", "versions", "first deletion, ms", "deletions", "through the guard, median ms", "past it, median ms", "difference, ms"}, fill: decide},
			{counted: true, head: []string{"package", "tagged", "what", "pages", "manifests", "other", "ghcr-cleanup-action", "container-retention-policy"}, fill: firstReadings,
				notes: "Requests to GitHub and its registry before the first deletion goes, by `pages + manifests`: the cleaners' are what their own code asks before it deletes, and for\n" +
					"each clean-up anew ([how](guard.md#what-it-costs)). Other requests: a login, a token, a question for the referrers API, looks at the version. The pages include\n" +
					"those that are read again for the deletion itself."},
		},
	}
}

// decide deletes in a small package and in a larger one, when the guard knows them.
func decide(ctx context.Context, b *bench, add func(...string)) error {
	if err := b.decideIn(ctx, "small", 10, add); err != nil {
		return err
	}
	return b.decideIn(ctx, "larger", b.size(100, 450), add)
}

func (b *bench) decideIn(ctx context.Context, name string, tagged int, add func(...string)) (err error) {
	g, err := b.newGuarded(ctx, tagged, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	versions := len(g.pack.Versions())
	first, err := g.delete(ctx, g.guard.URL, g.old[0])
	if err != nil {
		return g.guard.Explain(err)
	}
	n := b.size(3, 100)
	var through, past spread
	for range b.runs() {
		t, p, err := g.turns(ctx, n)
		if err != nil {
			return g.guard.Explain(err)
		}
		through, past = append(through, t), append(past, p)
	}
	add(name, thousands(versions), number(milliseconds(first)), strconv.Itoa(n), through.String(), past.String(), number(through.median()-past.median()))
	return nil
}

// turns deletes n versions through the guard and n past it, and answers the medians.
func (g *guarded) turns(ctx context.Context, n int) (through, past float64, err error) {
	var took [2]spread
	for range n {
		for i, address := range []string{g.guard.URL, g.github.URL} {
			v, err := g.image()
			if err != nil {
				return 0, 0, err
			}
			one, err := g.delete(ctx, address, v)
			if err != nil {
				return 0, 0, err
			}
			took[i] = append(took[i], milliseconds(one))
		}
	}
	return took[0].median(), took[1].median(), nil
}

// reading is what was asked for one deletion.
type reading struct{ pages, manifests, other int }

// firstReadings counts what the guard asks for its first deletion from a package that it
// has never seen, and for the next one.
func firstReadings(ctx context.Context, b *bench, add func(...string)) error {
	for _, size := range []struct{ tagged, old int }{{100, 3}, {450, 10}} {
		if err := b.firstReading(ctx, size.tagged, size.old, add); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) firstReading(ctx context.Context, tagged, old int, add func(...string)) (err error) {
	g, err := b.newGuarded(ctx, tagged, old)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	versions := len(g.pack.Versions())
	pages := (versions + 99) / 100
	for i, what := range []string{"first deletion", "next deletion"} {
		g.github.ResetRequests()
		if _, err := g.delete(ctx, g.guard.URL, g.old[i]); err != nil {
			return g.guard.Explain(err)
		}
		got := g.asked()
		all, kept := "-", "-"
		if i == 0 {
			all, kept = fmt.Sprintf("%s + %s", thousands(pages), thousands(versions)), fmt.Sprintf("%s + %s", thousands(pages), thousands(tagged))
		}
		add(thousands(versions), thousands(tagged), what, strconv.Itoa(got.pages), thousands(got.manifests), strconv.Itoa(got.other), all, kept)
	}
	return nil
}

var (
	pageAsked     = regexp.MustCompile(`^GET .*/versions\?`)
	manifestAsked = regexp.MustCompile(`^GET /v2/.*/manifests/`)
)

// asked is what the guard asked, the forwarded deletion itself left out.
func (g *guarded) asked() (r reading) {
	for _, one := range g.github.Requests() {
		switch line := one.Method + " " + one.Path; {
		case pageAsked.MatchString(line):
			r.pages++
		case manifestAsked.MatchString(line):
			r.manifests++
		case one.Method != "DELETE":
			r.other++
		}
	}
	return r
}
