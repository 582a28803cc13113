package policy

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// Bounds of inline ignores: more of them in one file is not meant seriously.
const (
	maxIgnores = 500
	maxIgnore  = 1000 // bytes of one comment
)

// Inline finds the "checkrein:ignore" comments of a file:
//
//	# checkrein:ignore images/mutable-tag until=2027-01-31 reason="local only"
//
// One speaks of its own line, or of the next line with content when it has its line
// to itself. The comment syntax goes by the name of the file; where it has none
// (JSON) nothing is found. Only what is a comment counts, not the same words in a
// string. Whether one has ended, and whether a change adds it, is not decided here.
func Inline(path string, data []byte, rules []string) []checks.Ignore {
	var ignores []checks.Ignore
	s := scanComments(path, data)
	for _, c := range s.comments[:min(len(s.comments), maxIgnores)] {
		ignore := parseIgnore(c.text, rules)
		ignore.Path, ignore.Line = path, c.line
		covers, text := s.below(c.line)
		switch {
		case covers > 0:
			ignore.Covers, ignore.LineSum = covers, fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		case ignore.Problem == "":
			ignore.Problem = "nothing stands below it"
		}
		ignores = append(ignores, ignore)
	}
	return ignores
}

// MarkNew marks the inline ignores that the merge base does not have. The line
// that one covers belongs to it: an old ignore does not cover a new image.
func MarkNew(head, base []checks.Ignore, was func(string) string) {
	type id struct{ path, rule, until, reason, line string }
	count := map[id]int{}
	for _, i := range base {
		count[id{i.Path, i.Rule, i.Until, i.Reason, i.LineSum}]++
	}
	for i := range head {
		k := id{was(head[i].Path), head[i].Rule, head[i].Until, head[i].Reason, head[i].LineSum}
		head[i].New = count[k] == 0
		count[k]--
	}
}

// scanComments finds the comments that begin with the directive.
func scanComments(path string, data []byte) *scanner {
	if !bytes.Contains(data, []byte(directive)) {
		return newScanner("")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	s := newScanner(string(data))
	if isYAML(path, data) {
		scanYAML(s)
	} else if x := syntaxOf(path); x != nil {
		x.scan(s)
	}
	return s
}

// isYAML reports whether a file is read as YAML; templates are YAML or JSON.
func isYAML(name string, data []byte) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yml", ".yaml":
		return true
	case ".template":
		return !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{"))
	}
	return false
}

// parseIgnore reads what stands behind the directive; the first thing wrong is the problem.
func parseIgnore(text string, rules []string) checks.Ignore {
	var ignore checks.Ignore
	wrong := func(problem string) {
		if ignore.Problem == "" {
			ignore.Problem = problem
		}
	}
	seen := map[string]bool{}
	for text = strings.TrimSpace(text[:min(len(text), maxIgnore)]); text != ""; {
		var word assignment
		var problem string
		word, text, problem = nextWord(text)
		if wrong(problem); word.key != "" && seen[word.key] {
			wrong(word.key + " stands twice")
		}
		seen[word.key] = true
		wrong(word.set(&ignore))
	}
	wrong(ruleProblem(ignore.Rule, rules))
	_, problem := term(ignore.Reason, ignore.Until)
	wrong(problem)
	return ignore
}

// assignment is one word of an ignore: key=value, or a value alone.
type assignment struct{ key, value string }

// set puts the word where it belongs and says what is wrong with it.
func (w assignment) set(ignore *checks.Ignore) (problem string) {
	switch {
	case w.key == "until":
		ignore.Until = w.value
	case w.key == "reason":
		ignore.Reason = w.value
	case w.key != "":
		return fmt.Sprintf("unknown key %q", w.key)
	case ignore.Rule == "":
		ignore.Rule = w.value
	default:
		return fmt.Sprintf("one comment names one rule: %q is too much (a reason of several words stands in quotes)", w.value)
	}
	return ""
}

// nextWord takes a word, key=value or key="some value" from the front of text.
func nextWord(text string) (w assignment, rest, problem string) {
	end := strings.IndexAny(text, " \t=")
	if end >= 0 && text[end] == '=' {
		w.key, text = text[:end], text[end+1:]
		if quoted, ok := strings.CutPrefix(text, `"`); ok {
			w.value, rest, ok = strings.Cut(quoted, `"`)
			if !ok {
				return assignment{key: w.key}, "", "the quotes are not closed"
			}
			return w, strings.TrimSpace(rest), ""
		}
		end = strings.IndexAny(text, " \t")
	}
	if end < 0 {
		end = len(text)
	}
	w.value = text[:end]
	return w, strings.TrimSpace(text[end:]), ""
}

// ruleProblem says why an ignore cannot name this rule; empty when it can.
func ruleProblem(rule string, rules []string) string {
	switch {
	case rule == "":
		return "it names no rule"
	case strings.Contains(rule, "*"):
		return "it must name one rule: a wildcard is not accepted"
	case isPolicyRule(rule):
		return rule + " guards the policy itself and always blocks"
	case !slices.Contains(rules, rule):
		return fmt.Sprintf("unknown rule %q%s", rule, didYouMean(rule, rules))
	}
	return ""
}
