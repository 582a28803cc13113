package iac

import (
	"bytes"
	"sync"
	"unicode/utf8"
)

// commandWords: one of them is in every file whose commands matter.
func commandWords() []string {
	return []string{"docker", "podman", "nerdctl", "buildah", "container_tool", "container_engine", "edit set image", "kind load", "minikube", "k3d", "kaniko",
		"crane", "skopeo", "oras", "goreleaser", "jib", "imgpkg", "ko build", "ko publish", "ko apply", "ko resolve", "gcloud builds", "acr build", "pack build", "publish"}
}

// commandStarts are the command words by their first letter.
var commandStarts = sync.OnceValue(func() *[256][]string {
	var starts [256][]string
	for _, word := range commandWords() {
		starts[word[0]] = append(starts[word[0]], word)
	}
	return &starts
})

// lower is the bit that small letters have and capital ones have not.
const lower = 'a' - 'A'

// mayCommand reports whether one of the words may stand in a text, in any letters. Most
// pipelines have none, and are looked through once.
func mayCommand(data []byte) bool {
	starts := commandStarts()
	for i, c := range data {
		if c >= utf8.RuneSelf {
			return mentions(bytes.ToLower(data), commandWords()...) // other letters than these may become one
		}
		for _, word := range starts[c|lower] {
			if rest := data[i:]; len(rest) >= len(word) && rest[1]|lower == word[1]|lower && bytes.EqualFold(rest[:len(word)], []byte(word)) {
				return true
			}
		}
	}
	return bytes.IndexByte(data, '\\') >= 0 && hasEscapes(bytes.ToLower(data))
}
