package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

// unread lists what was not read, with the reasons: it never passes as fine.
// What makes the verdict undecided stands first.
func (t teller) unread() string {
	us := slices.SortedStableFunc(slices.Values(t.j.Verdict.Unread), func(a, b checks.Unread) int {
		return cmp.Compare(weight(b), weight(a))
	})
	return list("### Not read", len(us), 20, 8000, func(i int) string {
		u := us[i]
		place := ""
		if u.Path != "" { // a whole check can fail, without any file
			place = t.h.place("", u.Path, u.Line, u.Line) + ": "
		}
		return "- " + place + prose(u.Reason, 300) + " (" + kindWords(u) + ")\n"
	})
}

func weight(u checks.Unread) int {
	switch {
	case u.Kind == checks.Failed:
		return 2
	case u.Kind == checks.Defeated && u.Touched:
		return 1
	}
	return 0
}

func kindWords(u checks.Unread) string {
	switch {
	case u.Kind == checks.Failed:
		return "the check failed"
	case u.Kind == checks.Unsupported:
		return "no reader for this"
	case !u.Touched:
		return "could not be read; not touched by this change"
	}
	return "could not be read"
}

// suppressed lists, folded, what passes all the same, by what, why and how long.
func (t teller) suppressed() string {
	ss := t.j.Verdict.Suppressed
	if len(ss) == 0 {
		return ""
	}
	heading := fmt.Sprintf("<details><summary>%s let pass</summary>", amount(len(ss), "finding"))
	return list(heading, len(ss), 30, 8000, func(i int) string {
		s := ss[i]
		return "- " + t.h.place("", s.Finding.Path, s.Finding.Line, s.Finding.EndLine) + " " + t.h.rule(s.Finding.Rule) + " " +
			prose(s.Finding.Title, 150) + ": " + passedBy(s) + "\n"
	}) + "</details>\n\n"
}

// passedBy says what let a finding pass.
func passedBy(s verdict.Suppressed) string {
	because := ""
	if s.Reason != "" {
		because = ", because: " + prose(s.Reason, 300)
	}
	switch s.By {
	case "review":
		return "approved in a review by " + people(s) + looked(s.Seen) + because
	case "accept":
		return "accepted by " + people(s) + because
	case "policy":
		return "by an exception of the policy until " + prose(s.Until, 20) + because
	}
	return "by an inline exception until " + prose(s.Until, 20) + because
}

// people names those whose yes let a finding pass.
func people(s verdict.Suppressed) string {
	var names []string
	for _, login := range s.People {
		names = append(names, prose(login, 60))
	}
	return strings.Join(names, ", ")
}

const (
	mostSeen  = 5
	shortBlob = 7
)

// looked tells which files a reviewer had before them.
func looked(seen []verdict.Seen) string {
	if len(seen) == 0 {
		return ""
	}
	var files []string
	for _, f := range seen[:min(len(seen), mostSeen)] {
		id := "not there"
		if f.Blob != "" {
			id = code(f.Blob[:min(len(f.Blob), shortBlob)])
		}
		files = append(files, codeCut(f.Path, 100)+" ("+id+")")
	}
	if more := len(seen) - len(files); more > 0 {
		files = append(files, amount(more, "more file"))
	}
	return "; seen: " + strings.Join(files, ", ")
}

// notices tells what concerns exceptions and the judgement itself.
func (t teller) notices() string {
	ns := slices.Concat(t.h.Notices, t.j.Verdict.Notices)
	if t.h.Late != "" {
		ns = append(ns, t.h.Late)
	}
	return list("### Notices", len(ns), 20, 6000, func(i int) string { return "- " + prose(ns[i], 400) + "\n" })
}

// footer names the judge: what stands behind it, policy and version.
func (t teller) footer() string {
	var parts []string
	if t.h.Enforcement != "" {
		parts = append(parts, prose(t.h.Enforcement, 400))
	}
	if t.h.PolicySource != "" {
		parts = append(parts, "Policy: "+prose(t.h.PolicySource, 300))
	}
	if t.h.Version != "" {
		parts = append(parts, "Checkrein "+prose(t.h.Version, 60))
	}
	if len(parts) == 0 {
		return ""
	}
	return "---\n" + strings.Join(parts, " · ") + "\n"
}
