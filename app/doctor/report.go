package doctor

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/report"
)

// Format names the form of a report in JSON.
const Format = "checkrein-doctor/1"

// Level is how a line stands.
type Level string

// The levels, from the best to the worst.
const (
	OK      Level = "ok"
	Warn    Level = "warn"
	Unknown Level = "unknown" // GitHub could not be asked
	Bad     Level = "bad"
)

func (l Level) rank() int {
	return strings.Index("ok warn unknown bad", string(l))
}

// Line is one thing that was examined.
type Line struct {
	Level    Level  `json:"level"`
	Subject  string `json:"subject"`
	Found    string `json:"found"`
	Expected string `json:"expected,omitempty"`
	Do       string `json:"do,omitempty"`
}

// Section is what belongs together.
type Section struct {
	Name    string `json:"name"`
	Summary string `json:"summary,omitempty"`
	Lines   []Line `json:"lines"`
}

// Report is what was found. Its texts are safe for a terminal.
type Report struct {
	Format   string    `json:"format"`
	Result   Level     `json:"result"` // the worst of all lines
	Sections []Section `json:"sections"`
	Fixes    []Fix     `json:"fixes,omitempty"`
}

// set adds a section, or replaces the one of that name.
func (r *Report) set(name string, lines ...Line) *Section {
	for i := range lines {
		l := &lines[i]
		l.Subject, l.Found, l.Expected, l.Do = clean(l.Subject), clean(l.Found), clean(l.Expected), clean(l.Do)
	}
	at := slices.IndexFunc(r.Sections, func(s Section) bool { return s.Name == name })
	if at < 0 {
		at = len(r.Sections)
		r.Sections = append(r.Sections, Section{Name: name})
	}
	r.Sections[at].Lines = lines
	r.Result = r.worst()
	return &r.Sections[at]
}

func (r *Report) worst() Level {
	worst := OK
	for _, s := range r.Sections {
		for _, l := range s.Lines {
			if l.Level.rank() > worst.rank() {
				worst = l.Level
			}
		}
	}
	return worst
}

// Count is how many lines stand so.
func (r *Report) Count(level Level) int {
	n := 0
	for _, s := range r.Sections {
		for _, l := range s.Lines {
			if l.Level == level {
				n++
			}
		}
	}
	return n
}

// clean is text that neither a terminal nor the log of a workflow obeys: names and
// messages come from others.
func clean(s string) string {
	return strings.ReplaceAll(report.Plain(s), "##[", "## [")
}
