package known

import (
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// outside are the references of an expression whose value nobody finds in the repository.
var outside = regexp.MustCompile(`(?:^|[^.\w-])(` +
	`(?:github\.event\.(?:inputs|client_payload)|inputs|vars|secrets)(?:\.[A-Za-z0-9_-]+|\[[^\]]{1,80}\])+` +
	`|github\.event\.comment\.body\b)`)

// chosen are the references in what gaps hang on that come from outside. What is computed by a
// command, a loop or an earlier step is not: it follows from the repository and what it finds.
func chosen(from []string) []string {
	var refs []string
	for _, f := range from {
		if strings.HasPrefix(f, "$(") || strings.HasPrefix(f, "`") {
			continue
		}
		if len(refs) == 16 {
			break
		}
		for _, m := range outside.FindAllStringSubmatch(clip(f), 8) {
			if ref := m[1]; ref != "secrets.GITHUB_TOKEN" && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

// clip keeps what is looked through within bounds; no reference that matters stands so far out.
func clip(s string) string { return s[:min(len(s), 2000)] }

// shown is a word as a target is told: gaps as "…".
func shown(w shell.Word) string {
	s := strings.ReplaceAll(clip(w.Text), shell.Gap, "…")
	return strings.ToValidUTF8(strings.ReplaceAll(s, "{}", "…"), "")
}

// expression is an expression of GitHub's in the value of an input.
var expression = regexp.MustCompile(`(?s)\$\{\{(.*?)\}\}`)

// word reads the value of an input: each expression is a gap.
func word(value string) shell.Word {
	var w shell.Word
	w.Text = expression.ReplaceAllStringFunc(value[:min(len(value), mostText)], func(e string) string {
		w.From = append(w.From, strings.TrimSpace(e[3:len(e)-2]))
		return shell.Gap
	})
	return w
}

// withoutCredentials is an address without what stands before its host: a user and a password
// choose no target, and are not for showing.
func withoutCredentials(w shell.Word) shell.Word {
	begin := strings.Index(w.Text, "://")
	if begin < 0 {
		return w
	}
	begin += len("://")
	end := begin + strings.LastIndexByte(untilSlash(w.Text[begin:]), '@') + 1
	head, tail := w.Text[:begin], cut(w, end)
	before := min(strings.Count(head, shell.Gap), len(w.From))
	return shell.Word{Text: head + tail.Text, From: append(w.From[:before:before], tail.From...)}
}

func untilSlash(s string) string {
	host, _, _ := strings.Cut(s, "/")
	return host
}

// cut is the word from byte offset on.
func cut(w shell.Word, offset int) shell.Word {
	before := strings.Count(w.Text[:offset], shell.Gap)
	return shell.Word{Text: w.Text[offset:], From: w.From[min(before, len(w.From)):]}
}
