package policy

import (
	"fmt"
	"slices"
)

// Document is one policy file as it was read: which keys it sets, and to what. It
// can be resolved any number of times.
type Document struct {
	source   string
	settings []setting
	locks    []string // dotted keys that repositories cannot set; organisation only
}

// setting is one key of a document.
type setting struct {
	key     string // "checks.images.level"
	line    int    // 1-based
	apply   func(*Policy)
	entries places // of a list
}

// Problem is why a policy file is invalid.
type Problem struct {
	Line    int // 1-based
	Column  int // 1-based, in bytes
	Message string
}

// String is "12:3: message".
func (p Problem) String() string { return fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message) }

// Parse reads the policy of a repository that has no organisation defaults; see Read.
func Parse(source string, data []byte, rules []string) (*Policy, []Problem) {
	doc, problems := Read(source, data, rules)
	if problems != nil {
		return nil, problems
	}
	p, _ := Resolve(nil, doc)
	return p, nil
}

// Resolve is the policy that holds: the defaults, then the organisation's document,
// then the repository's, key by key. A list replaces the one before it, exceptions
// add up. Either document may be nil. The notices name what the repository sets
// although the organisation locks it; it has no effect.
func Resolve(org, repo *Document) (*Policy, []string) {
	p := Default()
	org.applyTo(p, nil)
	notices := repo.applyTo(p, org)
	if repo != nil {
		p.Locked = slices.Clone(repo.locks)
	}
	return p, notices
}

// applyTo sets on p what the document sets and locker does not lock.
func (d *Document) applyTo(p *Policy, locker *Document) (notices []string) {
	if d == nil {
		return nil
	}
	for _, s := range d.settings {
		if lock := locker.lockOf(s.key); lock != "" {
			notices = append(notices, fmt.Sprintf("%s:%d: %s has no effect: the organisation locks %s in %s",
				d.source, s.line, s.key, lock, locker.source))
			continue
		}
		s.apply(p)
	}
	return notices
}

// lockOf is the lock of the document that holds key; else empty.
func (d *Document) lockOf(key string) string {
	if d == nil {
		return ""
	}
	return lockOver(d.locks, key)
}

// place is where in the file a key is set: the lines of these entries of its list, or,
// where it has none of them, the line of its value. None when the file does not set it.
func (d *Document) place(key string, entries []string) []int {
	if d == nil {
		return nil
	}
	i := slices.IndexFunc(d.settings, func(s setting) bool { return s.key == key })
	if i < 0 {
		return nil
	}
	var lines []int
	for _, entry := range entries {
		if line := d.settings[i].entries[entry]; line > 0 {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return []int{d.settings[i].line}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
