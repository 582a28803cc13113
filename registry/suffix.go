package registry

import (
	"regexp"
	"strings"
)

// fallback is how tools without the referrers API tie a manifest to its subject: the
// referrers tag of OCI distribution-spec 1.1, and cosign's tags with a suffix.
var fallback = regexp.MustCompile(`^(sha256-[0-9a-f]{64}|sha512-[0-9a-f]{128})(\.[A-Za-z0-9_-]{1,40})?$`)

// FallbackSubject is the digest that a tag says its manifest is about, with the tag's
// suffix (.sig, .att, .sbom; empty for the referrers tag).
func FallbackSubject(tag string) (subject Digest, suffix string, ok bool) {
	m := fallback.FindStringSubmatch(tag)
	if m == nil {
		return "", "", false
	}
	return Digest(strings.Replace(m[1], "-", ":", 1)), m[2], true
}

// FallbackTags are the tags to ask for where no list of tags is at hand.
func FallbackTags(subject Digest) []string {
	tag := subject.tagged()
	return []string{tag, tag + ".sig", tag + ".att", tag + ".sbom"}
}
