// Package deletions is the check of what workflows delete: nothing goes that nobody has
// seen run dry. It reads pipelines, follows what they call through the repository, finds
// the steps that delete by the table of package known, and judges how they do it.
package deletions
