package images

import (
	cmpstd "cmp"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// registryFake is a registry as a case writes it, a line an answer: what is asked, then
// "digest a", "gone", "problem TEXT", "unasked TEXT" or "seen a b". A letter stands for
// 64 of them.
type registryFake struct {
	testing.TB
	answers map[string]Answer
	asked   []string
}

func readRegistry(t testing.TB, text string) *registryFake {
	w := &registryFake{TB: t, answers: map[string]Answer{}}
	for line := range strings.Lines(text) {
		question, answer, _ := strings.Cut(long(strings.TrimSpace(line)), " ")
		verb, rest, _ := strings.Cut(answer, " ")
		switch verb {
		case "digest":
			w.answers[question] = Answer{Digest: rest}
		case "gone":
			w.answers[question] = Answer{Gone: true}
		case "problem":
			w.answers[question] = Answer{Problem: rest}
		case "unasked":
			w.answers[question] = Answer{Unasked: rest}
		case "seen":
			var a Answer
			for i, d := range strings.Fields(rest) {
				at := time.Date(2026, 1, 1+i, 12, 0, 0, 0, time.UTC)
				a.Digest, a.Seen = d, append(a.Seen, Sighting{Digest: d, First: at, Last: at})
			}
			w.answers[question] = a
		default:
			t.Fatalf("registry: %q is no answer", line)
		}
	}
	return w
}

var oneLetter = regexp.MustCompile(`sha256:([a-f])\b`)

// long writes digests out, short writes them short again.
func long(text string) string {
	return oneLetter.ReplaceAllStringFunc(text, func(d string) string { return "sha256:" + strings.Repeat(d[7:], 64) })
}

func short(text string) string {
	for letter := range strings.SplitSeq("abcdef", "") {
		text = strings.ReplaceAll(text, strings.Repeat(letter, 64), letter)
	}
	return text
}

func (w *registryFake) Resolve(_ context.Context, questions []Question) []Answer {
	answers := make([]Answer, len(questions))
	seen := map[string]bool{}
	for i, q := range questions {
		key := q.Name + ":" + q.Tag
		switch {
		case q.Digest != "":
			key = q.Name + "@" + q.Digest
		case q.Tag == "":
			key = q.Name
		}
		if seen[key] {
			w.Errorf("%s is asked twice", key)
		}
		seen[key] = true
		w.asked = append(w.asked, key)
		answers[i] = w.answers[key]
	}
	return answers
}

// Each file of testdata/lookup is a repository before and after a change, what registries
// answer, and by hand what is asked, what must be said and what the edits make of it.
func TestLookup(t *testing.T) {
	files, err := filepath.Glob("testdata/lookup/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i := range archive.Files {
				archive.Files[i].Data = []byte(long(string(archive.Files[i].Data)))
			}
			registry := readRegistry(t, section(archive, "registry"))
			report := judgeLookup(t, archive, registry)
			got := "asked " + strings.Join(registry.asked, " ") + "\n" + describe(report) + describeFixes(report)
			if diff := cmp.Diff(short(section(archive, "want")), short(got)); diff != "" {
				t.Errorf("want (-) and got (+):\n%s", diff)
			}
			mended := edited(t, archive, report)
			again := judgeLookup(t, mended, readRegistry(t, section(archive, "registry")))
			for _, f := range again.Findings {
				if len(f.Fix.Edits) > 0 {
					t.Errorf("a second run edits again: %s %s %+v", f.Path, f.Subject, f.Fix.Edits)
				}
			}
		})
	}
}

func judgeLookup(t *testing.T, archive *txtar.Archive, registry Resolver) checks.Report {
	t.Helper()
	p, problems := policy.Parse("policy", []byte(section(archive, "policy")), ruleIDs())
	if len(problems) > 0 {
		t.Fatalf("policy: %v", problems)
	}
	ctx := context.Background()
	base, head := tree.FromTxtar("base", archive, "base"), tree.FromTxtar("head", archive, "head")
	files, err := tree.Compare(ctx, base, head)
	if err != nil {
		t.Fatal(err)
	}
	return New(p, ruleIDs(), nil, registry).Run(ctx, checks.Change{Tip: base, MergeBase: base, Head: head, Files: files})
}

// describeFixes writes what could be edited, and the notices.
func describeFixes(r checks.Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		for _, e := range f.Fix.Edits {
			fmt.Fprintf(&b, "edit %s:%d:%d-%d %s -> %s\n", e.Path, e.Line, e.Column, e.EndColumn, e.Old, e.New)
		}
		if f.Fix.Missing != "" {
			fmt.Fprintf(&b, "no edit of %s: %s\n", f.Subject, f.Fix.Missing)
		}
	}
	for _, n := range r.Notices {
		fmt.Fprintf(&b, "notice %s\n", n)
	}
	return b.String()
}

// edited is the case with the edits made in its head: each replaces what it says it does.
func edited(t *testing.T, archive *txtar.Archive, r checks.Report) *txtar.Archive {
	t.Helper()
	var edits []checks.Edit
	for _, f := range r.Findings {
		edits = append(edits, f.Fix.Edits...)
	}
	// From the end, so that columns stay true.
	slices.SortFunc(edits, func(a, b checks.Edit) int {
		return cmpstd.Or(cmpstd.Compare(a.Path, b.Path), cmpstd.Compare(b.Line, a.Line), cmpstd.Compare(b.Column, a.Column))
	})
	edits = slices.Compact(edits)
	out := &txtar.Archive{}
	for _, f := range archive.Files {
		lines := strings.SplitAfter(string(f.Data), "\n")
		for _, e := range edits {
			if "head/"+e.Path != f.Name {
				continue
			}
			line := lines[e.Line-1]
			if line[e.Column-1:e.EndColumn-1] != e.Old {
				t.Fatalf("%s:%d: the edit is about %q, there stands %q", e.Path, e.Line, e.Old, line[e.Column-1:e.EndColumn-1])
			}
			lines[e.Line-1] = line[:e.Column-1] + e.New + line[e.EndColumn-1:]
		}
		out.Files = append(out.Files, txtar.File{Name: f.Name, Data: []byte(strings.Join(lines, ""))})
	}
	return out
}
