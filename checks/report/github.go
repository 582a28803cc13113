package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// A workflow command is one line; what would end it, or one of its properties, is
// encoded the way the runner decodes it.
var (
	commandData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub writes a result as workflow commands: an annotation for each new finding,
// the most important first and at most MostAnnotations, then the summary.
func GitHub(w io.Writer, r *Result) error {
	var b strings.Builder
	fresh := slices.DeleteFunc(slices.Clone(r.Verdict.Findings), func(f checks.Finding) bool { return !f.New })
	slices.SortStableFunc(fresh, func(x, y checks.Finding) int { return cmp.Compare(y.Severity.Rank(), x.Severity.Rank()) })
	h := Head{SHA: r.Head}
	for _, f := range fresh[:min(len(fresh), MostAnnotations)] {
		b.WriteString(command(h.annotate(f)))
	}
	for _, reason := range r.Verdict.Reasons {
		b.WriteString("::error title=checkrein%3A undecided::" + commandData.Replace(Plain(reason)) + "\n")
	}
	for _, notice := range r.Verdict.Notices {
		b.WriteString("::warning title=checkrein::" + commandData.Replace(Plain(notice)) + "\n")
	}
	if more := len(fresh) - MostAnnotations; more > 0 {
		fmt.Fprintf(&b, "%s more not shown\n", amount(more, "finding"))
	}
	b.WriteString(r.summary() + "\n")
	if r.Compared != "" {
		b.WriteString(Plain(r.Compared) + "\n")
	}
	return write(w, b.String())
}

// command is the workflow command for one annotation. The runner takes columns only
// for a piece of one line.
func command(a Annotation) string {
	level := a.Level
	if level == "failure" {
		level = "error"
	}
	place := fmt.Sprintf("file=%s,line=%d,endLine=%d", commandProperty.Replace(Plain(a.Path)), a.StartLine, a.EndLine)
	if a.StartColumn > 0 {
		place += fmt.Sprintf(",col=%d,endColumn=%d", a.StartColumn, a.EndColumn)
	}
	return fmt.Sprintf("::%s %s,title=%s::%s\n", level, place,
		commandProperty.Replace(Plain(a.Title)), commandData.Replace(a.Message))
}
