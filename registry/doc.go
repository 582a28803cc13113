// Package registry knows which manifests of a package need which others: the graph of
// manifests by digest, its roots, and why one of them must stay. It reads bytes and asks
// nobody; registry/packages asks, registry/guard decides.
package registry
