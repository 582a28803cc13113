package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// runsHere is whether a place is one that enter makes; the others are made in deploy.
func runsHere(place string) bool {
	return place == "these files" || strings.HasPrefix(place, "incident ")
}

// runElsewhere says why nothing runs a block in that place.
func runElsewhere(t *testing.T, place, text string) string {
	t.Helper()
	if place == ".ci/run" {
		ci := "\n" + readFile(t, ".ci/run")
		for line := range strings.Lines(text) {
			if !strings.Contains(ci, "\n"+line) {
				return ".ci/run does not run " + line
			}
		}
		return ""
	}
	tests, err := filepath.Glob(filepath.Join(root, "deploy", "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	// What a test takes for a place it takes from all documents, and fails without any.
	asked := regexp.MustCompile(`\b(?:commands\(\w+, |follow\()"` + regexp.QuoteMeta(place) + `"`)
	for _, path := range tests {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if asked.Match(data) {
			return ""
		}
	}
	return fmt.Sprintf("nothing runs in %q: neither enter in this package nor a test in deploy", place)
}

// excused says why a reason is none for not running commands.
func excused(reason string) string {
	good := []string{"needs GitHub itself", "needs the published module", "takes minutes"}
	if slices.Contains(good, reason) {
		return ""
	}
	return fmt.Sprintf("%q is no reason for not running this; there are %q", reason, good)
}

// partOf says what is shown of a file and is not in it.
func partOf(t *testing.T, path, text string) string {
	t.Helper()
	if strings.Contains(readFile(t, path), text) {
		return ""
	}
	return "shows what is not in " + path
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
