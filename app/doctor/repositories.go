package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
)

const (
	parallel = 8 // looks at a time
	// Each look that gets no answer takes its whole time: after so many no more are tried.
	maxSilent = 10
)

const interrupted = "the examination was interrupted"

// repository is one that is looked at.
type repository struct {
	hub.Repository
	client Installation
	state  enforce.State
}

// leftOut counts the repositories in which nothing can be merged.
type leftOut struct{ archived, empty int }

// look finds out for each repository whether the check is required and bound.
func (d *Doctor) look(ctx context.Context) bool {
	d.leaveOut(&d.leftOut.archived, func(r *repository) bool { return r.Archived })
	slices.SortFunc(d.repositories, func(a, b *repository) int { return strings.Compare(a.String(), b.String()) })
	d.lookAt(ctx, d.repositories)
	d.leaveOut(&d.leftOut.empty, func(r *repository) bool { return r.state.Problem == enforce.NoBranch })
	d.tell()
	return true
}

// leaveOut counts those in which nothing can be merged, and looks no further at them.
func (d *Doctor) leaveOut(counted *int, nothing func(*repository) bool) {
	before := len(d.repositories)
	d.repositories = slices.DeleteFunc(d.repositories, nothing)
	*counted += before - len(d.repositories)
}

func (d *Doctor) lookAt(ctx context.Context, list []*repository) {
	var group errgroup.Group
	group.SetLimit(parallel)
	var done, unanswered atomic.Int64
	for _, r := range list {
		group.Go(func() error {
			if unanswered.Load() >= maxSilent {
				r.state = enforce.State{Branch: r.Default, Problem: "not asked, as GitHub did not answer for others"}
				return nil
			}
			d.Step(fmt.Sprintf("looking at repository %d of %d", done.Add(1), len(list)))
			var err error
			r.state, err = enforce.Look(ctx, r.client, r.Repo, r.Default, d.Check, d.AppID, enforce.State{}, d.Now())
			if _, ok := errors.AsType[*hub.UnavailableError](err); ok {
				unanswered.Add(1)
			}
			if ctx.Err() != nil {
				r.state = enforce.State{Branch: r.Default, Problem: interrupted}
			}
			return nil
		})
	}
	_ = group.Wait() // what went wrong stands in each state
}

// tell makes the section of what was seen.
func (d *Doctor) tell() {
	var lines []Line
	for _, want := range []Level{Bad, Unknown} {
		for _, l := range d.absent {
			if l.Level == want {
				lines = append(lines, l)
			}
		}
		for _, r := range d.repositories {
			if standing(r.state) == want {
				lines = append(lines, d.unenforced(r))
			}
		}
	}
	switch {
	case len(lines) > 0:
	case len(d.repositories) == 0:
		lines = append(lines, Line{Level: Warn, Subject: "repositories", Found: "none to look at", Do: "install the App on repositories that hold something"})
	default:
		lines = append(lines, Line{Level: OK, Subject: d.Check, Found: "required on every default branch that was looked at, and bound to this App"})
	}
	d.report.set("repositories", lines...).Summary = d.summary()
}

func standing(s enforce.State) Level {
	switch {
	case s.Problem != "":
		return Unknown
	case s.Bound:
		return OK
	}
	return Bad
}

func (d *Doctor) unenforced(r *repository) Line {
	line := Line{Level: standing(r.state), Subject: r.String(), Found: r.state.Sentence(d.Check), Do: "try again"}
	if line.Level == Bad {
		line.Expected = d.Check + " required on the default branch, with this App as its source"
		line.Do = "add a ruleset, of the repository or of the whole organisation: `checkrein doctor --fix` prints it"
	}
	return line
}

func (d *Doctor) summary() string {
	var enforced, unbound, missing, unknown int
	for _, r := range d.repositories {
		switch s := r.state; {
		case s.Problem != "":
			unknown++
		case s.Bound:
			enforced++
		case s.Required:
			unbound++
		default:
			missing++
		}
	}
	text := fmt.Sprintf("%d enforced, %d not bound to this App, %d not required, %d not known", enforced, unbound, missing, unknown)
	if d.leftOut != (leftOut{}) {
		text += fmt.Sprintf("; left out: %d archived, %d empty", d.leftOut.archived, d.leftOut.empty)
	}
	return text
}
