package usage

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// language is how a file is scanned for literals.
type language int

const (
	none language = iota
	javaScript
	python
	ruby
	golang
	php
	java
	kotlin
	cSharp
	elixir
	sqlText
	prismaSchema
)

var languages = map[string]language{
	".ts": javaScript, ".tsx": javaScript, ".mts": javaScript, ".cts": javaScript, ".js": javaScript, ".jsx": javaScript,
	".mjs": javaScript, ".cjs": javaScript, ".vue": javaScript, ".svelte": javaScript, ".astro": javaScript,
	".py": python, ".rb": ruby, ".rake": ruby, ".go": golang, ".php": php, ".java": java, ".kt": kotlin, ".kts": kotlin,
	".scala": java, ".groovy": java, ".cs": cSharp, ".ex": elixir, ".exs": elixir, ".sql": sqlText, ".prisma": prismaSchema,
}

// vendored are folders that hold what others wrote or a build made.
var vendored = []string{"node_modules", "vendor", "dist", "third_party", "bower_components", ".yarn", "site-packages", "__generated__", ".next", ".git"}

// Reads reports whether Read may find something in a file of that path. Migrations are not
// read: they run once, and what they say is not what the running code uses.
func Reads(name string) bool {
	return languageOf(name) != none && !skipped(name) && !migration(name)
}

func languageOf(name string) language { return languages[strings.ToLower(path.Ext(name))] }

func skipped(name string) bool {
	base := strings.ToLower(path.Base(name))
	if strings.Contains(base, ".min.") || strings.HasSuffix(base, ".d.ts") {
		return true
	}
	for dir := range strings.SplitSeq(path.Dir(name), "/") {
		if slices.Contains(vendored, dir) {
			return true
		}
	}
	return false
}

// numbered are the names that migration tools give their files.
var numbered = regexp.MustCompile(`^([VvUuRr]?\d|[VvUuRr]__|next-\d|m\d{6}_)`)

// migration reports whether a path looks like that of a migration, of whatever tool.
func migration(name string) bool {
	base := path.Base(name)
	for dir := range strings.SplitSeq(strings.ToLower(path.Dir(name)), "/") {
		switch {
		case dir == "alterations" || dir == "migrate":
			return true
		case strings.Contains(dir, "migration") || dir == "alembic" || dir == "drizzle":
			if numbered.MatchString(base) || path.Ext(base) == ".sql" || path.Ext(base) == ".py" && strings.Contains(name, "/versions/") {
				return true
			}
		}
	}
	return strings.HasSuffix(base, ".up.sql") || strings.HasSuffix(base, ".down.sql")
}

// testFolders are the folders whose files do not serve.
var testFolders = map[string]bool{"test": true, "tests": true, "__tests__": true, "__mocks__": true, "__fixtures__": true, "spec": true, "specs": true,
	"mock": true, "mocks": true, "fixtures": true, "factories": true, "testdata": true, "testing": true, "stories": true, "e2e": true, "cypress": true,
	"integration-test": true, "integration-tests": true, "benchmark": true, "benchmarks": true}

// testSuffixes are what the names of such files end with, before their extension.
var testSuffixes = []string{".test", ".tests", ".spec", ".mock", ".mocks", ".story", ".stories", ".fixture", ".bench", "_test", "_tests", "_spec", "_mock", "-test", "-spec"}

// test reports whether a path is that of a test, a mock or a story.
func test(name string) bool {
	for dir := range strings.SplitSeq(path.Dir(name), "/") {
		if testFolders[strings.ToLower(dir)] {
			return true
		}
	}
	base := path.Base(name)
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	lower := strings.ToLower(stem)
	for _, suffix := range testSuffixes {
		if strings.HasSuffix(lower, suffix) {
			return true
		}
	}
	switch ext {
	case ".py":
		return strings.HasPrefix(lower, "test_") || lower == "conftest" || lower == "tests"
	case ".java", ".kt", ".cs", ".php", ".scala", ".groovy":
		return strings.HasSuffix(stem, "Test") || strings.HasSuffix(stem, "Tests") || strings.HasSuffix(stem, "Spec") || strings.HasSuffix(stem, "IT")
	}
	return false
}
