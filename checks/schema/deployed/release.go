package deployed

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/checkrein/checkrein/checks/policy"
)

// Tag is a tag and the commit that it stands for.
type Tag struct {
	Name, Commit string
	When         time.Time // of the commit
}

// A version tag is "v1.2.3", "1.2" or alike: at least two numbers, so that a date or a
// build number is none. What follows a hyphen makes it a pre-release, which does not count.
var (
	versionTag = regexp.MustCompile(`^v?([0-9]+\.[0-9]+(?:\.[0-9]+)?)(?:\+[0-9A-Za-z.-]+)?$`)
	// versionEnd finds one behind a name too: "api@1.2.3", "release-1.2", "api/v1.2.3".
	versionEnd = regexp.MustCompile(`(?:^|[@/_-])v?([0-9]+\.[0-9]+(?:\.[0-9]+)?)$`)
)

// Releases are the version tags among tags, the highest version first, without pre-releases.
func Releases(tags []Tag) []Tag { return ordered(tags, versionTag) }

// NewestTag is the tag that a glob means: the highest version among those that match,
// also behind a name ("api@1.2.3"); where none is a version, the one whose commit is the
// youngest. False: none matches.
func NewestTag(glob string, tags []Tag) (Tag, bool) {
	var matching []Tag
	for _, t := range tags {
		if policy.Match(glob, t.Name) {
			matching = append(matching, t)
		}
	}
	versions := ordered(matching, versionEnd)
	switch {
	case len(versions) > 0:
		return versions[0], true
	case len(matching) == 0:
		return Tag{}, false
	}
	return slices.MaxFunc(matching, func(a, b Tag) int {
		return cmp.Or(a.When.Compare(b.When), cmp.Compare(a.Name, b.Name))
	}), true
}

// ordered are the tags in whose names a version is found, the highest first.
func ordered(tags []Tag, version *regexp.Regexp) []Tag {
	versions := map[string]string{}
	var list []Tag
	for _, t := range tags {
		if m := version.FindStringSubmatch(t.Name); m != nil {
			versions[t.Name] = m[1]
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b Tag) int {
		return cmp.Or(compareVersions(versions[b.Name], versions[a.Name]), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// compareVersions compares numbers of any length, number by number; a missing one is 0.
func compareVersions(a, b string) int {
	left, right := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(left), len(right)) {
		x, y := number(left, i), number(right, i)
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
	}
	return 0
}

func number(version []string, i int) string {
	if i >= len(version) {
		return ""
	}
	return strings.TrimLeft(version[i], "0")
}
