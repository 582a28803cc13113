package policy

import (
	"strings"
	"testing"
	"time"
)

func TestBadGlob(t *testing.T) {
	for glob, want := range map[string]string{
		"":                                   "is empty",
		"**":                                 "",
		"a/{b,c}/*.{yml,yaml}":               "",
		"a{b":                                "is not a glob",
		"[a-":                                "is not a glob",
		`a\`:                                 "is not a glob",
		"{a}{b}{c}{d}{e}":                    "has more than 4 braces or 16 commas",
		"{" + strings.Repeat("a,", 17) + "}": "has more than 4 braces or 16 commas",
		strings.Repeat("a", 513):             "is longer than 512 bytes",
	} {
		if got := badGlob(glob); got != want {
			t.Errorf("%.40q: want %q, got %q", glob, want, got)
		}
	}
}

// TestMatchBounded matches what a glob may cost at most against the longest path that
// an operating system takes.
func TestMatchBounded(t *testing.T) {
	alternatives := "{" + strings.Repeat("a,", 4) + "a}"
	for _, glob := range []string{
		strings.Repeat("*"+alternatives, 4) + "b",
		"**/" + strings.Repeat(alternatives, 4) + "b",
		strings.Repeat("*a", 200) + "b",
		strings.Repeat("**/a*/", 80) + "b",
	} {
		if problem := badGlob(glob); problem != "" {
			t.Fatalf("%.40q %s", glob, problem)
		}
		for _, name := range []string{strings.Repeat("a", 4096), strings.Repeat("a/", 2048)} {
			start := time.Now()
			if Match(glob, name) {
				t.Errorf("%.40q matches", glob)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%.40q took %v", glob, took)
			}
		}
	}
}
