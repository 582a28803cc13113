package webhook

import (
	"slices"
	"strings"
)

// Owners are the logins whose installations are served; empty: all.
type Owners []string

// Serve reports whether an owner is among them; GitHub's logins differ by more than case.
func (o Owners) Serve(owner string) bool {
	return len(o) == 0 || slices.ContainsFunc(o, func(one string) bool { return strings.EqualFold(one, owner) })
}
