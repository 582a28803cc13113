package verdict

import (
	"cmp"
	"slices"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
)

// Options are what the caller decides about a judgement.
type Options struct {
	// NewIgnoresCount lets an inline ignore that the change itself adds count: on the
	// command line, where nobody is kept from merging. In the app it does not.
	NewIgnoresCount bool
	// Yes answers who said yes to a finding that blocks; nil: nobody is asked.
	Yes func(checks.Finding) (Consent, bool)
	// YesToIgnore reports whether somebody said yes to an inline ignore that the change
	// itself adds; nil: nobody is asked.
	YesToIgnore func(checks.Ignore) bool
}

// Consent is the yes of a person, or of several, to a finding.
type Consent struct {
	By     string   // how: "review" or "accept"
	People []string // logins
	Reason string   // where the person gave one
	Seen   []Seen   // of a review
}

// Conclude is the verdict over the reports of all checks, on the day of today (UTC).
// The checks have given each finding its severity, with the policy's severity for
// its rule; here the level of the check, exceptions and ignores come on top.
func Conclude(reports []checks.Report, p *policy.Policy, today time.Time, options Options) Verdict {
	j := &judge{policy: p, today: today.UTC().Truncate(24 * time.Hour), options: options}
	j.verdict.Conclusion = Success
	j.waivers = j.exceptions()
	for _, r := range reports {
		if level := p.Level(r.Check); level != checks.Off {
			j.report(r, level)
		}
	}
	return j.conclude()
}

// judge gathers the verdict.
type judge struct {
	policy  *policy.Policy
	today   time.Time // midnight UTC
	options Options
	verdict Verdict
	waivers []waiver // of the policy
	notices lines
	reasons lines // why undecided
}

func (j *judge) report(r checks.Report, level checks.Severity) {
	j.verdict.Files += r.Files
	j.verdict.Bytes += r.Bytes
	for _, notice := range r.Notices {
		j.notices.add(notice)
	}
	ignores := j.ignores(r.Ignores)
	for i, f := range r.Findings {
		if j.silent(r.Check, f) {
			continue
		}
		if level == checks.Warn && f.Severity == checks.Block {
			f.Severity = checks.Warn
		}
		if !j.waive(&f, ignores[f.Path]) && !j.consented(f) {
			j.verdict.Findings = slices.Grow(j.verdict.Findings, len(r.Findings)-i)
			j.finding(f)
		}
	}
	for _, u := range r.Unread {
		if !j.policy.Ignores(r.Check, u.Path) {
			j.unread(r.Check, u, level)
		}
	}
	for i, reference := range r.References {
		if !j.policy.Ignores(r.Check, reference.Path) {
			j.verdict.References = slices.Grow(j.verdict.References, len(r.References)-i)
			j.verdict.References = append(j.verdict.References, reference)
		}
	}
}

// silent reports whether the policy wants nothing said of a finding.
func (j *judge) silent(check string, f checks.Finding) bool {
	return f.Severity == checks.Off || j.policy.Severity(f.Rule, f.Severity) == checks.Off ||
		j.policy.Ignores(check, f.Path)
}

func (j *judge) finding(f checks.Finding) {
	j.verdict.Findings = append(j.verdict.Findings, f)
	switch {
	case !f.New || f.Severity != checks.Block:
	case leavesOpen(f.Rule):
		j.undecided(findingReason(f))
	default:
		j.verdict.Conclusion = Failure
	}
}

// consented reports whether a person's yes lets a finding pass that would block.
func (j *judge) consented(f checks.Finding) bool {
	if j.options.Yes == nil || !f.New || f.Severity != checks.Block {
		return false
	}
	c, ok := j.options.Yes(f)
	if ok {
		j.verdict.Suppressed = append(j.verdict.Suppressed, Suppressed{Finding: f, By: c.By, People: c.People, Seen: c.Seen, Reason: c.Reason})
	}
	return ok
}

// leavesOpen reports whether a rule says that something could not be judged: it
// makes the verdict undecided where another rule would make it a failure.
func leavesOpen(rule string) bool {
	return rule == "schema/unread" || rule == "deletions/unknown-callee"
}

func (j *judge) unread(check string, u checks.Unread, level checks.Severity) {
	j.verdict.Unread = append(j.verdict.Unread, u)
	if level == checks.Warn {
		return
	}
	if u.Kind == checks.Failed || u.Kind == checks.Defeated && u.Touched {
		j.undecided(unreadReason(check, u))
	}
}

func (j *judge) undecided(reason string) {
	j.verdict.Conclusion = Worst(j.verdict.Conclusion, Undecided)
	j.reasons.add(reason)
}

func (j *judge) conclude() Verdict {
	v := j.verdict
	v.Notices = j.notices.texts("notices")
	v.Reasons = j.reasons.texts("reasons")
	checks.Sort(v.Findings)
	slices.SortStableFunc(v.Suppressed, func(a, b Suppressed) int {
		return cmp.Or(cmp.Compare(a.Finding.Path, b.Finding.Path), cmp.Compare(a.Finding.Line, b.Finding.Line),
			cmp.Compare(a.Finding.Column, b.Finding.Column), cmp.Compare(a.Finding.Rule, b.Finding.Rule))
	})
	slices.SortStableFunc(v.Unread, func(a, b checks.Unread) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Reason, b.Reason))
	})
	slices.SortStableFunc(v.References, func(a, b checks.Reference) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return v
}
