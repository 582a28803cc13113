package pull

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks/report"
	"github.com/checkrein/checkrein/checks/verdict"
)

// progress shows an in-progress run once judging takes longer than the judge's patience.
type progress struct {
	mu    sync.Mutex
	timer *time.Timer
	ended bool
	// doubtful: a run was asked for and GitHub did not say that it made it.
	doubtful bool
}

// stop waits for a run that is just being made; none is made afterwards.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.timer != nil {
		p.timer.Stop()
	}
}

// watch begins the aggregated run when the verdict is not there in time, and at once
// where a green run stands that did not judge the head against all of its bases.
func (e *evaluation) watch(ctx context.Context) (stop func()) {
	patience := e.Patience
	if e.outgrown() || e.claim.Tries > 1 {
		patience = 0 // somebody has been waiting for longer than that
	}
	e.progress.timer = time.AfterFunc(patience, func() {
		e.progress.mu.Lock()
		defer e.progress.mu.Unlock()
		if e.progress.ended {
			return
		}
		if err := e.begin(ctx); err != nil {
			e.progress.doubtful = true
			e.Log.WarnContext(ctx, "no in-progress run could be shown", "head", e.sha, "error", err)
		}
	})
	return e.progress.stop
}

// rename takes over the repository's name of today, by which no request is redirected;
// the in-progress run may just be on its way.
func (e *evaluation) rename(now hub.Repo) {
	e.progress.mu.Lock()
	defer e.progress.mu.Unlock()
	e.repo = now
}

// begun ends the watch; where the in-progress run may have been made although no
// answer came back it looks for it, so that the verdict ends that one.
func (e *evaluation) begun(ctx context.Context) error {
	e.progress.stop()
	if !e.progress.doubtful {
		return nil
	}
	return e.recover(ctx)
}

// outgrown reports whether the head has a green run that says nothing of one of its
// bases: with it a pull request onto that base could be merged.
func (e *evaluation) outgrown() bool {
	if e.published.Conclusion != conclusion(verdict.Success) {
		return false
	}
	for _, p := range e.head.Pulls {
		if !slices.Contains(e.published.Bases, p.BaseRef) {
			return true
		}
	}
	return false
}

// begin makes the in-progress run, unless one is open or the head has its verdict.
func (e *evaluation) begin(ctx context.Context) error {
	if _, ok := e.found[aggregate]; ok {
		return nil // the verdict of an interrupted attempt
	}
	if have, ok := e.published.Runs[aggregate]; ok && (!have.Concluded || !e.claim.Rerun && !e.outgrown()) {
		return nil
	}
	id, err := e.github.CreateRun(ctx, e.repo, hub.Run{
		Name: Aggregated, Head: e.sha, ExternalID: e.externalID(aggregate), Started: e.started,
		Title: "Judging", Summary: report.Begun(e.claim.Reason),
	})
	if err != nil {
		return fmt.Errorf("begin a run on %s: %w", e.sha, err)
	}
	e.published.Runs[aggregate] = PublishedRun{ID: id}
	return e.remember(ctx)
}

// recover finds the runs of an attempt that ended without a word: what it posted
// may have reached GitHub although no answer came back.
func (e *evaluation) recover(ctx context.Context) error {
	runs, err := e.github.Runs(ctx, e.repo, e.sha)
	if err != nil {
		return fmt.Errorf("look for runs of an interrupted attempt on %s: %w", e.sha, err)
	}
	e.found = map[string]hub.Run{}
	for _, place := range e.places() {
		newest := e.newest(runs, place)
		if newest.ID == 0 || newest.ID == e.published.Runs[place].ID {
			continue
		}
		e.found[place] = newest
		if newest.Conclusion == "" {
			e.published.Runs[place] = PublishedRun{ID: newest.ID}
		}
	}
	return nil
}

// newest is the run with the highest id at a place; the zero Run where there is none.
func (e *evaluation) newest(runs []hub.Run, place string) hub.Run {
	var newest hub.Run
	for _, r := range runs {
		if r.ExternalID == e.externalID(place) && r.ID > newest.ID {
			newest = r
		}
	}
	return newest
}

// hasBegun reports whether a run of this head is left in progress.
func (e *evaluation) hasBegun() bool {
	for _, run := range e.published.Runs {
		if !run.Concluded {
			return true
		}
	}
	return false
}

// over ends a head that the store takes for superseded or closed. Where a run was
// begun GitHub is asked first: the store may have been told so by a late delivery.
func (e *evaluation) over(ctx context.Context) (bool, error) {
	if !e.hasBegun() {
		return true, e.end(ctx, ended(e.head))
	}
	targets, err := e.ask(ctx)
	if err != nil || len(targets) > 0 {
		return false, err
	}
	return true, e.abandon(ctx)
}

// abandon ends a head that GitHub says nobody waits for; why, the store knows by now.
func (e *evaluation) abandon(ctx context.Context) error {
	if err := e.begun(ctx); err != nil {
		return err
	}
	head, err := e.Memory.Head(ctx, e.repo.ID, e.sha)
	if err != nil {
		return fmt.Errorf("look up head %s again: %w", e.sha, err)
	}
	return e.end(ctx, ended(head))
}

// end concludes what was begun on a head that nobody waits for any more. What an
// interrupted attempt has told is kept: the head may be waited for again.
func (e *evaluation) end(ctx context.Context, why string) error {
	if err := e.keepFound(ctx); err != nil {
		return err
	}
	for _, place := range e.places() {
		have, ok := e.published.Runs[place]
		if !ok || have.Concluded {
			continue
		}
		name := Aggregated
		if place != aggregate {
			name += " / " + place
		}
		err := e.github.UpdateRun(ctx, e.repo, hub.Run{
			ID: have.ID, Name: name, Head: e.sha, ExternalID: e.externalID(place),
			Conclusion: conclusion(""), Started: e.started, Completed: e.Now(),
			Title: "Undecided: " + why, Summary: "This commit was not judged: " + why + ".",
		})
		if err != nil && !errors.Is(err, hub.ErrGone) {
			return fmt.Errorf("conclude %s on %s: %w", name, e.sha, err)
		}
		have.Concluded = true
		e.published.Runs[place] = have
		e.published.Conclusion = conclusion("")
		if err := e.remember(ctx); err != nil {
			return err
		}
	}
	return nil
}

// keepFound keeps the concluded runs that an interrupted attempt left.
func (e *evaluation) keepFound(ctx context.Context) error {
	kept := false
	for place, found := range e.found {
		if found.Conclusion != "" {
			e.published.Runs[place] = PublishedRun{ID: found.ID, Concluded: true, Conclusion: found.Conclusion}
			kept = true
		}
	}
	if !kept {
		return nil
	}
	return e.remember(ctx)
}
