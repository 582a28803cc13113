package iac

import (
	"bytes"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// jsonSlash stands for the escape "\/", which this YAML library does not know: a
// character of as many bytes that no text has, for it is not assigned.
const jsonSlash = "\u07fc"

// jsonEscape is a backslash with what belongs to it.
var jsonEscape = regexp.MustCompile(`\\(?:u[dD][89abcdefABCDEF][0-9a-fA-F]{2}|.)`)

// jsonAsYAML makes JSON digestible for a YAML parser, every byte at its place:
// tabs become spaces, halves of surrogate pairs U+FFFD, and "\/" jsonSlash. Nil
// for what does not begin as JSON.
func jsonAsYAML(body []byte) []byte {
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\ufeff")), " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' || bytes.Contains(body, []byte(jsonSlash)) {
		return nil
	}
	plain := bytes.ReplaceAll(body, []byte{'\t'}, []byte{' '})
	return jsonEscape.ReplaceAllFunc(plain, func(escape []byte) []byte {
		switch {
		case len(escape) == 6:
			return []byte(`\uFFFD`)
		case escape[1] == '/':
			return []byte(jsonSlash)
		}
		return escape
	})
}

// restoreSlashes undoes jsonSlash in every text below n.
func restoreSlashes(n *yaml.Node) {
	n.Value = strings.ReplaceAll(n.Value, jsonSlash, "/")
	for _, child := range n.Content {
		restoreSlashes(child)
	}
}
