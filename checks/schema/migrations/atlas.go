package migrations

import "regexp"

// atlasNone is in a file that Atlas runs outside a transaction.
var atlasNone = regexp.MustCompile(`(?m)^--\s*atlas:txmode\s+none\b`)

// atlasSum is the file that Atlas keeps beside its migrations, which are plain SQL.
func atlasSum() format {
	return format{
		name: "atlas.sum",
		path: settingNamed("atlas.sum"),
		read: func(_ input, f *File) { f.Setting = &Settings{Tool: "atlas"} },
	}
}
