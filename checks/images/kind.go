package images

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// kind is what a file is for; it decides how hard its findings are.
type kind int

const (
	deployment kind = iota
	building        // Dockerfiles and build tools
	pipeline        // CI
	example         // examples, tests, documentation
)

// exampleDirs are folders whose files nobody deploys.
var exampleDirs = regexp.MustCompile(`(?i)^_*(e2e|examples?|samples?|demos?|tutorials?|tests?|testing|testdata|fixtures?|docs?|documentation|spec|quickstarts?|playground|benchmarks?|archived?|deprecated)_*$`)

// exampleDirWords finds the same words inside longer folder names: integration-tests, getting-started-example.
var exampleDirWords = regexp.MustCompile(`(?i)(^|[-_.])(e2e|examples?|samples?|tests?|testdata|fixtures?|demos?)([-_.]|$)`)

// exampleFiles are file names that say the same: compose.test.yml, Dockerfile.e2e, values that a chart is linted with.
var exampleFiles = regexp.MustCompile(`(?i)(^|[-_.])(e2e|example|sample|tests?|testing|demo)([-_.]|$)|^lint-.*values\.ya?ml$`)

// vendored is other people's code: Go keeps it under the host that it comes from.
var vendored = regexp.MustCompile(`(^|/)(vendor/[a-z0-9-]+(\.[a-z0-9-]+)+|node_modules)/`)

// chartTests are values that chart-testing installs a chart with.
var chartTests = regexp.MustCompile(`(^|/)ci/[^/]*values[^/]*\.ya?ml$`)

var pipelineDirs = regexp.MustCompile(`^(\.github|\.gitlab|\.circleci|\.buildkite|\.woodpecker|\.azuredevops|\.azure-pipelines|\.drone|\.tekton|\.ci|ci)$`)

func isExample(file string, folders []string, base string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return exampleDirs.MatchString(folder) || exampleDirWords.MatchString(folder)
	}) || exampleFiles.MatchString(base) || chartTests.MatchString(file) || vendored.MatchString(file)
}

// exampleParts: one of them is in every path that the expressions match.
const exampleParts = "e2e example sample demo tutorial test fixture doc spec quickstart playground benchmark archive deprecated lint- ci/ vendor/ node_modules/"

// mayBeExample spares most paths the expressions.
func mayBeExample(file string) bool {
	file = strings.ToLower(file)
	for part := range strings.SplitSeq(exampleParts, " ") {
		if strings.Contains(file, part) {
			return true
		}
	}
	return false
}

// kindOf tells a file's kind by path and by format.
func kindOf(file, format string) kind {
	dir, base := path.Split(file)
	folders := strings.Split(strings.Trim(dir, "/"), "/")
	if mayBeExample(file) && isExample(file, folders, base) {
		return example
	}
	if slices.ContainsFunc(folders, pipelineDirs.MatchString) {
		return pipeline
	}
	if format == "dockerfile" || format == "devcontainer" || strings.Contains("/"+dir, "/.devcontainer/") {
		return building
	}
	return deployment
}

// soften lowers a severity for files that are not deployed: building and CI one
// step, examples to a note.
func (k kind) soften(s checks.Severity) checks.Severity {
	switch {
	case s == checks.Off:
		return s
	case k == example:
		return checks.Note
	case k == deployment:
		return s
	}
	return s.Lower()
}
