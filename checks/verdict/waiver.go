package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
)

// lastDays is how many days before its end, the last one included, a waiver warns.
const lastDays = 14

// waiver lets findings pass: an exception of the policy or an inline ignore.
type waiver struct {
	by     string // "policy" or "inline"
	name   string // "the exception in .github/checkrein.yml:21"
	reason string
	until  time.Time
	void   string // why it does not count today; empty when it does
	covers func(checks.Finding) bool
}

// exceptions are the policy's waivers.
func (j *judge) exceptions() []waiver {
	var all []waiver
	for _, e := range j.policy.Exceptions {
		all = append(all, j.ofException(e))
	}
	return all
}

// ignores are the waivers of one report by path: there may be hundreds in each of
// thousands of files.
func (j *judge) ignores(list []checks.Ignore) map[string][]waiver {
	byPath := map[string][]waiver{}
	for _, i := range list {
		w := j.ofIgnore(i)
		if byPath[i.Path] = append(byPath[i.Path], w); i.New && i.Problem != "" {
			j.notices.add(w.voidNotice())
		}
	}
	return byPath
}

func (j *judge) ofException(e policy.Exception) waiver {
	w := waiver{by: "policy", name: "the exception in " + place(e.Source, e.Line),
		reason: e.Reason, until: e.Until, void: e.Problem, covers: e.Covers}
	if w.void == "" {
		w.void = j.outside(e.Until)
	}
	return w
}

func (j *judge) ofIgnore(i checks.Ignore) waiver {
	until, err := time.Parse(time.DateOnly, i.Until)
	w := waiver{by: "inline", name: "the checkrein:ignore in " + place(i.Path, i.Line),
		reason: i.Reason, until: until, void: i.Problem, covers: func(f checks.Finding) bool { return ignoreCovers(i, f) }}
	switch {
	case w.void != "":
	case err != nil:
		w.void = "it has no end date"
	case i.New && !j.options.NewIgnoresCount && (j.options.YesToIgnore == nil || !j.options.YesToIgnore(i)):
		w.void = cannotExcuse
	default:
		w.void = j.outside(until)
	}
	return w
}

// ignoreCovers reports whether an ignore speaks of a finding in its file. A malformed one may not
// even name its rule: it speaks of all on its line, so that they say why they stand.
func ignoreCovers(i checks.Ignore, f checks.Finding) bool {
	return (i.Rule == f.Rule || i.Problem != "") &&
		f.Line <= i.Covers && i.Covers <= max(f.Line, f.EndLine)
}

// outside says why a waiver until that day does not count today; empty when it does.
func (j *judge) outside(until time.Time) string {
	switch {
	case until.Before(j.today):
		return "it ended on " + until.Format(time.DateOnly)
	case until.After(j.today.AddDate(1, 0, 0)):
		return fmt.Sprintf("its end date %s is more than a year ahead", until.Format(time.DateOnly))
	}
	return ""
}

// waive reports whether a waiver lets the finding pass. Where one speaks of it and does
// not count, the finding says so. What guards the policy itself always stands.
func (j *judge) waive(f *checks.Finding, ignores []waiver) bool {
	if strings.HasPrefix(f.Rule, "policy/") {
		return false
	}
	var void []waiver
	for _, w := range slices.Concat(ignores, j.waivers) {
		if !w.covers(*f) {
			continue
		}
		if w.void == "" {
			j.suppress(*f, w)
			return true
		}
		void = append(void, w)
	}
	for _, w := range void {
		f.Why = strings.TrimSpace(f.Why + " " + w.voidNotice() + ".")
		j.notices.add(w.voidNotice())
	}
	return false
}

func (w waiver) voidNotice() string { return sentence(w.name + " does not count: " + w.void) }

func (j *judge) suppress(f checks.Finding, w waiver) {
	j.verdict.Suppressed = append(j.verdict.Suppressed,
		Suppressed{Finding: f, By: w.by, Reason: w.reason, Until: w.until.Format(time.DateOnly)})
	if days := int(w.until.Sub(j.today) / (24 * time.Hour)); days < lastDays {
		j.notices.add(sentence(w.name + " " + ends(w.until, days)))
	}
}

// sentence begins with a capital letter.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
