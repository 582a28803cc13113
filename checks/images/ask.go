package images

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
)

// subject is a site that a look-up may say something about.
type subject struct {
	site       *site
	candidates []candidate
	finding    int // its index among the report's; -1: it has none
}

// suspect is a reference that is fine unless its registry says otherwise: a digest that
// may be gone, an exact tag that may have moved.
type suspect struct {
	subject  int
	ref      reference
	question Question
}

// lookups are the questions of one report and what they were answered.
type lookups struct {
	subjects []subject
	report   *checks.Report
	asked    []Question
	answers  map[Question]Answer
	refs     map[Question][]string // who waits for the answer, as written
}

// lookUp asks registries about what is new in the report, and says what follows: in
// findings of their own, and in edits of those that are there. What was there before the
// change is not asked about.
func (c *Check) lookUp(ctx context.Context, head, base *side, was func(string) string, report *checks.Report) {
	l := &lookups{subjects: head.subjects, report: report, answers: map[Question]Answer{}, refs: map[Question][]string{}}
	suspects := head.suspects()
	marked := findingsOf(head.subjects, suspects)
	if base == nil {
		for i := range marked {
			marked[i].New = true
		}
	} else {
		checks.Fresh(marked, findingsOf(base.subjects, base.suspects()), was)
	}
	var fresh []suspect
	for i, sus := range suspects {
		if marked[i].New {
			fresh = append(fresh, sus)
		}
	}
	l.collect(fresh)
	for i, a := range c.registries.Resolve(ctx, l.asked) {
		l.answers[l.asked[i]] = a
	}
	for _, sus := range fresh {
		l.settle(sus)
	}
	l.pin()
	l.notices()
}

// collect lists the questions, each once: first what may block, last what may warn.
func (l *lookups) collect(fresh []suspect) {
	for _, sus := range fresh {
		if sus.question.Digest != "" {
			l.ask(sus.question, sus.ref)
		}
	}
	for _, sub := range l.subjects {
		if l.pinned(sub) {
			for _, r := range sub.moving() {
				if q, ok := tagQuestion(r); ok {
					l.ask(q, r)
				}
			}
		}
	}
	for _, sus := range fresh {
		if sus.question.Digest == "" {
			l.ask(sus.question, sus.ref)
		}
	}
}

func (l *lookups) ask(q Question, r reference) {
	text := r.value.Text()
	if _, known := l.refs[q]; !known {
		l.asked = append(l.asked, q)
	}
	if !slices.Contains(l.refs[q], text) {
		l.refs[q] = append(l.refs[q], text)
	}
}

// suspects are the references that only a registry can say something about.
func (s *side) suspects() []suspect {
	var all []suspect
	for i, sub := range s.subjects {
		for _, c := range sub.candidates {
			sus := suspect{subject: i, ref: c.reference}
			name, known := nameOf(c.value)
			if c.local || sub.site.Local != "" || !known {
				continue
			}
			_, sum, _ := strings.Cut(c.value.Text(), "@")
			switch {
			case c.class == Pinned && wholeDigest.MatchString(sum):
				sus.question = Question{Name: name, Digest: sum}
			case c.class == Exact:
				sus.question = Question{Name: name, Tag: c.tag, Keep: true}
			default:
				continue
			}
			if sub.site.severity(sus.rule(), c.reference) != checks.Off {
				all = append(all, sus)
			}
		}
	}
	return all
}

func (sus suspect) rule() string {
	if sus.question.Digest != "" {
		return pinMissingID
	}
	return tagMovedID
}

// findingsOf are what the suspects would be told as, to tell the new from the old.
func findingsOf(subjects []subject, suspects []suspect) []checks.Finding {
	findings := make([]checks.Finding, 0, len(suspects))
	for _, sus := range suspects {
		findings = append(findings, subjects[sus.subject].site.finding(sus.rule(), sus.ref))
	}
	return findings
}

// settle makes a suspect a finding where its answer says so.
func (l *lookups) settle(sus suspect) {
	site, answer := l.subjects[sus.subject].site, l.answers[sus.question]
	var f checks.Finding
	switch {
	case sus.question.Digest != "" && answer.Gone:
		f = site.pinMissing(sus.ref)
	case sus.question.Keep && len(answer.Seen) > 1:
		f = site.tagMoved(sus.ref, answer.Seen)
	default:
		return
	}
	f.Severity, f.New = site.severity(f.Rule, sus.ref), true
	l.tell(&l.subjects[sus.subject], f)
}

// tell adds a finding. A reference has one: the harder says what the other knows too.
func (l *lookups) tell(sub *subject, f checks.Finding) {
	if sub.finding < 0 {
		sub.finding = len(l.report.Findings)
		l.report.Findings = append(l.report.Findings, f)
		return
	}
	have := &l.report.Findings[sub.finding]
	if have.New && have.Severity.Rank() >= f.Severity.Rank() {
		have.Why += " " + f.Title + "."
		have.Evidence = append(have.Evidence, f.Evidence...)
		return
	}
	*have = f
}

// notices say what was asked and not answered: once for each reason.
func (l *lookups) notices() {
	refs := map[string][]string{}
	var problems []string
	for _, q := range l.asked {
		if p := l.answers[q].Problem; p != "" {
			if refs[p] == nil {
				problems = append(problems, p)
			}
			refs[p] = append(refs[p], l.refs[q]...)
		}
	}
	for _, p := range problems {
		of := refs[p][0]
		if more := len(refs[p]) - 1; more > 0 {
			of = fmt.Sprintf("%s and %d more", of, more)
		}
		l.report.Notices = append(l.report.Notices, fmt.Sprintf("Not looked up: %s. %s.", of, p))
	}
}

// tagQuestion asks what a tag stands for now; false where the name is not known.
func tagQuestion(r reference) (Question, bool) {
	name, ok := nameOf(r.value)
	return Question{Name: name, Tag: r.tag, Keep: r.class == Exact}, ok
}

// moving are the values of the site that may be pinned: those that float, and the exact
// ones where the policy asks for digests.
func (sub subject) moving() []reference {
	var all []reference
	for _, c := range sub.candidates {
		floats := c.class == Floating || c.class == FloatingVersion
		if !c.local && (floats || c.class == Exact && sub.site.policy.Images.Pin == policy.PinDigest) {
			all = append(all, c.reference)
		}
	}
	return all
}
