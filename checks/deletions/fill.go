package deletions

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// expression is `${{ … }}` that names one value.
var expression = regexp.MustCompile(`\$\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}`)

// value is what an expression is, as far as the repository says.
func (fr frame) value(name string) (string, bool) {
	if input, ok := strings.CutPrefix(name, "inputs."); ok {
		v, ok := fr.input[input]
		return v, ok
	}
	if variable, ok := strings.CutPrefix(name, "env."); ok {
		v, ok := fr.env[variable]
		return v, ok
	}
	return "", false
}

// fill puts values in the place of expressions.
func (w *walker) fill(fr frame, text string) string {
	if !strings.Contains(text, "${{") {
		return text
	}
	return expression.ReplaceAllStringFunc(text, func(written string) string {
		if v, ok := fr.value(expression.FindStringSubmatch(written)[1]); ok && len(v) <= maxValue {
			return v
		}
		return written
	})
}

// maxValue bounds what is put in the place of an expression: values of values would double.
const maxValue = 4096

func (w *walker) filled(fr frame, values map[string]string) map[string]string {
	if len(values) == 0 {
		return nil
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(values)), func(v string) bool { return strings.Contains(v, "${{") }) {
		return values
	}
	all := make(map[string]string, len(values))
	for name, v := range values {
		all[name] = w.fill(fr, v)
	}
	return all
}

func (w *walker) filledValues(fr frame, values map[string]pipeline.Value) map[string]string {
	all := make(map[string]string, len(values))
	for name, v := range values {
		all[name] = w.fill(fr, v.Text)
	}
	return all
}

// inputs are what a callee's inputs are: given by the caller, else the defaults.
func (w *walker) inputs(fr frame, callee *file, with map[string]pipeline.Value) map[string]string {
	all := maps.Clone(callee.Defaults)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, w.filledValues(fr, with))
	return all
}

func merged(outer, inner map[string]string) map[string]string {
	if len(inner) == 0 {
		return outer
	}
	all := make(map[string]string, len(outer)+len(inner))
	maps.Copy(all, outer)
	maps.Copy(all, inner)
	return all
}

// wholeExpression is the text that one expression stands for, where a run is nothing else.
func (w *walker) wholeExpression(fr frame, body string) (string, bool) {
	m := expression.FindStringSubmatch(body)
	if m == nil || m[0] != strings.TrimSpace(body) {
		return "", false
	}
	return fr.value(m[1])
}

// wordsOf are variables as words: an expression in one is a gap.
func wordsOf(env map[string]string) map[string]shell.Word {
	if len(env) == 0 {
		return nil
	}
	all := make(map[string]shell.Word, len(env))
	for name, v := range env {
		all[name] = wordOf(v)
	}
	return all
}

// wordOf is a text as a word: an expression in it is a gap.
func wordOf(text string) shell.Word {
	word := shell.Word{}
	for {
		before, after, open := strings.Cut(text, "${{")
		inner, rest, closed := strings.Cut(after, "}}")
		if !open || !closed {
			word.Text += text
			return word
		}
		word.Text += before + shell.Gap
		word.From = append(word.From, strings.TrimSpace(inner))
		text = rest
	}
}

// within are the variables of a command: its own, and those around it.
func within(outer, own map[string]shell.Word) map[string]shell.Word {
	if len(own) == 0 || len(outer) == 0 {
		if len(own) == 0 {
			return outer
		}
		return own
	}
	all := maps.Clone(outer)
	maps.Copy(all, own)
	return all
}

// known puts values in the place of the gaps of a word.
func (fr frame) known(word shell.Word) shell.Word {
	if word.Known() {
		return word
	}
	var text strings.Builder
	var from []string
	parts := strings.Split(word.Text, shell.Gap)
	for i, part := range parts {
		text.WriteString(part)
		if i >= len(word.From) {
			continue
		}
		v, ok := fr.value(word.From[i])
		switch {
		case !ok || len(v) > maxValue:
			text.WriteString(shell.Gap)
			from = append(from, word.From[i])
		case strings.Contains(v, "${{"):
			text.WriteString(shell.Gap)
			from = append(from, strings.TrimSpace(strings.NewReplacer("${{", "", "}}", "").Replace(v)))
		default:
			text.WriteString(v)
		}
	}
	return shell.Word{Text: text.String(), From: from}
}

func (fr frame) knownAll(words []shell.Word) []shell.Word {
	all := make([]shell.Word, len(words))
	for i, word := range words {
		all[i] = fr.known(word)
	}
	return all
}
