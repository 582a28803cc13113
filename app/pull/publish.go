package pull

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/report"
	"github.com/checkrein/checkrein/checks/verdict"
)

// Aggregated is the name of the check run that branch rules require.
const Aggregated = "checkrein"

// aggregate is the aggregated run's place among the runs of a head.
const aggregate = "all"

// RulesURL is where the rule catalogue is published.
const RulesURL = "https://github.com/checkrein/checkrein/blob/main/docs/rules.md"

// publish tells the verdict: detail runs, the aggregated run, the comment. An
// unchanged verdict writes nothing, unless a re-run was asked for.
func (e *evaluation) publish(ctx context.Context, all []judged) (err error) {
	ctx, span := e.span(ctx, "publish")
	defer func() { endSpan(span, err) }()
	head, err := e.Memory.Head(ctx, e.repo.ID, e.sha)
	if err != nil {
		return fmt.Errorf("look up head %s before publishing: %w", e.sha, err)
	}
	if err := e.begun(ctx); err != nil {
		return err
	}
	if !head.Open() {
		e.head = head
		if over, err := e.over(ctx); over || err != nil {
			return err
		}
	}
	told := e.told(all)
	tellVerdict(span, told)
	settings := strictest(all)
	e.take(all)
	if err := e.putDetails(ctx, &told, settings); err != nil {
		return err
	}
	if err := e.put(ctx, aggregate, aggregated(told), aggregated(e.besides(told))); err != nil {
		return err
	}
	told.Run = e.runURL(aggregate)
	if err := e.comment(ctx, told, all, settings.Comment); err != nil {
		return err
	}
	e.published.Conclusion = conclusion(told.Worst().Verdict.Conclusion)
	e.count(ctx, told.Worst().Verdict)
	return e.remember(ctx)
}

// count tells the log and the metrics of a verdict.
func (e *evaluation) count(ctx context.Context, v *verdict.Verdict) {
	if e.Told != nil {
		e.Told(string(v.Conclusion))
	}
	by := map[string]int{}
	for _, f := range v.Findings {
		if f.New && f.Severity == checks.Block {
			check, _, _ := strings.Cut(f.Rule, "/")
			by[check]++
		}
	}
	e.Log.InfoContext(ctx, "verdict", "repository", e.repo.ID, "name", e.repo.String(), "head", e.sha,
		"conclusion", v.Conclusion, "check", by, "duration", e.Now().Sub(e.started))
}

// take notes what the verdict rests on, for those who look when it must be reached anew.
func (e *evaluation) take(all []judged) {
	p := &e.published
	p.Bases, p.Asked, p.Rests, p.Deployed, p.Revisit = nil, nil, false, false, time.Time{}
	for _, one := range all {
		p.Bases = appendNew(p.Bases, one.base)
		p.Rests = p.Rests || one.rests
		p.Deployed = p.Deployed || one.deployed
		for _, q := range one.asked {
			p.Asked = append(p.Asked, Asked{Rule: q.Rule, Key: q.Key()})
		}
		for _, then := range []time.Time{revisit(one.verdict), one.until} {
			if !then.IsZero() && (p.Revisit.IsZero() || then.Before(p.Revisit)) {
				p.Revisit = then
			}
		}
	}
	p.Hangs, p.AnyPath = hanging(all)
}

// besides adds what a run shows and what makes no new run of an equal verdict.
func (e *evaluation) besides(h report.Head) report.Head {
	if state := e.head.Enforcement; state != nil {
		h.Enforcement = fmt.Sprintf("%s As of %s.", state.Sentence(Aggregated), state.Checked.UTC().Format("2006-01-02 15:04 UTC"))
	}
	h.Late = e.late()
	return h
}

// lateAfter is the wait that a run explains.
const lateAfter = 2 * time.Minute

// late says why the verdict took long; empty when it did not.
func (e *evaluation) late() string {
	waited := e.Now().Sub(e.claim.Since)
	if e.claim.Since.IsZero() || waited < lateAfter {
		return ""
	}
	why := "other work came first"
	if e.claim.Reason != "" {
		why = "an attempt before this one ended with: " + e.claim.Reason
	}
	return fmt.Sprintf("This verdict came %s after it was asked for; %s.", waited.Round(time.Second), why)
}

func ended(head Head) string {
	if head.Superseded != "" {
		return "superseded by " + head.Superseded
	}
	return "no open pull request has this head any more"
}

// told is the head as the published texts tell it.
func (e *evaluation) told(all []judged) report.Head {
	h := report.Head{
		Web: e.Web, Repository: e.repo.Owner + "/" + e.repo.Name, SHA: e.sha,
		RulesURL: RulesURL, Version: e.Version,
	}
	if state := e.head.Enforcement; state != nil && !state.Lost.IsZero() {
		h.Enforcement = state.Sentence(Aggregated) // this alone is worth a new run
	}
	for i, one := range all {
		h.Judged = append(h.Judged, report.Judged{Pull: one.pull, Base: one.base, Changed: one.changed, Verdict: one.verdict})
		if i == 0 || one.verdict.Conclusion.Rank() > all[0].verdict.Conclusion.Rank() {
			h.PolicySource = one.source
		}
		for _, n := range one.notices {
			h.Notices = appendNew(h.Notices, n)
		}
	}
	return h
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// strictest is the policy of the worst target: it decides what is shown.
func strictest(all []judged) *policy.Policy {
	worst := all[0]
	for _, one := range all[1:] {
		if one.verdict.Conclusion.Rank() > worst.verdict.Conclusion.Rank() {
			worst = one
		}
	}
	return worst.policy
}

// putDetails writes the detail runs before the aggregated one, which points at them.
func (e *evaluation) putDetails(ctx context.Context, h *report.Head, p *policy.Policy) error {
	h.Details = map[string]string{}
	names := []string{policy.Name}
	for _, c := range e.Checks(p, nil, nil, nil) {
		names = append(names, c.Name())
	}
	for _, name := range names {
		_, before := e.published.Runs[name]
		if !before && !e.detailWanted(p, *h, name) {
			continue
		}
		run := detail(*h, name)
		if err := e.put(ctx, name, run, run); err != nil {
			return err
		}
		h.Details[name] = e.runURL(name)
	}
	return nil
}

// detailWanted leaves the policy's own run out where a change has nothing to do with it,
// whatever the policy says of details.
func (e *evaluation) detailWanted(p *policy.Policy, h report.Head, name string) bool {
	when := p.Details
	if name == policy.Name && when == policy.Always {
		when = policy.OnProblem
	}
	return report.DetailWanted(when, h, name)
}

// runURL is where GitHub shows the run at a place.
func (e *evaluation) runURL(place string) string {
	return fmt.Sprintf("%s/%s/%s/runs/%d", e.Web, e.repo.Owner, e.repo.Name, e.published.Runs[place].ID)
}

func aggregated(h report.Head) hub.Run {
	return hub.Run{
		Name: Aggregated, Conclusion: conclusion(h.Worst().Verdict.Conclusion),
		Title: report.Title(h), Summary: report.Summary(h), Actions: buttons(),
	}
}

func detail(h report.Head, check string) hub.Run {
	d := report.Detail(h, check)
	r := hub.Run{Name: Aggregated + " / " + check, Conclusion: conclusion(d.Conclusion), Title: d.Title, Summary: d.Summary, Text: d.Text, Actions: buttons()}
	for _, a := range report.Annotations(h, check) {
		r.Annotations = append(r.Annotations, hub.Annotation{
			Path: a.Path, StartLine: a.StartLine, EndLine: a.EndLine, StartCol: a.StartColumn, EndCol: a.EndColumn,
			Level: a.Level, Title: a.Title, Message: a.Message,
		})
	}
	return r
}

func buttons() []hub.Action {
	return []hub.Action{{Label: "Check again", Description: "Judge this commit anew", Identifier: "recheck"}}
}

// conclusion is the check run's conclusion: undecided is never green.
func conclusion(c verdict.Conclusion) string {
	switch c {
	case verdict.Success:
		return "success"
	case verdict.Failure:
		return "failure"
	}
	return "action_required"
}

// put writes one run: it concludes the one that was begun, leaves an equal one
// alone, and makes a new one of the same name where a concluded one says something else.
// What is shown beyond the verdict makes no difference between runs.
func (e *evaluation) put(ctx context.Context, place string, verdict, run hub.Run) error {
	digest, err := digestOf(verdict)
	if err != nil {
		return err
	}
	run.Head, run.ExternalID = e.sha, e.externalID(place)
	run.Started, run.Completed = e.started, e.Now()
	have, known := e.published.Runs[place]
	if known && have.Concluded && have.Digest == digest && !e.claim.Rerun {
		return nil
	}
	if run.ID, err = e.write(ctx, place, run); err != nil {
		return fmt.Errorf("publish %s on %s: %w", run.Name, e.sha, err)
	}
	e.published.Runs[place] = PublishedRun{ID: run.ID, Concluded: true, Digest: digest}
	return e.remember(ctx)
}

// write concludes the run that waits for it, else makes one; so too when somebody
// deleted the one that waits.
func (e *evaluation) write(ctx context.Context, place string, run hub.Run) (int64, error) {
	if waiting := e.waiting(place, run.Conclusion); waiting.ID != 0 {
		update := run
		// GitHub adds the annotations of an update to those it has.
		update.ID, update.Annotations = waiting.ID, run.Annotations[min(waiting.Annotated, len(run.Annotations)):]
		if err := e.github.UpdateRun(ctx, e.repo, update); !errors.Is(err, hub.ErrGone) {
			return waiting.ID, err
		}
	}
	return e.github.CreateRun(ctx, e.repo, run)
}

// waiting is the run at a place that can take this conclusion: begun, or left by an
// interrupted attempt that came to the same; the zero Run where there is none.
func (e *evaluation) waiting(place, conclusion string) hub.Run {
	if found, ok := e.found[place]; ok && (found.Conclusion == "" || found.Conclusion == conclusion) {
		return found
	}
	have := e.published.Runs[place]
	switch {
	case !have.Concluded:
		return hub.Run{ID: have.ID}
	case have.Digest == "" && have.Conclusion == conclusion:
		return hub.Run{ID: have.ID, Annotated: report.MostAnnotations} // a concluded run has all of them
	}
	return hub.Run{}
}

func (e *evaluation) externalID(place string) string {
	return fmt.Sprintf("checkrein:%d:%s:%s", e.repo.ID, e.sha, place)
}

// remember keeps what has been published so far; it fails when the lease is lost.
func (e *evaluation) remember(ctx context.Context) error {
	e.published.At = e.Now()
	if err := e.Memory.SetVerdict(ctx, e.claim, e.published); err != nil {
		return fmt.Errorf("keep the verdict of %s: %w", e.sha, err)
	}
	return nil
}

// digestOf stands for everything that a run says.
func digestOf(r hub.Run) (string, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode run %s: %w", r.Name, err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// undecided publishes that the head could not be judged.
func (e *evaluation) undecided(ctx context.Context, why string) error {
	reports := failed(why)
	p := policy.Default()
	p.Comment = policy.Never
	v := verdict.Conclude(reports, p, e.Now().UTC(), verdict.Options{})
	var all []judged
	for _, known := range e.head.Pulls {
		all = append(all, judged{target: target{pull: known.Number, base: known.BaseRef}, verdict: &v, ruling: ruling{policy: p}})
	}
	for _, g := range e.head.Groups {
		all = append(all, judged{target: target{base: g.BaseRef, commit: g.Base}, verdict: &v, ruling: ruling{policy: p}})
	}
	if len(all) == 0 {
		return e.end(ctx, why) // nobody waits, but what was begun must not stay so
	}
	return e.publish(ctx, all)
}
