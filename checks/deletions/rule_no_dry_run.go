package deletions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
)

const noDryRunID = "deletions/no-dry-run"

func noDryRun() checks.Rule {
	return checks.Rule{
		ID:       noDryRunID,
		Severity: checks.Block,
		Says:     "A step deletes with something that has a dry run, and no step before it makes that dry run.",
		Why: "Logto, 2023-12-17: one of the lessons drawn was to dry-run any job that deletes first. The list of what a retention job would have deleted " +
			"shows the digests of images that are in use, before they are gone. " +
			"A switch that an input or a variable sets (dry-run: ${{ inputs.dry_run }}) is no dry run: whoever starts the job can leave it off.",
		Fix: "Run the same with its dry-run switch before, in the same job or in one that it needs, best in one of its own so that the environment's reviewers see the list.",
		Example: "steps:\n  - run: aws s3 rm --recursive s3://acme-backups/old --dryrun\n  - run: aws s3 rm --recursive s3://acme-backups/old   # fine: its dry run is above\n" +
			"  - run: aws s3 rm --recursive s3://acme-logs          # deletions/no-dry-run\n",
	}
}

func (a *act) noDryRun() (checks.Finding, bool) {
	dry := a.Row.Dry
	if dry == (known.Dry{}) || a.previewed() {
		return checks.Finding{}, false
	}
	f := a.finding(noDryRunID)
	f.Title = fmt.Sprintf("%s without a dry run before it", a.does())
	f.Why = "Nobody sees what goes before it is gone. " + a.story()
	f.Fix.Text = "Before this step, " + dryText(dry) + ": in the same job, or in one that this job needs."
	return f, true
}

func dryText(d known.Dry) string {
	switch {
	case d.Flag != "":
		return "run the same with `" + d.Flag + "`"
	case d.Input != "":
		return "use the same action with `" + d.Input + "`"
	}
	return "run `" + d.Preview + "`"
}

// previewed reports whether its dry run stands before it, in the same job or in one that it needs.
func (a *act) previewed() bool {
	return slices.ContainsFunc(a.via.previews[a.Row.ID], func(b *act) bool { return a.after(b) && sameTarget(a.Target, b.Target) })
}

// sameTarget reports whether two targets may be the same: of what is not written nobody knows.
func sameTarget(a, b string) bool {
	a, b = withoutSwitch(a), withoutSwitch(b)
	return a == b || a == "" || b == "" || strings.Contains(a+b, "…")
}

// withoutSwitch is a target without the switch of a dry run: one may be a command itself.
func withoutSwitch(target string) string {
	words := slices.DeleteFunc(strings.Fields(target), func(word string) bool { return strings.HasPrefix(word, "--dry") })
	return strings.Join(words, " ")
}

// after reports whether the other one has run when this one does.
func (a *act) after(b *act) bool {
	switch {
	case a.job == nil || b.job == nil:
		return a.job == b.job && b.order < a.order
	case a.job.key == b.job.key:
		return b.order < a.order
	}
	return a.via.needs(a.job, b.job.key, map[string]bool{})
}

// needs reports whether a job waits for another, directly or through others.
func (w *walker) needs(j *job, key string, seen map[string]bool) bool {
	for _, n := range j.needs {
		if n == key {
			return true
		}
		if other := w.jobs[n]; other != nil && !seen[n] {
			seen[n] = true
			if w.needs(other, key, seen) {
				return true
			}
		}
	}
	return false
}
