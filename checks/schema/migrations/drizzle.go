package migrations

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// drizzleJournal tells the order of Drizzle's migrations, and the dialect.
func drizzleJournal() format {
	return format{
		name: "_journal.json",
		path: settingNamed("_journal.json"),
		read: func(in input, f *File) {
			var journal struct {
				Dialect string
				Entries []struct{ Tag string }
			}
			if err := json.Unmarshal([]byte(in.text), &journal); err != nil {
				f.Unread = "the journal is no JSON: " + err.Error()
				return
			}
			f.Setting = &Settings{Tool: "drizzle", Folder: path.Dir(path.Dir(in.path))}
			for _, e := range journal.Entries {
				f.Setting.Order = append(f.Setting.Order, e.Tag+".sql")
			}
			if d, ok := dialectWord(journal.Dialect); ok {
				f.Setting.Dialect = d
				n := max(0, strings.Index(in.text, `"dialect"`))
				f.Setting.At = catalog.NewFile(in.path, in.text).Place(n, n+len(`"dialect"`))
			}
		},
	}
}
