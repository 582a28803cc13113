package policy

import (
	"slices"
	"strings"
	"time"
)

// scope is what an exception speaks of, letter by letter. Whether one glob matches less
// than another is not asked.
type scope struct{ rule, path, subject string }

func (e Exception) scope() scope { return scope{e.Rule, e.Path, e.Subject} }

func (s scope) String() string {
	return strings.TrimSpace(s.rule + " " + s.path + " " + s.subject)
}

// entry is the exception as an entry of its list.
func (e Exception) entry() string { return e.scope().String() + " " + e.term() }

// term is "until 2027-01-31", or none for an exception that cannot count.
func (e Exception) term() string {
	if e.Problem != "" {
		return "none"
	}
	return "until " + e.Until.Format(time.DateOnly)
}

// window is the days from today on which an exception counts.
type window struct {
	first, last time.Time
	exception   Exception
}

// windowOf is empty (last before first) for an exception that cannot count or has ended.
// One that ends too far ahead counts a year before its end at the earliest.
func windowOf(e Exception, today time.Time) window {
	w := window{first: e.Until.AddDate(-1, 0, 0), last: e.Until, exception: e}
	if day := today.UTC().Truncate(24 * time.Hour); w.first.Before(day) {
		w.first = day
	}
	if e.Problem != "" {
		w.last = time.Time{}
	}
	return w
}

func (w window) empty() bool { return w.last.Before(w.first) }

// within reports whether one of the list counts on every day of w.
func (w window) within(list []window) bool {
	return slices.ContainsFunc(list, func(other window) bool {
		return !other.last.Before(w.last) && !other.first.After(w.first)
	})
}

// looserExceptions are the exceptions of after that let something pass on a day on which
// before does not.
func looserExceptions(before, after *Policy, today time.Time) []Loosening {
	was := map[scope][]window{}
	for _, e := range before.Exceptions {
		was[e.scope()] = append(was[e.scope()], windowOf(e, today))
	}
	var all []Loosening
	seen := map[string]bool{}
	for _, e := range after.Exceptions {
		w := windowOf(e, today)
		anySubject := scope{e.Rule, e.Path, ""}
		if w.empty() || seen[e.entry()] || w.within(was[e.scope()]) || w.within(was[anySubject]) {
			continue
		}
		seen[e.entry()] = true
		all = append(all, looserException(e, was[e.scope()]))
	}
	return all
}

func looserException(e Exception, same []window) Loosening {
	l := Loosening{Key: "exceptions", Subject: e.scope().String(), Before: "none", After: e.term(),
		Entries: []string{e.entry()}, Why: "Findings of " + e.Rule + " pass that did not."}
	if len(same) > 0 {
		was := same[0].exception
		l.Before, l.Entries = was.term(), append(l.Entries, was.entry())
	}
	return l
}
