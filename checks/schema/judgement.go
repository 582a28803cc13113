package schema

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
	"github.com/checkrein/checkrein/checks/tree"
)

// judgement is one run of the check.
type judgement struct {
	check   *Check
	change  checks.Change
	reader  *reader
	running Running

	head      *side
	base, tip *side // nil where the whole tree is judged
	refs      []*side
	programs  map[string]*program // by commit

	findings findings
	report   checks.Report
}

func (j *judgement) run(ctx context.Context) error {
	if err := j.whatRuns(ctx); err != nil {
		return err
	}
	if err := j.read(ctx); err != nil {
		return err
	}
	j.programs = map[string]*program{}
	j.findings.judgement = j
	for _, l := range j.head.lines {
		if err := j.line(ctx, l); err != nil {
			return err
		}
	}
	for _, p := range j.programs {
		if p.failed != nil {
			return fmt.Errorf("read the code of %s again: %w", p.tree.Commit(), p.failed)
		}
	}
	j.removedLines()
	j.conclude()
	return nil
}

// whatRuns asks for the deployed commits; where nobody can tell, the base stands for them.
func (j *judgement) whatRuns(ctx context.Context) error {
	if j.check.deployed != nil {
		running, err := j.check.deployed.Running(ctx, j.change, j.check.policy.Schema.Deployed, learner{j.check})
		if err != nil {
			return fmt.Errorf("find out what is deployed: %w", err)
		}
		j.running = running
		j.report.Deployed = true
		j.report.Notices = append(j.report.Notices, running.Notices...)
		if len(running.Refs) == 0 && len(running.Unknown) > 0 && j.change.MergeBase != nil {
			// What the change takes away is told by the base at least.
			j.running.Refs = []Ref{{Name: "the base", Tree: j.change.MergeBase}}
		}
		return nil
	}
	if j.change.MergeBase != nil {
		j.running.Refs = []Ref{{Name: "the base", Tree: j.change.MergeBase}}
		j.report.Notices = append(j.report.Notices, "What runs is not known here: the base is taken for it.")
	}
	return nil
}

// read reads the migrations of every commit that counts.
func (j *judgement) read(ctx context.Context) error {
	trees := []tree.Tree{j.change.Head}
	for _, t := range []tree.Tree{j.change.MergeBase, j.change.Tip} {
		if t != nil {
			trees = append(trees, t)
		}
	}
	for _, r := range j.running.Refs {
		trees = append(trees, r.Tree)
	}
	err := j.reader.prefetch(ctx, trees)
	if err != nil {
		return err
	}
	if j.head, err = j.reader.side(ctx, "the head", j.change.Head); err != nil {
		return err
	}
	if j.change.MergeBase != nil {
		if j.base, err = j.reader.side(ctx, "the base", j.change.MergeBase); err != nil {
			return err
		}
		j.tip = j.base
	}
	if j.change.MergeBase != nil && j.change.Tip != nil {
		if j.tip, err = j.reader.side(ctx, "the base", j.change.Tip); err != nil {
			return err
		}
	}
	for _, r := range j.running.Refs {
		s, err := j.reader.side(ctx, r.Name, r.Tree)
		if err != nil {
			return err
		}
		j.refs = append(j.refs, s)
	}
	return nil
}

// line judges one line of the head against each deployed commit.
func (j *judgement) line(ctx context.Context, l *migrations.Line) error {
	var base *history
	if j.base != nil {
		base = j.base.history(j.base.line(j.head, l))
		if !j.touched(base, l) {
			return nil
		}
		tip := j.tip.history(j.tip.line(j.head, l))
		j.findings.add(l, j.head, j.tip, tip.misplaced(j.head, l))
	}
	j.unsupported(base, l)
	for _, s := range j.refs {
		old := s.history(s.line(j.head, l))
		j.findings.add(l, j.head, s, old.edited(j.head, l))
		if err := j.passage(ctx, s, old, l); err != nil {
			return err
		}
	}
	if len(j.refs) == 0 {
		p := passes(catalog.New(l.Dialect), l.Migrations)
		j.findings.add(l, j.head, nil, newScene("what runs", p.before, p.after, nil, nothing{}).unread(p.troubles))
	}
	return nil
}

// touched reports whether the change does anything to a line but give its files other names.
func (j *judgement) touched(base *history, l *migrations.Line) bool {
	if base.line == nil {
		return true
	}
	files := slices.Concat(l.Migrations, l.Repeatable, l.Dumps, base.line.Migrations, base.line.Repeatable, base.line.Dumps)
	of := map[string]bool{}
	for _, f := range files {
		of[f.Path] = true
	}
	return slices.ContainsFunc(j.change.Files, func(f tree.Changed) bool {
		renamed := f.Status == tree.Renamed && j.head.blobs[f.Path] == j.base.blobs[f.Was()]
		return (of[f.Path] || of[f.Was()]) && !renamed
	})
}

// passage judges the way from a deployed schema to that of the head.
func (j *judgement) passage(ctx context.Context, s *side, old *history, l *migrations.Line) error {
	if old.line == nil {
		old.line = &migrations.Line{Root: l.Root, Dialect: l.Dialect, Format: l.Format}
	}
	p := old.way(j.head, l)
	if len(p.pending) == 0 && !p.dumps && len(p.troubles) == 0 {
		return nil
	}
	program, err := j.program(ctx, s)
	if err != nil {
		return err
	}
	code := program.against(p.before)
	scene := newScene(s.name, p.before, p.after, p.pending, code)
	code.likely = scene.words(p.troubles)
	outcomes := scene.judge()
	outcomes = append(outcomes, scene.between(p.states, outcomes)...)
	outcomes = append(outcomes, scene.unread(p.troubles)...)
	if p.dumps {
		j.placeDumps(l, outcomes)
	}
	j.findings.add(l, j.head, s, outcomes)
	j.unknown(l, scene)
	return nil
}

func (j *judgement) program(ctx context.Context, s *side) (*program, error) {
	key := s.tree.Commit()
	if p := j.programs[key]; p != nil {
		return p, nil
	}
	p, err := j.reader.program(ctx, s.tree)
	if err != nil {
		return nil, err
	}
	j.programs[key] = p
	return p, nil
}

// placeDumps gives a place to what only two dumps tell: the line of the object, or the dump.
func (j *judgement) placeDumps(l *migrations.Line, list []outcome) {
	for i := range list {
		if list[i].at.Path != "" {
			continue
		}
		list[i].at = catalog.Place{Path: l.Dumps[0].Path}
		if at, ok := placed(list[i].delta.Is); ok {
			list[i].at = at
		} else if was, ok := placed(list[i].delta.Was); ok && slices.ContainsFunc(l.Dumps, func(f *migrations.File) bool { return f.Path == was.Path }) {
			list[i].at = catalog.Place{Path: was.Path} // what is gone has no line there
		}
	}
}

// unknown makes undecided what takes something away while a deployment that the policy
// names is not known.
func (j *judgement) unknown(l *migrations.Line, s *scene) {
	if len(j.running.Unknown) == 0 {
		return
	}
	for _, d := range s.deltas {
		if column, ok := d.Is.(*catalog.Column); d.Action == catalog.Added && (!ok || !mandatory(column)) {
			continue
		}
		j.findings.add(l, j.head, nil, []outcome{{rule: unreadID, at: d.At, subject: told(d), delta: d,
			title: "what runs is not known, and this takes something away: " + strings.Join(j.running.Unknown, "; "),
			why:   "Whether code that runs now still needs it cannot be judged."}})
		return
	}
}

// unsupported lists what is recognised and not read.
func (j *judgement) unsupported(base *history, l *migrations.Line) {
	for _, f := range l.Migrations {
		if f.Unsupported && (base == nil || !base.has(j.head, f)) {
			j.report.Unread = append(j.report.Unread, checks.Unread{Path: f.Path, Kind: checks.Unsupported, Reason: f.Unread, Touched: true})
		}
	}
}

// removedLines are lines of deployed commits that the head has no more at all.
func (j *judgement) removedLines() {
	for _, s := range j.refs {
		for _, l := range s.lines {
			if l.Format == "dump" || j.head.line(s, l) != nil || j.base != nil && !j.touched(s.history(l), l) {
				continue
			}
			gone := &migrations.Line{Root: l.Root, Dialect: l.Dialect, Format: l.Format}
			j.findings.add(gone, j.head, s, s.history(l).edited(j.head, gone))
		}
	}
}
