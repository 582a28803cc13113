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

// tests are what the name of a file, or of a folder above it, ends or begins with when it does
// not serve.
var tests = regexp.MustCompile(`(?i)(^|/)(tests?|__tests__|__mocks__|__fixtures__|specs?|mocks?|fixtures|factories|testdata|testing|stories|e2e|cypress|integration-tests?|benchmarks?)/` +
	`|[._-](test|tests|spec|mock|stories|story|fixture|bench)\.\w+$|(^|/)(test_[^/]*|conftest)\.py$|[a-z](Tests?|Spec|IT)\.(java|kt|cs|php|scala|groovy)$|_(test|spec)\.\w+$`)

func test(name string) bool { return tests.MatchString(name) }
