package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifRoot    = "%SRCROOT%" // what all paths are relative to
	projectPage  = "https://github.com/checkrein/checkrein"
)

// The objects of SARIF 2.1.0 (OASIS), as far as they are written here. Lists that the
// standard lets be empty are never null.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool                `json:"tool"`
		Invocations []sarifInvocation        `json:"invocations"`
		Bases       map[string]sarifArtifact `json:"originalUriBaseIds"`
		ColumnKind  string                   `json:"columnKind"`
		Results     []sarifResult            `json:"results"`
		Properties  sarifRunProperties       `json:"properties"`
	}
	sarifRunProperties struct {
		Conclusion verdict.Conclusion `json:"conclusion"`
		Base       string             `json:"base,omitempty"` // none when the whole tree is judged
		Head       string             `json:"head"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string            `json:"name"`
		Version        string            `json:"version,omitempty"`
		InformationURI string            `json:"informationUri"`
		Rules          []sarifDescriptor `json:"rules"`
		Notifications  []sarifDescriptor `json:"notifications"`
	}
	sarifDescriptor struct {
		ID            string              `json:"id"`
		Short         *sarifText          `json:"shortDescription,omitempty"`
		Full          *sarifText          `json:"fullDescription,omitempty"`
		Help          *sarifText          `json:"help,omitempty"`
		HelpURI       string              `json:"helpUri,omitempty"`
		Configuration *sarifConfiguration `json:"defaultConfiguration,omitempty"`
	}
	sarifConfiguration struct {
		Enabled bool   `json:"enabled"`
		Level   string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Descriptor sarifReference  `json:"descriptor"`
		Level      string          `json:"level"`
		Message    sarifText       `json:"message"`
		Locations  []sarifLocation `json:"locations,omitempty"`
	}
	sarifReference struct {
		ID    string `json:"id"`
		Index int    `json:"index"`
	}
)

// SARIF writes a result as one SARIF 2.1.0 log with one run, the same from run to run.
// rules is the catalogue, rulesURL its page, with a rule's id as the fragment.
func SARIF(w io.Writer, r *Result, rules []checks.Rule, rulesURL string) error {
	s := &sarif{result: r, rules: rules, h: Head{RulesURL: rulesURL}}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(sarifLog{sarifSchema, sarifVersion, []sarifRun{s.run()}}); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return write(w, jsonSafe(b.String()))
}

// sarif turns one result into a run.
type sarif struct {
	result *Result
	rules  []checks.Rule
	h      Head // for what links to a rule
}

func (s *sarif) run() sarifRun {
	v := &s.result.Verdict
	return sarifRun{
		Tool:        sarifTool{s.driver()},
		Invocations: []sarifInvocation{{Successful: complete(v), Notifications: s.notifications()}},
		Bases:       map[string]sarifArtifact{sarifRoot: {Description: &sarifText{Text: "The root of the repository."}}},
		ColumnKind:  "utf16CodeUnits",
		Results:     filled(slices.Concat(each(v.Findings, s.found), each(v.Suppressed, s.suppressed))),
		Properties:  sarifRunProperties{v.Conclusion, s.result.Base, s.result.Head},
	}
}

// complete: nothing failed and nothing is undecided. Only then may the absence of
// results be read as fine.
func complete(v *verdict.Verdict) bool {
	failed := slices.ContainsFunc(v.Unread, func(u checks.Unread) bool { return u.Kind == checks.Failed })
	return v.Conclusion != verdict.Undecided && len(v.Reasons) == 0 && !failed
}

func (s *sarif) driver() sarifDriver {
	name, version, _ := strings.Cut(s.result.Tool, " ")
	return sarifDriver{Name: name, Version: version, InformationURI: projectPage,
		Rules: each(s.rules, s.rule), Notifications: each(notificationKinds(), func(k notificationKind) sarifDescriptor {
			return sarifDescriptor{ID: k.id, Short: &sarifText{Text: k.says}}
		})}
}

func (s *sarif) rule(r checks.Rule) sarifDescriptor {
	configuration := sarifConfiguration{Enabled: true, Level: sarifLevel(r.Severity)}
	if r.Severity == checks.Off {
		configuration = sarifConfiguration{Level: "none"}
	}
	return sarifDescriptor{ID: r.ID, Short: &sarifText{Text: r.Says}, Full: &sarifText{Text: oneLine(r.Says + " " + r.Why)},
		Help: &sarifText{Text: helpText(r), Markdown: helpMarkdown(r)}, HelpURI: s.h.rulePage(r.ID), Configuration: &configuration}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func helpText(r checks.Rule) string {
	return "Why: " + oneLine(r.Why) + "\n\nHow to fix: " + oneLine(r.Fix) + "\n\nHow to except: checkrein rules " + r.ID + " prints the entry for the policy."
}

func helpMarkdown(r checks.Rule) string {
	return "**Why.** " + prose(r.Why, 4000) + "\n\n" + fenced("text", strings.Split(strings.TrimRight(r.Example, "\n"), "\n")) +
		"\n**How to fix.** " + prose(r.Fix, 4000) + "\n\n**How to except.** " + code("checkrein rules "+r.ID) + " prints the entry for the policy.\n"
}

// sarifLevel is the level of a finding, whatever its rule's default is.
func sarifLevel(s checks.Severity) string {
	switch s {
	case checks.Block:
		return "error"
	case checks.Warn:
		return "warning"
	}
	return "note"
}

// notificationKind is one sort of thing that is told about the run itself.
type notificationKind struct{ id, says string }

func notificationKinds() []notificationKind {
	return []notificationKind{
		{"undecided", "Something could not be judged, so the verdict is no success."},
		{string(checks.Failed), "A check failed or ran out of its time."},
		{string(checks.Defeated), "Something could not be read although there is a reader for it."},
		{string(checks.Unsupported), "There is no reader for this format or construct."},
		{"notice", "Something about an exception or the judgement as a whole."},
	}
}

// notifications tell what is undecided, what was not read and what concerns exceptions.
func (s *sarif) notifications() []sarifNotification {
	v := &s.result.Verdict
	sentence := func(id, level string) func(string) sarifNotification {
		return func(text string) sarifNotification { return notification(id, level, text) }
	}
	return filled(slices.Concat(each(v.Reasons, sentence("undecided", "error")), each(v.Unread, s.unread), each(v.Notices, sentence("notice", "warning"))))
}

func notification(id, level, text string) sarifNotification {
	index := slices.IndexFunc(notificationKinds(), func(k notificationKind) bool { return k.id == id })
	return sarifNotification{Descriptor: sarifReference{id, index}, Level: level, Message: message(cut(text, 1000))}
}

func (s *sarif) unread(u checks.Unread) sarifNotification {
	level := "note"
	switch {
	case u.Kind == checks.Failed || u.Kind == checks.Defeated && u.Touched:
		level = "error"
	case u.Kind == checks.Defeated:
		level = "warning"
	}
	n := notification(string(u.Kind), level, u.Reason)
	if at, ok := physical(u.Path, checks.Span{Line: u.Line}, "", false); ok {
		n.Locations = []sarifLocation{{Physical: at}}
	}
	return n
}
