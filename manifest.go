// Package checkrein holds what the product is registered as.
package checkrein

import _ "embed"

// Manifest is app.yml: the permissions and events of the GitHub App.
//
//go:embed app.yml
var Manifest []byte
