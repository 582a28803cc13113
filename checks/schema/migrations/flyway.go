package migrations

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	flywayVersion    = regexp.MustCompile(`^([VBU])([0-9]+(?:[._][0-9]+)*)__(.*)\.sql$`)
	flywayRepeatable = regexp.MustCompile(`^R__(.*)\.sql$`)
)

// flyway reads V<version>__name.sql, R__name.sql and B<version>__name.sql; U__ undoes and is
// not run. One migration is one transaction unless one of its statements cannot be in any.
func flyway() format {
	return format{
		name:  "flyway",
		parts: []string{".sql"},
		path: func(file string) (at, bool) {
			base := path.Base(file)
			if m := flywayVersion.FindStringSubmatch(base); m != nil {
				if m[1] == "U" {
					return at{}, true
				}
				return at{kind: Migration, root: folderOf(file), id: strings.ReplaceAll(m[2], "_", "."), name: m[3]}, true
			}
			if m := flywayRepeatable.FindStringSubmatch(base); m != nil {
				return at{kind: Repeatable, root: folderOf(file), id: m[1], name: m[1]}, true
			}
			return at{}, false
		},
		read: func(in input, f *File) { f.Steps = apart(in.filled(true)) },
		order: func(a, b string) int { // 1.0 is 1
			return natural(trimZeros(a), trimZeros(b))
		},
	}
}

func trimZeros(version string) string {
	for strings.HasSuffix(version, ".0") {
		version = strings.TrimSuffix(version, ".0")
	}
	return version
}

// apart takes steps apart into single statements when one of them is in no transaction.
func apart(steps []Step) []Step {
	if !slices.ContainsFunc(steps, func(s Step) bool { return !s.Transaction }) {
		return steps
	}
	var single []Step
	for _, step := range steps {
		for i := range step.Statements {
			single = append(single, Step{Statements: step.Statements[i : i+1]})
		}
	}
	return single
}
