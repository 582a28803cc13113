package deletions

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// printOf is a short text that is the same only where all words are.
func printOf(words ...string) string {
	sum := sha256.New()
	for _, word := range words {
		fmt.Fprintf(sum, "%d:%s", len(word), word)
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// trail is what leads to a command, the last of it first: it is the same only as long as all
// of that is.
type trail struct {
	up     *trail
	file   *file // with a job: the pipeline
	job    *pipeline.Job
	step   *pipeline.Step
	target *pipeline.Target
	script shell.Script
	text   shell.Text // that the script was read from
	blob   string
}

// print stands for a trail. It is made for what is told only: most steps delete nothing.
func (w *walker) print(t *trail) string {
	var words []string
	for ; t != nil; t = t.up {
		switch {
		case t.step != nil:
			words = append(words, w.printOfStep(t.job, t.step)...)
		case t.job != nil:
			words = append(words, printOfJob(t.file, t.job))
		case t.target != nil:
			words = append(words, printOf(t.target.Name, t.target.Commands.Body, strings.Join(t.target.Needs, " "), envText(t.target.Env)))
		case t.blob != "":
			words = append(words, t.blob)
		default:
			words = append(words, printOfScript(t.script), w.printOfText(t.text))
		}
	}
	return printOf(words...)
}

// printOfJob is of what decides when a job runs, where, and what it may do.
func printOfJob(f *file, j *pipeline.Job) string {
	words := []string{string(f.Format), j.Runner, j.Container, j.If, strings.Join(j.Permissions, ","), strings.Join(j.Needs, ","), strings.Join(j.Matrix, "\n"), envText(f.Defaults)}
	for _, t := range f.Triggers {
		words = append(words, t.Event, t.Detail)
	}
	if j.Environment != nil {
		words = append(words, "environment", j.Environment.Text)
	}
	if j.Uses != nil {
		words = append(words, j.Uses.Text, valuesText(j.With))
	}
	return printOf(words...)
}

// printOfStep is of the step, and of those before it whose results it takes: by name, or
// because they leave variables or files to all that come after.
func (w *walker) printOfStep(j *pipeline.Job, s *pipeline.Step) []string {
	words := stepWords(s)
	all := []string{printOf(words...)}
	if s.Run != nil {
		words = append(words, s.Run.Body)
	}
	given := map[string]bool{}
	for _, m := range outputOf.FindAllStringSubmatch(strings.Join(words, "\n"), 100) {
		given[m[1]] = true
	}
	for _, other := range w.givers(j) {
		if other.step.Index < s.Index && (given[other.step.ID] || other.leaves) {
			all = append(all, other.print)
		}
	}
	return all
}

var outputOf = regexp.MustCompile(`\bsteps\.([\w-]+)\.`)

// giver is a step that others may take something from.
type giver struct {
	step   *pipeline.Step
	leaves bool // variables or files
	print  string
}

var (
	nowhere = regexp.MustCompile(`[\d&]?>+\s*(?:/dev/null|&\d|\$null)`)
	leaving = regexp.MustCompile(`>|\btee\b|\bsed -i|\b(?:mv|cp|ln|install|git|read)\b|\s-[oO]\b|--output|Out-File|Set-Content|Add-Content`)
)

// leaves reports whether a step may leave something to those after it.
func leaves(s *pipeline.Step) bool {
	return s.Run != nil && leaving.MatchString(nowhere.ReplaceAllString(s.Run.Body, ""))
}

// fetches reports whether a step brings files of a choice into the job.
func fetches(s *pipeline.Step) bool {
	if s.Uses == nil || len(s.With) == 0 {
		return false
	}
	name, _, _ := strings.Cut(s.Uses.Text, "@")
	return name == "actions/checkout" || name == "actions/download-artifact"
}

// maxGivers bounds the steps of a job whose results others take.
const maxGivers = 200

// givers are the steps of a job that others may take something from.
func (w *walker) givers(j *pipeline.Job) []giver {
	all, ok := w.giversOf[j]
	for i := 0; !ok && i < len(j.Steps) && len(all) < maxGivers; i++ {
		switch s := &j.Steps[i]; {
		case s.ID != "" || leaves(s):
			all = append(all, giver{s, leaves(s), printOf(append(stepWords(s), w.bodyOf(s))...)})
		case fetches(s): // whatever its version
			all = append(all, giver{s, true, printOf(valuesText(s.With))})
		}
	}
	w.giversOf[j] = all
	return all
}

func (w *walker) bodyOf(s *pipeline.Step) string {
	if s.Run == nil {
		return ""
	}
	return w.printOfText(*s.Run)
}

func stepWords(s *pipeline.Step) []string {
	words := []string{s.If, s.Dir, string(s.Dialect), envText(s.Env), valuesText(s.With)}
	if s.Uses != nil {
		words = append(words, s.Uses.Text)
	}
	return words
}

// printOfText is of a text as it stands, but for comments and for what is only said: a
// name may come from a loop, a list or a text that is piped.
func (w *walker) printOfText(t shell.Text) string {
	if len(t.Lines) == 0 {
		return ""
	}
	print, ok := w.texts[&t.Lines[0]]
	if !ok {
		var words []string
		for line := range strings.Lines(t.Body) {
			line = strings.TrimSpace(line)
			first, _, _ := strings.Cut(line, " ")
			if line != "" && line[0] != '#' && (!speaks(first) || strings.ContainsAny(line, ">|&;$`\\") || strings.Contains(line, "::")) {
				words = append(words, line)
			}
		}
		print = printOf(words...)
		w.texts[&t.Lines[0]] = print
	}
	return print
}

// printOfScript is of what a text runs: what only speaks, and comments, leave it the same.
func printOfScript(script shell.Script) string {
	var words []string
	for i := range script.Commands {
		c := &script.Commands[i]
		if len(c.Words) == 0 || speaks(c.Words[0].Text) {
			continue
		}
		for _, word := range c.Words {
			words = append(words, word.Text)
			words = append(words, word.From...)
		}
		words = append(words, strings.Join(c.When, "\x00"), "\n")
	}
	for _, u := range script.Unread {
		words = append(words, "unread", u.Reason)
	}
	return printOf(words...)
}

// speaks reports whether a program only writes what it is told.
func speaks(program string) bool {
	switch program {
	case "echo", "printf", ":", "true", "Write-Host", "Write-Output":
		return true
	}
	return false
}

func envText(env map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(&b, "%s=%q\n", name, env[name])
	}
	return b.String()
}

func valuesText(values map[string]pipeline.Value) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "%s=%q\n", name, values[name].Text)
	}
	return b.String()
}
