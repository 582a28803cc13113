package images

import (
	"regexp"
	"strings"
)

// The patterns of an exact tag: it names one build by the conventions that people
// keep. Everything else moves.
var (
	// 1.2.3, v1.2.3, 1.2.3.4, 1.2.3-alpine, release-1.2.3, web-api-1.2.3, 24.04.1, 2026.01.31
	semantic = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9]*[-_.])*v?\d+\.\d+\.\d+(\.\d+)*([-_.+][\w.\-+]*|[a-z]+\d*)?$`)
	// 2026-01-31, 20260131.2, jammy-20240125, 17-jdk-2024-01-25, bookworm-20240110-slim
	dated = regexp.MustCompile(`(^|[-_.])(19|20)\d\d(-\d\d-\d\d|\d{4})([-_.T]?\d+)*Z?([-_.][A-Za-z][\w.\-]*)?$`)
	// abc1234, sha-abc1234, main-abc1234, pr-12-abc1234, v1.2-5-gabc1234
	commit = regexp.MustCompile(`(^|[-_.])g?([0-9a-f]{7,40})$`)
	// 1234567, 20260131.2
	counter = regexp.MustCompile(`^\d{6,}(\.\d+)*$`)
	// build-1234
	build = regexp.MustCompile(`^(build|ci|run|job|pipeline)-\d+$`)
	// A version or date of something that is rebuilt under the same name: 1.2.3-nightly.
	moving = regexp.MustCompile(`(?i)[-_.](latest|nightly|snapshot|edge|main|master|develop|dev)$`)

	version = regexp.MustCompile(`^v?\d`)
)

// classify says what a tag means; an empty tag is the registry's "latest".
func classify(tag string) Class {
	switch {
	case tag == "":
		return Floating
	case isNumbers(tag):
		return Exact
	case maybeCommit(tag) && commit.MatchString(tag), counter.MatchString(tag), build.MatchString(tag):
		return Exact
	case (strings.Count(tag, ".") > 1 && semantic.MatchString(tag) || dated.MatchString(tag)) && !moving.MatchString(tag):
		return Exact
	case version.MatchString(tag):
		return FloatingVersion
	}
	return Floating
}

// isNumbers: three numbers or more, as most tags are: semantic, and nothing that moves.
func isNumbers(tag string) bool {
	numbers, digits := 0, 0
	for i := range len(tag) {
		switch c := tag[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && digits > 0:
			numbers, digits = numbers+1, 0
		default:
			return false
		}
	}
	return numbers > 1 && digits > 0
}

// maybeCommit: the tag ends like a commit id. Most do not, and the pattern is tried at every byte.
func maybeCommit(tag string) bool {
	const shortest = 7
	return len(tag) >= shortest && strings.Trim(tag[len(tag)-shortest:], "0123456789abcdef") == ""
}
