package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// maxLines of one section are printed; the rest is counted.
const maxLines = 50

// Text writes the report for people.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	for _, s := range r.Sections {
		fmt.Fprintln(&b, s.title())
		said := Line{}
		for _, l := range s.Lines[:min(len(s.Lines), maxLines)] {
			l.write(&b, said)
			said = l
		}
		if more := len(s.Lines) - maxLines; more > 0 {
			fmt.Fprintf(&b, "  …     and %d more; --format json tells all\n", more)
		}
		fmt.Fprintln(&b)
	}
	r.fixes(&b)
	fmt.Fprintln(&b, r.total())
	_, err := io.WriteString(w, b.String())
	return err
}

func (s Section) title() string {
	if s.Summary == "" {
		return s.Name
	}
	return s.Name + ": " + s.Summary
}

// write leaves out what the line before said already.
func (l Line) write(b *strings.Builder, before Line) {
	fmt.Fprintf(b, "  %-7s %s: %s\n", l.Level, l.Subject, l.Found)
	if l.Level == OK {
		return
	}
	if l.Expected != "" && l.Expected != before.Expected {
		fmt.Fprintf(b, "          expected  %s\n", l.Expected)
	}
	if l.Do != "" && l.Do != before.Do {
		fmt.Fprintf(b, "          do        %s\n", l.Do)
	}
}

func (r *Report) fixes(b *strings.Builder) {
	if len(r.Fixes) == 0 {
		return
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r.Fixes[0].Body); err != nil {
		body.WriteString(err.Error())
	}
	fmt.Fprintf(b, "fix\nThis ruleset requires the check and binds it to this App; rules that are there stay as they are:\n\n%s\n", &body)
	for _, f := range r.Fixes {
		switch {
		case f.Ruleset != 0:
			fmt.Fprintf(b, "%s: added as ruleset %d\n", f.Repository, f.Ruleset)
		case f.Problem != "":
			fmt.Fprintf(b, "%s: not added: %s\n", f.Repository, f.Problem)
		default:
			fmt.Fprintln(b, f.Command)
		}
	}
	fmt.Fprintln(b)
}

func (r *Report) total() string {
	var words []string
	for _, level := range []struct {
		is   Level
		says string
	}{{Bad, "bad"}, {Unknown, "not known"}, {Warn, "to look at"}} {
		if n := r.Count(level.is); n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, level.says))
		}
	}
	if len(words) == 0 {
		return "All is well."
	}
	return "Found: " + strings.Join(words, ", ") + "."
}

// JSON writes the whole report.
func (r *Report) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}
