package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
)

// findings gathers outcomes over lines and deployed commits: of one thing the worst counts.
type findings struct {
	judgement *judgement
	list      []*entry
	praised   map[string]*praise
}

// entry is one finding in the making.
type entry struct {
	outcome
	line *migrations.Line
	ref  *side    // at which it is worst; nil: at none
	also []string // the other commits that say so
}

// praise is what nothing uses any more, by how many commits.
type praise struct {
	outcome
	line *migrations.Line
	refs []string
}

func (f *findings) add(l *migrations.Line, head, ref *side, list []outcome) {
	for _, o := range list {
		if o.praise {
			if ref != nil { // where nothing runs, nothing is to be praised
				f.praise(l, ref, o)
			}
			continue
		}
		f.put(&entry{outcome: o, line: l, ref: ref})
	}
}

// maxFindings bounds what is told of one change; more is told as unread.
const maxFindings = 1000

func (f *findings) put(e *entry) {
	if len(f.list) >= maxFindings {
		if last := f.list[len(f.list)-1]; last.subject != "more" {
			f.list = append(f.list, &entry{line: e.line, outcome: outcome{rule: unreadID, at: e.at, subject: "more",
				title: fmt.Sprintf("more than %d things are to be told: from here on they are not", maxFindings), why: "A change of this size is not judged to its end."}})
		}
		return
	}
	for i, old := range f.list {
		if old.subject != e.subject || old.at.Path != e.at.Path || old.at.Span != e.at.Span {
			continue
		}
		switch {
		case old.rule == e.rule && rank(old.severity) >= rank(e.severity):
			old.mention(e.ref)
			return
		case old.rule == e.rule, ranks(e.outcome, old.outcome):
			e.mention(old.ref)
			f.list[i] = e
			return
		case ranks(old.outcome, e.outcome):
			old.mention(e.ref)
			return
		}
	}
	f.list = append(f.list, e)
}

// rank orders what an outcome sets; nothing is the rule's own, and worst.
func rank(s checks.Severity) int {
	if s == "" {
		return checks.Block.Rank()
	}
	return s.Rank()
}

func (e *entry) mention(ref *side) {
	if ref != nil && (e.ref == nil || ref.name != e.ref.name) && !slices.Contains(e.also, ref.name) {
		e.also = append(e.also, ref.name)
	}
}

func (f *findings) praise(l *migrations.Line, ref *side, o outcome) {
	if f.praised == nil {
		f.praised = map[string]*praise{}
	}
	p := f.praised[o.subject]
	if p == nil {
		p = &praise{outcome: o, line: l}
		f.praised[o.subject] = p
	}
	p.refs = append(p.refs, ref.name)
}

// conclude makes the report of what was gathered.
func (j *judgement) conclude() {
	for _, e := range j.findings.list {
		if finding, ok := j.finding(e); ok {
			j.report.Findings = append(j.report.Findings, finding)
		}
	}
	j.praise()
	j.ignores()
	j.report.Files, j.report.Bytes = len(j.reader.looked), j.reader.bytes
	checks.Sort(j.report.Findings)
	if j.change.MergeBase == nil && len(j.refs) == 0 && len(j.head.lines) > 0 {
		j.report.Notices = append(j.report.Notices, "Nothing is known to be deployed: only whether the migrations can be read was judged. --deployed REF says what runs.")
	}
}

// severity is the policy's for the rule, or milder where the outcome is; Off drops it.
func (j *judgement) severity(e *entry) checks.Severity {
	s := j.check.policy.Severity(e.rule, severities()[e.rule])
	if e.severity != "" && e.severity.Rank() < s.Rank() {
		return e.severity
	}
	return s
}

func (j *judgement) finding(e *entry) (checks.Finding, bool) {
	severity := j.severity(e)
	if severity == checks.Off || j.check.policy.Ignores(Name, e.at.Path) {
		return checks.Finding{}, false
	}
	f := checks.Finding{Rule: e.rule, Severity: severity, New: j.isNew(e), Path: e.at.Path, Span: e.at.Span,
		Subject: e.subject, Address: e.line.Format + " " + e.line.Root, Title: capital(e.title, e.subject), Why: j.why(e)}
	if !f.New && severity != checks.Block {
		return f, false // what waits for its deployment already is told where it keeps what runs from working
	}
	if f.Span.Line == 0 {
		f.Span = checks.Span{Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
	}
	f.Fix.Text = j.steps(e)
	if e.at.Line != "" {
		f.Evidence = append(f.Evidence, checks.Evidence{Path: e.at.Path, Span: e.at.Span, Ref: j.change.Head.Commit(), Text: e.at.Line, Note: "the statement"})
	}
	for _, p := range e.proof[:min(len(e.proof), maxProofs)] {
		f.Evidence = append(f.Evidence, j.evidence(e, p))
	}
	return f, true
}

// evidence is a place at the deployed commit, or in the change itself.
func (j *judgement) evidence(e *entry, p proof) checks.Evidence {
	ref := j.change.Head.Commit()
	note := p.note
	if e.ref != nil && !p.head {
		ref = e.ref.tree.Commit()
		note += " (" + e.ref.name + ")"
	}
	at := p.at.Span
	if at.Line == 0 {
		at = checks.Span{Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
	}
	return checks.Evidence{Path: p.at.Path, Span: at, Ref: ref, Text: p.at.Line, Note: note}
}

func (j *judgement) why(e *entry) string {
	why := e.why
	if len(e.also) > 0 {
		why += " So it is with " + strings.Join(e.also, ", ") + "."
	}
	if more := len(e.proof) - maxProofs; more > 0 {
		why += fmt.Sprintf(" %d more places are not listed.", more)
	}
	if e.rule == breaksDeployedID || e.rule == dependsID {
		why += " Searched: this repository only."
	}
	return why
}

// isNew reports whether the statement is one that the merge base does not have.
func (j *judgement) isNew(e *entry) bool {
	if j.base == nil {
		return true
	}
	if e.rule == editedMigrationID {
		return j.changed(e.at.Path)
	}
	for _, f := range slices.Concat(e.line.Migrations, e.line.Repeatable) {
		if f.Path == e.at.Path {
			base := j.base.history(j.base.line(j.head, e.line))
			return !base.has(j.head, f) || !base.blobs[j.head.blobs[f.Path]] && j.changed(f.Path)
		}
	}
	return j.changed(e.at.Path)
}

// changed reports whether the change touches a file.
func (j *judgement) changed(path string) bool {
	for _, f := range j.change.Files {
		if f.Path == path || f.Was() == path {
			return true
		}
	}
	return false
}

// praise tells what goes and is used nowhere any more: the second half of a change that was
// done in the right order.
func (j *judgement) praise() {
	var told []string
	for subject, p := range j.findings.praised {
		if len(p.refs) < len(j.refs) || slices.ContainsFunc(j.findings.list, func(e *entry) bool { return e.subject == subject || e.at.Path == p.at.Path && e.at.Span == p.at.Span }) ||
			!j.isNew(&entry{outcome: p.outcome, line: p.line}) {
			continue
		}
		told = append(told, fmt.Sprintf("%s goes, and nothing at %s uses it any more: the contract half of the change, in the right order. Searched: this repository only.", subject, strings.Join(p.refs, ", ")))
	}
	slices.Sort(told)
	j.report.Notices = append(j.report.Notices, told...)
}

// ignores lists the inline ignores of the migrations that findings stand in, and of all that
// the change touches.
func (j *judgement) ignores() {
	done := map[string]bool{}
	for _, l := range j.head.lines {
		for _, f := range slices.Concat(l.Migrations, l.Repeatable, l.Dumps) {
			if done[f.Path] || j.base != nil && !j.changed(f.Path) && !j.found(f.Path) {
				continue
			}
			done[f.Path] = true
			j.ignoresOf(f)
		}
	}
}

func (j *judgement) found(path string) bool {
	return slices.ContainsFunc(j.report.Findings, func(f checks.Finding) bool { return f.Path == path })
}

// ignoresOf are those of one file; new are those that the file did not have at the merge base.
func (j *judgement) ignoresOf(f *migrations.File) {
	old := map[string]bool{}
	if j.base != nil {
		for _, i := range j.reader.ignores(j.base, j.was(f.Path)) {
			old[i.Rule+i.Until+i.Reason+i.LineSum] = true
		}
	}
	for _, i := range j.reader.ignores(j.head, f.Path) {
		i.Path, i.New = f.Path, !old[i.Rule+i.Until+i.Reason+i.LineSum]
		j.report.Ignores = append(j.report.Ignores, i)
	}
}

func (j *judgement) was(path string) string {
	for _, f := range j.change.Files {
		if f.Path == path {
			return f.Was()
		}
	}
	return path
}

// capital begins a title with a capital unless it begins with a name.
func capital(title, name string) string {
	if title == "" || strings.HasPrefix(title, name) {
		return title
	}
	return strings.ToUpper(title[:1]) + title[1:]
}

// placed is where an object was made, as far as it tells.
func placed(object any) (catalog.Place, bool) {
	switch x := object.(type) {
	case *catalog.Table:
		return x.At, true
	case *catalog.Column:
		return x.At, true
	case *catalog.Constraint:
		return x.At, true
	case *catalog.View:
		return x.At, true
	case *catalog.Enum:
		return x.At, true
	case *catalog.Function:
		return x.At, true
	}
	return catalog.Place{}, false
}
