package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

type (
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    *int               `json:"ruleIndex,omitempty"` // none for a rule outside the catalogue
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations,omitempty"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions"` // the standard wants it on all results or on none
		Baseline     string             `json:"baselineState,omitempty"`
		Fixes        []sarifFix         `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       int            `json:"id,omitempty"`
		Physical *sarifPhysical `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI         string     `json:"uri,omitempty"`
		Base        string     `json:"uriBaseId,omitempty"`
		Description *sarifText `json:"description,omitempty"`
	}
	// sarifRegion has 1-based lines, and columns in UTF-16 units, the end exclusive;
	// without columns it is whole lines.
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted *sarifText  `json:"insertedContent,omitempty"`
	}
)

// found is one finding as a result. Where the whole tree is judged there is no
// baseline, so its state is not told.
func (s *sarif) found(f checks.Finding) sarifResult {
	r := sarifResult{RuleID: f.Rule, Level: sarifLevel(f.Severity), Message: message(resultMessage(f)),
		Related: s.related(f), Fingerprints: map[string]string{"checkrein/v1": fingerprint(f)},
		Suppressions: []sarifSuppression{}, Fixes: s.fixes(f)}
	if i := slices.IndexFunc(s.rules, func(rule checks.Rule) bool { return rule.ID == f.Rule }); i >= 0 {
		r.RuleIndex = &i
	}
	switch {
	case s.result.Base == "":
	case f.New:
		r.Baseline = "new"
	default:
		r.Baseline = "unchanged"
	}
	text, known := quotedLine(f.Evidence, s.result.Head, f.Path, f.Line)
	if at, ok := physical(f.Path, f.Span, text, known); ok {
		place := sarifLocation{Physical: at}
		if f.Address != "" {
			place.Logical = []sarifLogical{{cut(f.Address, 500)}}
		}
		r.Locations = []sarifLocation{place}
	}
	return r
}

// suppressed is a finding that passes all the same: by a comment in the file, or by
// something outside it.
func (s *sarif) suppressed(passed verdict.Suppressed) sarifResult {
	r := s.found(passed.Finding)
	kind, because := "external", cut(passed.Reason, 1000)
	if passed.By == "inline" {
		kind = "inSource"
	}
	if len(passed.People) > 0 {
		because = strings.TrimSuffix(cut(strings.Join(passed.People, ", "), 200)+": "+because, ": ")
	}
	if passed.Until != "" {
		because += " (until " + cut(passed.Until, 20) + ")"
	}
	r.Suppressions = []sarifSuppression{{Kind: kind, Status: "accepted", Justification: strings.TrimSpace(because)}}
	return r
}

// resultMessage says what is wrong, why, and what to do.
func resultMessage(f checks.Finding) string {
	parts := []string{cut(f.Title, 500)}
	if f.Why != "" {
		parts = append(parts, cut(f.Why, 2000))
	}
	if f.Fix.Text != "" {
		parts = append(parts, "Fix: "+cut(f.Fix.Text, 2000))
	}
	return strings.Join(parts, "\n")
}

var (
	placeholder = regexp.MustCompile(`\{[0-9]+\}`)
	braces      = strings.NewReplacer("{", "{{", "}", "}}")
)

// message is text in which a viewer finds no placeholder and no link: both have a
// syntax of their own in SARIF's plain text. Braces are doubled only where one could
// be taken for a placeholder: most viewers show doubled ones as they are.
func message(text string) sarifText {
	text = strings.ReplaceAll(text, "](", "] (")
	if placeholder.MatchString(text) {
		text = braces.Replace(text)
	}
	return sarifText{Text: text}
}

// fingerprint is the same while rule, path, subject and address are; lines may move.
func fingerprint(f checks.Finding) string {
	sum := sha256.New()
	for _, part := range []string{f.Rule, f.Path, f.Subject, f.Address} {
		fmt.Fprintf(sum, "%d:%s", len(part), part) // the length keeps parts apart
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// physical is a place in a file; text is its line where that is known. False for
// what is no file.
func physical(path string, span checks.Span, text string, known bool) (*sarifPhysical, bool) {
	file, ok := artifact(path)
	if !ok {
		return nil, false
	}
	at := &sarifPhysical{Artifact: file}
	if span.Line > 0 {
		at.Region = &sarifRegion{StartLine: span.Line}
		if span.EndLine > span.Line {
			at.Region.EndLine = span.EndLine
		}
		if known && at.Region.EndLine == 0 {
			at.Region.StartColumn, at.Region.EndColumn = utf16Columns(text, span)
		}
	}
	return at, true
}

// artifact is a file as an address relative to the root, which it never leaves. A
// colon is escaped too: in a first segment it would end a scheme.
func artifact(file string) (sarifArtifact, bool) {
	clean := path.Clean("/" + file)[1:]
	if clean == "" {
		return sarifArtifact{}, false
	}
	return sarifArtifact{URI: strings.ReplaceAll(escapePath(clean), ":", "%3A"), Base: sarifRoot}, true
}

// related are the proofs. A line of another commit is told in words only: in the
// judged one something else may stand at its number.
func (s *sarif) related(f checks.Finding) []sarifLocation {
	var places []sarifLocation
	for _, e := range f.Evidence {
		span, there := e.Span, ""
		if e.Ref != "" && e.Ref != s.result.Head {
			span, there = checks.Span{}, fmt.Sprintf("line %d at %s: ", e.Line, short(e.Ref))
		}
		at, ok := physical(e.Path, span, e.Text, true)
		if !ok {
			continue
		}
		before, piece, after := split(e.Text, e.Span)
		told := message(there + strings.TrimSpace(before+piece+after) + noteInPlain(e.Note))
		places = append(places, sarifLocation{ID: len(places) + 1, Physical: at, Message: &told})
	}
	return places
}

// fixes is the one fix of a finding, with all its edits or not at all: a part of them
// would mend nothing, and the columns of a line that is not known cannot be told.
func (s *sarif) fixes(f checks.Finding) []sarifFix {
	fix := sarifFix{Description: message(cut(f.Fix.Text, 2000))}
	for _, e := range f.Fix.Edits {
		file, ok := artifact(e.Path)
		region, exact := s.region(f, e)
		if !ok || !exact || !utf8.ValidString(e.New) {
			return nil
		}
		replacement := sarifReplacement{Deleted: region}
		if e.New != "" {
			replacement.Inserted = &sarifText{Text: e.New}
		}
		i := slices.IndexFunc(fix.Changes, func(c sarifChange) bool { return c.Artifact == file })
		if i < 0 {
			i = len(fix.Changes)
			fix.Changes = append(fix.Changes, sarifChange{Artifact: file})
		}
		fix.Changes[i].Replacements = append(fix.Changes[i].Replacements, replacement)
	}
	if len(fix.Changes) == 0 {
		return nil
	}
	return []sarifFix{fix}
}

// region is the exact piece that an edit replaces; false when its columns are not known.
func (s *sarif) region(f checks.Finding, e checks.Edit) (sarifRegion, bool) {
	start, from := s.column(f, e.Path, e.Line, e.Column)
	last := max(e.Line, e.EndLine)
	end, to := s.column(f, e.Path, last, e.EndColumn)
	if !from || !to || e.Line < 1 || last == e.Line && end < start {
		return sarifRegion{}, false
	}
	return sarifRegion{StartLine: e.Line, StartColumn: start, EndLine: last, EndColumn: end}, true
}

// column turns a column that counts bytes into UTF-16 units; the first is the first
// in every line, any other needs the line, which the evidence may quote.
func (s *sarif) column(f checks.Finding, path string, line, column int) (int, bool) {
	if column == 1 {
		return 1, true
	}
	text, known := quotedLine(f.Evidence, s.result.Head, path, line)
	if !known {
		return 0, false
	}
	_, units := utf16Columns(text, checks.Span{Line: line, Column: 1, EndLine: line, EndColumn: column})
	return units, units > 0
}
