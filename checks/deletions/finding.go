package deletions

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
)

func (a *act) finding(rule string) checks.Finding {
	return checks.Finding{Rule: rule, Path: a.file.path, Span: a.Span, Subject: a.subject(), Address: a.address(),
		Sees: a.via.sees(), Evidence: a.evidence(a.via, a.Span, a.Row.Says)}
}

func (a *act) subject() string {
	if a.Target != "" {
		return a.Row.ID + " " + a.Target
	}
	return a.Row.ID
}

// does is the beginning of a sentence: what the step does.
func (a *act) does() string {
	says := strings.ToUpper(a.Row.Says[:1]) + a.Row.Says[1:]
	if a.Target == "" {
		return says
	}
	return says + " (" + a.Target + ")"
}

// howToBeSafe is what else makes the step safe.
func (a *act) howToBeSafe() string {
	var all []string
	if a.Row.Dry != (known.Dry{}) && !a.previewed() {
		all = append(all, "Its dry run: "+dryText(a.Row.Dry)+".")
	}
	if a.Row.Look != "" && a.Row.Dry == (known.Dry{}) {
		all = append(all, "It has no dry run; to see what there is: `"+a.Row.Look+"`.")
	}
	if a.Row.Note != "" {
		all = append(all, sentence(a.Row.Note))
	}
	return strings.Join(append(all, guardText(a.Row.Guard)), " ")
}

// address is where a frame stands, in the pipeline's own terms.
func (fr frame) address() string {
	var b strings.Builder
	if len(fr.links) > 0 {
		b.WriteString(fr.stack[0] + " ")
	}
	if fr.job != nil {
		b.WriteString(fr.job.address)
	}
	if fr.step != nil {
		fmt.Fprintf(&b, ".steps[%d]", fr.step.Index)
	}
	return strings.TrimPrefix(b.String(), ".")
}

// story is who starts it, and with which token.
func (a *act) story() string { return strings.TrimSpace(a.frame.story()) }

func (fr frame) story() string {
	var all []string
	if by := fr.starters(); by != "" {
		all = append(all, "It is started by "+by+".")
	}
	if token := fr.token(); token != "" {
		all = append(all, "It holds "+token+".")
	}
	if fr.job != nil && fr.job.Environment != nil {
		all = append(all, "Whether the environment "+fr.job.Environment.Text+" is protected was not verified.")
	}
	if len(all) == 0 {
		return ""
	}
	return " " + strings.Join(all, " ")
}

// starters are the triggers of the pipeline, in words.
func (fr frame) starters() string {
	root := fr.rootFile()
	if root == nil {
		return ""
	}
	var all []string
	for _, t := range root.Triggers {
		word := t.Event
		if t.Detail != "" {
			word += " (" + t.Detail + ")"
		}
		all = append(all, word)
	}
	return strings.Join(all, ", ")
}

func (fr frame) rootFile() *file {
	if len(fr.links) > 0 {
		return fr.links[0].file
	}
	return fr.file
}

// token is the credential that the step is given.
func (fr frame) token() string {
	var all []string
	if fr.step != nil {
		all = append(all, fr.step.Secrets...)
	}
	if fr.job == nil || fr.job.file.Format != pipeline.Workflow {
		return strings.Join(all, ", ")
	}
	switch {
	case fr.job.Permissions == nil:
		all = append(all, "the job's token with the repository's default permissions")
	case len(fr.job.Permissions) > 0:
		all = append(all, "the job's token ("+strings.Join(fr.job.Permissions, ", ")+")")
	}
	return strings.Join(all, ", ")
}

// evidence is the command, the calls that lead to it, and what starts it all.
func (fr frame) evidence(w *walker, at checks.Span, note string) []checks.Evidence {
	all := []checks.Evidence{w.quote(fr.file, at, note)}
	for _, l := range slices.Backward(fr.links) {
		all = append(all, w.quote(l.file, l.Span, l.note))
	}
	if root := fr.rootFile(); root != nil && len(root.Triggers) > 0 {
		t := root.Triggers[0]
		all = append(all, w.quote(root, t.Span, "it is started by "+t.Event))
	}
	return all
}

func (a *act) quote(f *file, at checks.Span, note string) checks.Evidence {
	return a.via.quote(f, at, note)
}

func (w *walker) quote(f *file, at checks.Span, note string) checks.Evidence {
	return checks.Evidence{Path: f.path, Span: at, Ref: w.side.tree.Commit(), Text: f.line(at.Line), Note: note}
}

// sees are the files that whoever says yes must have seen as they are: the pipeline and
// everything that it calls.
func (w *walker) sees() []string { return slices.Sorted(maps.Keys(w.files)) }

func lowerFirst(text string) string { return strings.ToLower(text[:1]) + text[1:] }
