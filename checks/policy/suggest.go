package policy

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// maxGuess bounds the words that are compared: longer ones are no typing errors.
const maxGuess = 64

// didYouMean is `; did you mean "…"?` for the nearest candidate, or empty when none is near.
func didYouMean(word string, candidates []string) string {
	if guess := nearest(word, candidates); guess != "" {
		return fmt.Sprintf("; did you mean %q?", guess)
	}
	return ""
}

// nearest is the candidate a mistyped word most likely means: two letters or a third
// of them differ, or only what stands before the slash is missing.
func nearest(word string, candidates []string) string {
	if len(word) > maxGuess {
		return ""
	}
	best, least := "", max(2, len(word)/3)+1
	for _, candidate := range candidates {
		if _, name, ok := strings.Cut(candidate, "/"); ok && name == word {
			return candidate
		}
		if d := levenshtein.ComputeDistance(word, candidate); d < least && 2*d <= len(candidate) {
			best, least = candidate, d
		}
	}
	return best
}
