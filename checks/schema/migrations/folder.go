package migrations

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// outside reports whether a path lies where nothing of the product's own database stands:
// among dependencies and tests.
func outside(file string) bool {
	for _, part := range strings.Split(path.Dir(file), "/") {
		switch part {
		case "node_modules", "vendor", "third_party", "testdata", "test", "tests", "__tests__", "fixtures", "__fixtures__", "spec", ".git":
			return true
		}
	}
	return false
}

// isMigrationFolder reports whether a folder's name says that migrations are in it.
func isMigrationFolder(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "migration") || slices.Contains([]string{"migrate", "migrates", "alterations", "upgrades", "changelog", "changelogs", "drizzle"}, name)
}

// inMigrationFolder reports whether a file stands in such a folder, or below one.
func inMigrationFolder(file string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(file), "/"), isMigrationFolder)
}

// versioned are folders that only part the migrations of one line: by year or release.
var versioned = regexp.MustCompile(`^[vV]?[0-9][0-9._-]*$`)

// folderOf is the folder that holds a file's line: its own, without the parts for years and
// releases.
func folderOf(file string) string {
	dir := path.Dir(file)
	for versioned.MatchString(path.Base(dir)) && path.Dir(dir) != "." {
		dir = path.Dir(dir)
	}
	return dir
}

// numbered takes a file's name apart: the number it begins with, and the words behind.
var numbered = regexp.MustCompile(`^([vV]?[0-9]+(?:[.T-][0-9]+)*)(?:[^0-9A-Za-z]+(.*))?$`)

// idOf are ID and name of a file that begins with its number. Folders for years and releases
// are part of the number. Without a number the whole name orders it.
func idOf(file, root string) (id, name string) {
	inner := strings.TrimPrefix(strings.TrimPrefix(path.Dir(file), root), "/")
	base := stem(path.Base(file))
	if m := numbered.FindStringSubmatch(base); m != nil {
		id, name = m[1], m[2]
	} else {
		id, name = base, base
	}
	if inner != "" && inner != path.Dir(file) {
		id = inner + "/" + id
	}
	return id, name
}

// stem is a file's name without its last extension.
func stem(base string) string { return strings.TrimSuffix(base, path.Ext(base)) }

// foreign is the place of a file that only the policy knows.
func foreign(file string) at {
	root := folderOf(file)
	id, name := idOf(file, root)
	return at{kind: Migration, root: root, id: id, name: name}
}

func isSQL(file string) bool { return strings.EqualFold(path.Ext(file), ".sql") }
