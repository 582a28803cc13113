package images

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/policy"
)

// site is one place where an image is named, with what judging it needs.
type site struct {
	*iac.Site
	path   string
	ref    string // commit id of the tree, or "worktree"
	format string
	kind   kind
	policy *policy.Policy
	here   *builtHere
}

// candidate is one reference that a site may come out as. Local: nobody pulls it
// under this name from here. Off: what names it is not created with the values in the repository.
type candidate struct {
	reference
	local, off bool
}

// judge answers how the site resolves and, unless it is fine, the one finding it
// gets: of several candidates the worst.
func (s *site) judge(candidates []candidate) (checks.Reference, *checks.Finding) {
	listed := checks.Reference{Path: s.path, Line: s.Span.Line, Column: s.Span.Column,
		Ref: s.Raw, Resolved: s.Raw, Class: string(Local), Format: s.format}
	if s.Local != "" {
		if len(candidates) > 0 {
			listed.Resolved = candidates[0].value.Text()
		}
		return listed, nil
	}
	var worst *checks.Finding
	for i, c := range created(candidates) {
		r := c.reference
		if c.local {
			r.class = Local
		}
		f := s.rule(r)
		if f != nil && c.off {
			f.Severity, f.Why = toNote(f.Severity), f.Why+switchedOff
		}
		if i == 0 || worse(f, worst) {
			listed.Resolved, listed.Class, worst = r.value.Text(), string(r.class), f
		}
	}
	return listed, worst
}

const switchedOff = " With the values in this repository it is not created: its count is 0. It counts as soon as somebody switches it on."

// created leaves out what is not created, unless nothing is.
func created(candidates []candidate) []candidate {
	on := slices.DeleteFunc(slices.Clone(candidates), func(c candidate) bool { return c.off })
	if len(on) == 0 {
		return candidates
	}
	return on
}

func worse(a, b *checks.Finding) bool {
	if a == nil || b == nil {
		return a != nil
	}
	return a.Severity.Rank() > b.Severity.Rank()
}

// rule is the finding of one value: default-tag wins over the others when a default brought the tag.
func (s *site) rule(r reference) *checks.Finding {
	rule, tell := ruleOf(r)
	if tell == nil {
		return nil
	}
	severity := s.severity(rule, r)
	if severity == checks.Off {
		return nil
	}
	f := tell(s, r)
	f.Severity = severity
	if v := s.here.onMachine(s, r); v != nil {
		f.Severity, f.Why, f.Fix.Text = v.soften(f.Severity), f.Why+" "+v.why, onMachineFix
	}
	if s.Note != "" {
		f.Why += " " + s.Note
	}
	return &f
}

// ruleOf is the rule that a reference breaks, and what tells it; nil: it breaks none.
func ruleOf(r reference) (id string, tell func(*site, reference) checks.Finding) {
	switch {
	case (r.class == Floating || r.class == FloatingVersion) && r.brought != nil:
		return defaultTagID, (*site).defaultTag
	case r.class == Floating:
		return mutableTagID, (*site).mutableTag
	case r.class == FloatingVersion:
		return floatingVersionID, (*site).floatingVersion
	case r.class == Exact:
		return unpinnedID, (*site).unpinned
	case r.class == Unresolved:
		return unresolvedID, (*site).unresolved
	}
	return "", nil
}

// severity is the rule's own, as the policy moves it, softened by what the file is for.
func (s *site) severity(rule string, r reference) checks.Severity {
	sev := s.policy.Severity(rule, s.standard(rule, r))
	sev = s.kind.soften(sev)
	if s.policy.Images.Pin == policy.PinDigest && s.kind != example && r.class != Unresolved && s.unset(rule) {
		sev = checks.Block // pin: digest speaks of building and CI too
	}
	if s.policy.Images.Pin == policy.PinNone {
		sev = atMost(sev, checks.Warn)
	}
	if s.thirdParty(r) {
		sev = atMost(sev, s.policy.Images.ThirdParty)
	}
	return sev
}

func (s *site) unset(rule string) bool { _, set := s.policy.Rules[rule]; return !set }

func (s *site) standard(rule string, r reference) checks.Severity {
	if rule == defaultTagID && r.class == FloatingVersion {
		return checks.Warn
	}
	if known, ok := severities()[rule]; ok {
		return known
	}
	return checks.Off
}

func atMost(s, limit checks.Severity) checks.Severity {
	if s.Rank() > limit.Rank() {
		return limit
	}
	return s
}

// thirdParty: the policy lists own images and this is none of them.
func (s *site) thirdParty(r reference) bool {
	if len(s.policy.Images.Own) == 0 {
		return false
	}
	for _, glob := range s.policy.Images.Own {
		if policy.Match(glob, r.name) {
			return false
		}
	}
	return true
}

func (s *site) finding(rule string, r reference) checks.Finding {
	return checks.Finding{Rule: rule, Path: s.path, Span: s.Span, Subject: r.value.Text(), Address: s.Address}
}

// field quotes the image field; where the tag stands in the file letter by letter,
// the quote is of its line and the span is the tag's.
func (s *site) field(note string, r reference) checks.Evidence {
	quote := checks.Evidence{Path: s.path, Span: s.Span, Ref: s.ref, Text: s.Line, Note: note}
	piece := last(r.value)
	if piece == nil || r.tag == "" || r.brought != nil || piece.From.Path != s.path || !oneLine(piece) {
		return quote
	}
	at := strings.LastIndexByte(piece.Text, ':')
	if here := piece.From.Span.Line == s.Span.Line; at < 0 || !here && piece.From.Line == "" {
		return quote
	} else if !here {
		quote.Text = piece.From.Line
	}
	quote.Span = piece.From.Span
	quote.Column += at + 1
	return quote
}

// origin quotes the image field and, where its tag was set elsewhere, that place too.
func (s *site) origin(r reference) []checks.Evidence {
	set := setElsewhere(s, r)
	if set == nil {
		return []checks.Evidence{s.field("the image field", r)}
	}
	field := checks.Evidence{Path: s.path, Span: s.Span, Ref: s.ref, Text: s.Line,
		Note: fmt.Sprintf("the image field takes %s from here", set.Name)}
	what := strings.TrimSpace(set.What + " " + set.Name)
	return []checks.Evidence{field, s.quote(set.From, what+" is set to this")}
}

// oneLine: the piece stands in the file letter by letter, so columns can be counted in it.
func oneLine(p *iac.Piece) bool {
	span := p.From.Span
	return span.Line == span.EndLine && span.EndColumn-span.Column == len(p.Text)
}

func last(v iac.Value) *iac.Piece {
	if len(v) == 0 {
		return nil
	}
	return &v[len(v)-1]
}

func (s *site) quote(at iac.Place, note string) checks.Evidence {
	return checks.Evidence{Path: at.Path, Span: at.Span, Ref: s.ref, Text: at.Line, Note: note}
}

// unknowns names what a value hangs on.
func unknowns(v iac.Value) string {
	var names []string
	for _, p := range v {
		if p.Known {
			continue
		}
		name := strings.TrimSpace(p.Text)
		if p.What != "" && p.Name != "" {
			name = p.What + " " + p.Called()
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "the reference is not in a form that a registry takes"
	}
	const most = 5
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return strings.Join(names, ", ")
}

// localTo answers whether a reference names something the file makes itself: a
// build stage, scratch, or an image that the file builds.
func localTo(s *site, builds []string) func(reference) bool {
	return func(r reference) bool {
		text := r.value.Text()
		if text == "scratch" || text == "." {
			return true
		}
		for _, stage := range s.Stages {
			if strings.EqualFold(stage, text) {
				return true
			}
		}
		return namesStage(r, s.Stages) || slices.Contains(builds, text) || slices.Contains(builds, untag(text))
	}
}

// namesStage: the unknown pieces could make the text one of the stages (base-${TARGETARCH}).
func namesStage(r reference, stages []string) bool {
	if len(stages) == 0 {
		return false
	}
	text := strings.ToLower(masked(r.value))
	parts := strings.Split(text, string(hole))
	before, after := parts[0], parts[len(parts)-1]
	if len(parts) < 2 || before+after == "" {
		return false
	}
	return slices.ContainsFunc(stages, func(stage string) bool {
		rest, ok := strings.CutPrefix(strings.ToLower(stage), before)
		return ok && strings.HasSuffix(rest, after)
	})
}

// untag drops ":latest", which an image that a file builds has when nothing else is said.
func untag(text string) string { return strings.TrimSuffix(text, ":latest") }

func sortReferences(refs []checks.Reference) {
	slices.SortStableFunc(refs, func(a, b checks.Reference) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
