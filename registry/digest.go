package registry

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Digest names content, as `sha256:<64 hex>` or `sha512:<128 hex>`.
type Digest string

// The algorithms that registries accept: OCI image-spec, descriptor.md.
var digestForm = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`)

// ParseDigest reads a digest; letters must be small.
func ParseDigest(s string) (Digest, error) {
	if !digestForm.MatchString(s) {
		return "", fmt.Errorf("%q is no digest: expected sha256: and 64 hexadecimal digits", shorten(s))
	}
	return Digest(s), nil
}

// DigestOf is the SHA-256 digest of content.
func DigestOf(content []byte) Digest {
	sum := sha256.Sum256(content)
	return Digest("sha256:" + hex.EncodeToString(sum[:]))
}

// Names reports whether content is what the digest names.
func (d Digest) Names(content []byte) bool {
	if hash, ok := strings.CutPrefix(string(d), "sha512:"); ok {
		sum := sha512.Sum512(content)
		return hash == hex.EncodeToString(sum[:])
	}
	return d == DigestOf(content)
}

// tagged is the digest in the form of a tag, as fallback tags hold it.
func (d Digest) tagged() string { return strings.Replace(string(d), ":", "-", 1) }

func shorten(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}
