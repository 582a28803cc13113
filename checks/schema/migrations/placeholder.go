package migrations

import (
	"regexp"

	"github.com/checkrein/checkrein/checks/schema/sql"
)

// placeholder is ${name}, which a tool fills in when it runs.
var placeholder = regexp.MustCompile(`\$\{[^{}\n]{1,200}\}`)

// keepFilled keeps bytes of the file with masks in place of placeholders, if there are any.
func (a *assembly) keepFilled(start, end int, filled bool) {
	if !filled {
		a.keep(start, end)
		return
	}
	at := start
	for _, hole := range placeholder.FindAllStringIndex(a.in.text[start:end], maxPieces) {
		a.keep(at, start+hole[0])
		a.put(sql.Mask(sql.MaskLen), start+hole[0], start+hole[1])
		at = start + hole[1]
	}
	a.keep(at, end)
}
