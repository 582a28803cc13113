package deletions

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
)

// report judges what the pipelines do.
func (s *side) report() checks.Report {
	r := checks.Report{Check: Name, Unread: slices.Clone(s.unread)}
	s.prints = map[string]string{}
	told := map[string]int{} // place in r.Findings by printKey
	add := func(f checks.Finding, print string) {
		if f.Severity = s.check.policy.Severity(f.Rule, severities()[f.Rule]); f.Severity == checks.Off || s.check.policy.Ignores(Name, f.Path) {
			return
		}
		if f.Rule == unreviewedID && s.check.policy.Deletions.Approvals == 0 {
			f.Severity = checks.Note
		}
		key := printKey(f)
		if at, ok := told[key]; ok { // the same command, come to in another way
			s.prints[key] = printOf(s.prints[key], print)
			merge(&r.Findings[at], f)
			return
		}
		if len(r.Findings) == maxFindings {
			r.Unread = append(r.Unread, checks.Unread{Path: f.Path, Line: f.Line, Kind: checks.Defeated, Touched: true,
				Reason: fmt.Sprintf("more than %d things are to be told: from here on they are not", maxFindings)})
		}
		if len(r.Findings) > maxFindings {
			return
		}
		told[key] = len(r.Findings)
		s.prints[key] = print
		r.Findings = append(r.Findings, f)
	}
	for _, a := range s.acts {
		if !a.harmful() || len(r.Findings) > maxFindings {
			continue
		}
		print := printOf(a.via.print(a.trail), a.via.printOfBeside(a.job), a.more.print)
		for _, f := range a.judge() {
			add(f, print)
		}
	}
	for _, d := range s.doubts {
		if s.counts(d) {
			add(d.finding(), printOf(d.via.print(d.trail), d.via.printOfBeside(d.job)))
		} else if d.written == "" { // commands that could not be read
			r.Unread = append(r.Unread, checks.Unread{Path: d.file.path, Line: d.Line, Kind: checks.Unsupported, Reason: d.why})
		}
	}
	s.tell(&r)
	slices.SortStableFunc(r.Unread, func(a, b checks.Unread) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Reason, b.Reason))
	})
	r.Unread = slices.Compact(r.Unread) // a target that is run ten times is told once
	return r
}

// maxFindings bounds what is told of one tree.
const maxFindings = 1000

func printKey(f checks.Finding) string {
	return fmt.Sprintf("%s\x00%s\x00%d\x00%d", f.Rule, f.Path, f.Line, f.Column)
}

// merge adds a second way to the same command.
func merge(f *checks.Finding, other checks.Finding) {
	if f.Address == other.Address {
		return
	}
	const most = 10
	for _, e := range other.Evidence {
		if len(f.Evidence) < most && !slices.Contains(f.Evidence, e) {
			f.Evidence = append(f.Evidence, e)
		}
	}
	f.Sees = append(f.Sees, other.Sees...)
	slices.Sort(f.Sees)
	f.Sees = slices.Compact(f.Sees)
}

// harmful reports whether something lasting goes.
func (a *act) harmful() bool {
	switch {
	case a.Preview, a.Row.Class == known.Harmless:
		return false
	case a.own:
		return false
	case a.Row.Local:
		return a.away || a.job != nil && a.job.SelfHosted
	}
	return true
}

func (a *act) judge() []checks.Finding {
	all := []checks.Finding{a.unreviewed()}
	for _, rule := range []func() (checks.Finding, bool){a.noDryRun, a.noEnvironment, a.unsafeImages, a.wholePackage, a.chosen} {
		if f, ok := rule(); ok {
			all = append(all, f)
		}
	}
	return all
}

// counts reports whether a doubt is worth a verdict: in a pipeline that is called like a
// clean-up, where it looks like one itself; or where nothing else in its job deletes, and what
// it does can be another thing tomorrow.
func (s *side) counts(d *doubt) bool {
	if !d.inCleanUp() {
		return false
	}
	return d.sure || d.moving && !slices.ContainsFunc(s.acts, func(a *act) bool { return a.root == d.root && a.job == d.job })
}

// tell adds what the files say beside their steps.
func (s *side) tell(r *checks.Report) {
	for _, p := range slices.Sorted(maps.Keys(s.files)) {
		f := s.files[p]
		if f == nil {
			continue
		}
		r.Files++
		r.Bytes += f.bytes
		if f.trouble != "" && s.roots[p] && (s.reached[p] || pipeline.Starts(p)) {
			r.Unread = append(r.Unread, checks.Unread{Path: p, Kind: checks.Defeated, Reason: f.trouble})
		}
		if !s.reached[p] || s.bundles[p] && !s.ran[p] { // nothing runs it, or it is not followed
			continue
		}
		if f.File != nil {
			for _, u := range f.Unread {
				r.Unread = append(r.Unread, checks.Unread{Path: p, Line: u.Line, Kind: u.Kind, Reason: u.Reason})
			}
		}
		for _, i := range f.ignores {
			i.Path = p
			r.Ignores = append(r.Ignores, i)
		}
	}
}
