package pipeline

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// runner are the labels a job runs on as written, whether one of the machines they may name
// is the owner's own, and whether all of them run Windows.
func (w *workflow) runner(n, matrix *yaml.Node) (labels string, selfHosted, windows bool) {
	group := ""
	if isMapping(n) {
		group, n = nameOf(w.field(n, "group")), w.field(n, "labels")
	}
	written := w.textsOf(n)
	labels = strings.Join(written, ", ")
	if group != "" {
		return strings.TrimSuffix("group "+group+", "+labels, ", "), true, isWindows(written)
	}
	sets := w.machines(written, matrix)
	selfHosted = slices.ContainsFunc(sets, isSelfHosted)
	windows = len(sets) > 0 && !slices.ContainsFunc(sets, func(set []string) bool { return !isWindows(set) })
	return labels, selfHosted, windows
}

// machines are the sets of labels that a job may run on, as far as the file says it; where
// it does not say what an expression comes to, the labels as they are written.
func (w *workflow) machines(written []string, matrix *yaml.Node) [][]string {
	var plain []string
	var sets [][]string
	for _, label := range written {
		if strings.Contains(label, "${{") {
			sets = append(sets, w.chosen(label, matrix)...)
		} else {
			plain = append(plain, label)
		}
	}
	for i, set := range sets {
		sets[i] = slices.Concat(plain, set)
	}
	if len(sets) == 0 && len(written) > 0 {
		sets = [][]string{written}
	}
	return sets
}

// chosen are the labels that an expression may come to: the literals in it, the values of
// the matrix, the defaults of inputs.
func (w *workflow) chosen(label string, matrix *yaml.Node) [][]string {
	var sets [][]string
	literals, names := choices(label)
	for _, text := range literals {
		sets = append(sets, labelSet(text)...)
	}
	for _, name := range names {
		parts := strings.Split(name, ".")
		switch strings.ToLower(parts[0]) {
		case "matrix":
			sets = append(sets, w.matrixSets(matrix, parts[1:])...)
		case "inputs":
			sets = append(sets, labelSet(w.file.Defaults[strings.Join(parts[1:], ".")])...)
		}
	}
	return sets
}

// labelSet is a label, or the labels of a JSON list, as fromJSON takes it.
func labelSet(text string) [][]string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if list, ok := strings.CutPrefix(text, "["); ok {
		var set []string
		for _, word := range strings.Split(strings.TrimSuffix(list, "]"), ",") {
			set = append(set, strings.Trim(word, ` "'`))
		}
		return [][]string{set}
	}
	return [][]string{{text}}
}

// matrixSets are the values of a matrix's row, those of its includes among them.
func (w *workflow) matrixSets(matrix *yaml.Node, path []string) [][]string {
	if len(path) == 0 {
		return nil
	}
	values := w.items(w.field(matrix, path[0]))
	for _, include := range w.items(w.field(matrix, "include")) {
		if value := w.field(include, path[0]); value != nil {
			values = append(values, value)
		}
	}
	var sets [][]string
	for _, value := range values {
		if set := w.textsOf(w.path(value, path[1:]...)); len(set) > 0 && w.visit(len(set)) {
			sets = append(sets, set)
		}
	}
	return sets
}

const selfHostedLabel = "self-hosted"

// isSelfHosted reports whether a job with these labels runs on a machine that is kept: one
// says so, or none is of a machine that is made for the job alone. What an expression
// comes to is not known.
func isSelfHosted(labels []string) bool {
	known := false
	for _, label := range labels {
		label = strings.ToLower(label)
		if label == selfHostedLabel {
			return true
		}
		known = known || strings.Contains(label, "${{") || isHosted(label)
	}
	return !known
}

// isHosted reports whether a label is one of GitHub's machines, larger ones with names of
// that shape included, or of a vendor whose machines are made for one job.
func isHosted(label string) bool {
	for _, system := range []string{"ubuntu-", "windows-20", "macos-"} { // within the names that organisations give larger machines
		if strings.Contains(label, system) {
			return true
		}
	}
	for _, prefix := range []string{
		"ubuntu-", "windows-", "macos-", "github-hosted",
		"blacksmith-", "buildjet-", "depot-", "namespace-profile-", "nscloud-", "ubicloud", "warp-",
		"runs-on", "codebuild-", "cirrus-",
	} {
		if strings.HasPrefix(label, prefix) {
			return true
		}
	}
	return false
}

func isWindows(labels []string) bool {
	return slices.ContainsFunc(labels, func(label string) bool {
		return strings.HasPrefix(strings.ToLower(label), "windows")
	})
}
