// Package setup registers the GitHub App from a page on this machine, by GitHub's manifest
// flow: the page asks for whom and where, GitHub shows what the App may do and makes it,
// and the code that comes back is exchanged for the App's credentials. The browser
// carries the manifest and the code, never a credential.
package setup
