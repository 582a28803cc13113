package hub

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxBranch is how long a branch name may be, in bytes.
const maxBranch = 1024

// checkBranch refuses names that git refuses and that could mean something else in an
// address. Escaped, all others are one segment of a path.
func checkBranch(name string) error {
	if name == "" || len(name) > maxBranch || !utf8.ValidString(name) {
		return fmt.Errorf("branch name of %d bytes: want 1 to %d, in UTF-8", len(name), maxBranch)
	}
	odd := func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(` ~^:?*[\`, r) }
	if strings.HasPrefix(name, ".") || strings.Contains(name, "/.") || strings.Contains(name, "..") || strings.ContainsFunc(name, odd) {
		return fmt.Errorf("branch name %q is not one git allows", clip(name))
	}
	return nil
}
