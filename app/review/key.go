package review

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// Key stands for the question: SHA-256, in hex, over the rule and the set of files. The
// order of the files does not matter, nor how many people are needed; any other difference
// gives another key.
func (q Question) Key() string {
	files := slices.Clone(q.Files)
	slices.SortFunc(files, byPath)
	files = slices.Compact(files)
	words := make([]string, 0, 1+2*len(files))
	words = append(words, q.Rule)
	if q.About != "" {
		words = append(words, q.About)
	}
	for _, f := range files {
		words = append(words, f.Path, f.Blob)
	}
	sum := sha256.New()
	for _, w := range words {
		// The length comes first, because a path may hold any separator.
		fmt.Fprintf(sum, "%d:%s", len(w), w)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func byPath(a, b File) int {
	return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Blob, b.Blob))
}

// KindOf is how a yes to a rule must be said.
func KindOf(rule string) Kind { return Kind(checks.YesTo(rule)) }
