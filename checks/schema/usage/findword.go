package usage

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// FindWord is the first place of a text that has a name in some case style; a name with
// other signs in it ("in progress") is looked for as it is.
func FindWord(path, text, name string) (catalog.Place, bool) {
	if strings.IndexFunc(name, func(r rune) bool { return r < 0x80 && !inWord(byte(r)) }) >= 0 {
		at := strings.Index(text, name)
		if at < 0 {
			return catalog.Place{}, false
		}
		return catalog.NewFile(path, text).Place(at, at+len(name)), true
	}
	wanted := fold(name)
	for at := 0; at < len(text); {
		if !inWord(text[at]) {
			at++
			continue
		}
		start := at
		for at < len(text) && inWord(text[at]) {
			at++
		}
		if at-start >= len(wanted) && means(text[start:at], wanted) {
			return catalog.NewFile(path, text).Place(start, at), true
		}
	}
	return catalog.Place{}, false
}

// means reports whether a word of code is a name, a lookup through it or an accessor of it.
func means(word, wanted string) bool {
	folded := fold(word)
	if folded == wanted {
		return true
	}
	if !strings.HasSuffix(folded, wanted) && !strings.Contains(word, "__") {
		return false
	}
	for part := range strings.SplitSeq(word, "__") {
		if fold(part) == wanted {
			return true
		}
	}
	for _, prefix := range accessors {
		if folded == fold(prefix)+wanted {
			return true
		}
	}
	return false
}
