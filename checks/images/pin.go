package images

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
)

var wholeDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// spot is a place in a file.
type spot struct {
	path string
	checks.Span
}

// pinned reports whether the subject's finding is one that a digest mends.
func (l *lookups) pinned(sub subject) bool {
	if sub.finding < 0 || !l.report.Findings[sub.finding].New {
		return false
	}
	switch l.report.Findings[sub.finding].Rule {
	case mutableTagID, defaultTagID, floatingVersionID, unpinnedID, tagMovedID:
		return true
	}
	return false
}

// pin gives the findings that a digest mends their edits: the digest behind the tag,
// where the tag stands in a file. Nothing else of the file changes.
func (l *lookups) pin() {
	shared := l.shared()
	for _, sub := range l.subjects {
		if !l.pinned(sub) {
			continue
		}
		f := &l.report.Findings[sub.finding]
		edits, missing := l.edits(sub, f.Rule, shared)
		if missing != "" {
			f.Fix.Missing = missing
			continue
		}
		f.Fix.Edits = edits
		f.Fix.Text += " The edit pins it to what its registry answers now" + elsewhere(sub.site, edits) + "."
	}
}

// elsewhere says where the edits are when that is not the image field.
func elsewhere(s *site, edits []checks.Edit) string {
	for _, e := range edits {
		if e.Path != s.path || e.Line < s.Span.Line || e.Line > max(s.Span.Line, s.Span.EndLine) {
			return fmt.Sprintf(", where the tag stands: %s, line %d", e.Path, e.Line)
		}
	}
	return ""
}

// edits pin every value of a site that moves; or why one of them cannot be pinned: a
// part of the edits would leave the finding as it is.
func (l *lookups) edits(sub subject, rule string, shared map[spot]int) ([]checks.Edit, string) {
	moving := sub.moving()
	if rule == tagMovedID {
		for _, c := range sub.candidates {
			if c.class == Exact && !c.local {
				moving = append(moving, c.reference)
			}
		}
	}
	var edits []checks.Edit
	done := map[spot]bool{}
	for _, r := range moving {
		e, missing := l.edit(sub.site, r)
		if missing != "" {
			return nil, missing
		}
		at := spot{e.Path, e.Span}
		if shared[at] > 1 {
			return nil, fmt.Sprintf("%s, line %d, stands for more than one image: give each image a value of its own", e.Path, e.Line)
		}
		if !done[at] {
			done[at] = true
			edits = append(edits, e)
		}
	}
	return edits, ""
}

// edit puts the digest of one value behind its tag.
func (l *lookups) edit(s *site, r reference) (checks.Edit, string) {
	q, known := tagQuestion(r)
	if !known {
		return checks.Edit{}, "the repository does not show the image's whole name"
	}
	answer := l.answers[q]
	switch {
	case answer.Problem != "":
		return checks.Edit{}, answer.Problem
	case answer.Unasked != "":
		return checks.Edit{}, answer.Unasked
	case answer.Gone:
		return checks.Edit{}, "its registry has no such tag"
	case !wholeDigest.MatchString(answer.Digest):
		return checks.Edit{}, "it was not looked up"
	}
	p := ending(r.value)
	switch {
	case p == nil || !s.letterByLetter(p):
		return checks.Edit{}, "the tag does not stand in a file letter by letter"
	case s.Split != nil && r.tag == "":
		return checks.Edit{}, "the tag has a field of its own, which is empty"
	}
	return checks.Edit{Path: p.From.Path, Span: p.From.Span, Old: p.Text, New: p.Text + "@" + answer.Digest}, ""
}

// ending is the last piece that has text.
func ending(v iac.Value) *iac.Piece {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].Text != "" {
			return &v[i]
		}
	}
	return nil
}

// letterByLetter reports whether the line that is known of a piece's place shows its text there.
func (s *site) letterByLetter(p *iac.Piece) bool {
	line, span := p.From.Line, p.From.Span
	if line == "" && p.From.Path == s.path && span.Line == s.Span.Line {
		line = s.Line
	}
	from, to := span.Column-1, span.EndColumn-1
	return p.Known && span.Line == span.EndLine && from >= 0 && from < to && to <= len(line) && line[from:to] == p.Text
}

// shared counts for every place how many different images its text is a part of: a
// digest belongs to one of them.
func (l *lookups) shared() map[spot]int {
	images := map[spot]map[string]bool{}
	for _, sub := range l.subjects {
		for _, c := range sub.candidates {
			text := c.value.Text()
			if c.local || sub.site.Local != "" {
				text += " made here"
			}
			for _, piece := range c.value {
				at := spot{piece.From.Path, piece.From.Span}
				if images[at] == nil {
					images[at] = map[string]bool{}
				}
				images[at][strings.ToLower(text)] = true
			}
		}
	}
	count := make(map[spot]int, len(images))
	for at, texts := range images {
		count[at] = len(texts)
	}
	return count
}
