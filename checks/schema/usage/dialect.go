package usage

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// dialects are those that a statement may be of, the likeliest first.
func dialects(text string) []catalog.Dialect {
	upper := strings.ToUpper(text)
	has := func(marks ...string) bool {
		for _, mark := range marks {
			if strings.Contains(upper, mark) {
				return true
			}
		}
		return false
	}
	switch {
	case has("`", "ON DUPLICATE KEY", "INSERT IGNORE", "STRAIGHT_JOIN", "AUTO_INCREMENT"):
		return []catalog.Dialect{catalog.MySQL, catalog.SQLite, catalog.Postgres}
	case has("INSERT OR ", "AUTOINCREMENT", "REPLACE INTO", "PRAGMA "):
		return []catalog.Dialect{catalog.SQLite, catalog.MySQL, catalog.Postgres}
	}
	return []catalog.Dialect{catalog.Postgres, catalog.MySQL, catalog.SQLite}
}
