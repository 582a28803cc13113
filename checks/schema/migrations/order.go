package migrations

import (
	"cmp"
	"strings"
)

// order compares two IDs.
type order func(a, b string) int

// Compare orders two of the line's migrations as its tool runs them: by ID, then by name. A
// plan's or journal's own order is that of Migrations.
func (l *Line) Compare(a, b *File) int {
	by := l.order
	if by == nil {
		by = natural
	}
	return cmp.Or(by(a.ID, b.ID), strings.Compare(a.Name, b.Name), strings.Compare(a.Path, b.Path))
}

// lexical is the order of the bytes.
func lexical(a, b string) int { return strings.Compare(a, b) }

// natural compares runs of digits as numbers and the rest as bytes: 2 before 10, 1.9 before 1.10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x == "" || y == "" {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		if c := compareNumbers(x, y); c != 0 {
			return c
		}
		a, b = a[len(x):], b[len(y):]
	}
	return cmp.Compare(len(a), len(b))
}

// digits are those that a text begins with.
func digits(s string) string {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return s[:n]
}

// compareNumbers compares whole numbers of any length.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// Form is how an ID is written: "14 digits", "4 digits", "numbers" (1, 12, 1.2.3) or "words".
// A number of a fixed width is one with leading zeros, or with eight digits and more.
func Form(id string) string {
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		id = id[i+1:]
	}
	d := digits(id)
	switch {
	case d == "" && digits(strings.TrimLeft(id, "vV")) == "":
		return "words"
	case d != id:
		return "numbers"
	case len(d) >= 8 || d[0] == '0' && len(d) > 1:
		return plural(len(d), "digit")
	}
	return "numbers"
}
