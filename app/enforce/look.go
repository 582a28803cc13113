package enforce

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/hub"
)

// maxProblem bounds the words of a problem: they go into every run.
const maxProblem = 300

// NoBranch is the Problem of a branch that is not there: of an empty repository.
const NoBranch = "there is no such branch"

// Look asks what a branch requires, and compares it with what was known before (the
// zero State: nothing). name is the check's, app this app's id. When GitHub cannot be
// asked, the state keeps what was known and its Problem says why. An error comes besides
// where asking again may help: *hub.LimitError, *hub.UnavailableError, an ended context.
func Look(ctx context.Context, g GitHub, repo hub.Repo, branch, name string, app int64, before State, now time.Time) (State, error) {
	rules, err := g.Required(ctx, repo, branch)
	if ctx.Err() != nil {
		// Whoever asked went away: that says nothing about GitHub.
		return before, ctx.Err()
	}
	if err != nil {
		kept := before
		kept.Branch, kept.Checked = branch, now
		kept.Problem, err = problem(err)
		return kept, err
	}
	found := read(rules, name, app)
	found.Branch, found.Checked = branch, now
	found.Lost, found.LostBound = loss(before, found, now)
	return found, nil
}

// read finds the rules about one check.
func read(rules []hub.Required, name string, app int64) State {
	var s State
	for _, r := range rules {
		if r.Context != name {
			continue
		}
		s.Required = true
		s.Sources = append(s.Sources, r.Source)
		switch r.App {
		case app:
			// One bound rule is enough: of several rules GitHub demands every one, so a
			// run of somebody else that satisfies another rule does not satisfy this one.
			s.Bound = true
		case 0:
		default:
			s.Other = r.App
		}
	}
	if s.Bound {
		s.Other = 0
	}
	slices.Sort(s.Sources)
	s.Sources = slices.Compact(s.Sources)
	return s
}

// loss is since when there is less than there once was. It stays until that is back.
func loss(before, found State, now time.Time) (since time.Time, bound bool) {
	since, bound = before.Lost, before.LostBound
	if worth(found) < worth(before) {
		if since.IsZero() {
			since = now
		}
		bound = bound || before.Bound
	}
	if found.Bound || found.Required && !bound {
		return time.Time{}, false
	}
	return since, bound
}

func worth(s State) int {
	switch {
	case s.Bound:
		return 2
	case s.Required:
		return 1
	}
	return 0
}

// problem is an error in words that are the same each time: they stand in runs, and a
// run is written again when its words change. The error is handed on if it passes by itself.
func problem(err error) (string, error) {
	if _, ok := errors.AsType[*hub.LimitError](err); ok {
		return "GitHub limits the requests of this app", err
	}
	if _, ok := errors.AsType[*hub.UnavailableError](err); ok {
		return "GitHub did not answer", err
	}
	if errors.Is(err, hub.ErrGone) {
		return NoBranch, nil
	}
	for _, known := range []error{hub.ErrForbidden, hub.ErrNoInstallation, hub.ErrNoRepository, hub.ErrMoved} {
		if errors.Is(err, known) {
			return known.Error(), nil
		}
	}
	text := err.Error()
	if len(text) > maxProblem {
		text = strings.ToValidUTF8(text[:maxProblem], "") + "…"
	}
	return text, nil
}
