package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

// jsonFormat names this format; another number is another shape.
const jsonFormat = "checkrein/1"

type jsonReport struct {
	Format     string              `json:"format"`
	Tool       string              `json:"tool"`
	Base       *string             `json:"base"` // null when the whole tree is judged
	Head       string              `json:"head"`
	Conclusion verdict.Conclusion  `json:"conclusion"`
	Findings   []jsonFinding       `json:"findings"`
	Suppressed []jsonSuppressed    `json:"suppressed"`
	Unread     []checks.Unread     `json:"unread"`
	Reasons    []string            `json:"reasons"` // what is undecided
	Notices    []string            `json:"notices"` // about exceptions, ignores and look-ups
	Images     *[]checks.Reference `json:"images,omitempty"`
	Stats      jsonStats           `json:"stats"`
}

type jsonFinding struct {
	Rule     string          `json:"rule"`
	Severity checks.Severity `json:"severity"`
	New      bool            `json:"new"`
	Path     string          `json:"path"`
	checks.Span
	Subject  string         `json:"subject"`
	Address  string         `json:"address"`
	Title    string         `json:"title"`
	Why      string         `json:"why"`
	Fix      jsonFix        `json:"fix"`
	Evidence []jsonEvidence `json:"evidence"`
}

type jsonFix struct {
	Text  string     `json:"text"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	Path string `json:"path"`
	checks.Span
	New string `json:"new"`
}

type jsonEvidence struct {
	Path string `json:"path"`
	checks.Span
	Ref  string `json:"ref"`
	Text string `json:"text"`
	Note string `json:"note"`
}

type jsonSuppressed struct {
	Rule   string `json:"rule"`
	Path   string `json:"path"`
	Line   int    `json:"line"`
	By     string `json:"by"`
	Reason string `json:"reason"`
	Until  string `json:"until"`
}

type jsonStats struct {
	Files      int   `json:"files"`
	Bytes      int64 `json:"bytes"`
	DurationMS int64 `json:"duration_ms"`
}

// JSON writes a result as one JSON document. Lists are never null. Nothing in it
// reaches a terminal raw: characters that a terminal would obey are escaped.
func JSON(w io.Writer, r *Result) error {
	v := &r.Verdict
	out := jsonReport{
		Format: jsonFormat, Tool: r.Tool, Head: r.Head, Conclusion: v.Conclusion,
		Findings: each(v.Findings, jsonOfFinding), Suppressed: each(v.Suppressed, jsonOfSuppressed),
		Unread: filled(v.Unread), Reasons: filled(v.Reasons), Notices: filled(v.Notices),
		Stats: jsonStats{v.Files, v.Bytes, r.Duration.Milliseconds()},
	}
	if r.Base != "" {
		out.Base = &r.Base
	}
	if r.ShowImages {
		images := filled(v.References)
		out.Images = &images
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return write(w, jsonSafe(b.String()))
}

func jsonOfFinding(f checks.Finding) jsonFinding {
	return jsonFinding{
		Rule: f.Rule, Severity: f.Severity, New: f.New, Path: f.Path, Span: f.Span,
		Subject: f.Subject, Address: f.Address, Title: f.Title, Why: f.Why,
		Fix: jsonFix{f.Fix.Text, each(f.Fix.Edits, func(e checks.Edit) jsonEdit { return jsonEdit{e.Path, e.Span, e.New} })},
		Evidence: each(f.Evidence, func(e checks.Evidence) jsonEvidence {
			return jsonEvidence{e.Path, e.Span, e.Ref, e.Text, e.Note}
		}),
	}
}

func jsonOfSuppressed(s verdict.Suppressed) jsonSuppressed {
	f := s.Finding
	return jsonSuppressed{f.Rule, f.Path, f.Line, s.By, s.Reason, s.Until}
}

// each turns every item of a list into another; the result is never nil.
func each[From, To any](from []From, turn func(From) To) []To {
	to := make([]To, 0, len(from))
	for _, f := range from {
		to = append(to, turn(f))
	}
	return to
}

// filled is list, or an empty one for nil.
func filled[T any](list []T) []T { return each(list, func(t T) T { return t }) }
