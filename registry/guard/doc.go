// Package guard decides about deletions of image manifests: it stands between callers and
// GitHub Packages or a registry, reads with the caller's own credential what would break,
// and refuses that. It only ever takes away: what it lets through is the caller's request
// as it came.
package guard
