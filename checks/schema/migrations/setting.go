package migrations

import (
	"path"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// settingNamed are the files of one name.
func settingNamed(name string) func(string) (at, bool) {
	return func(file string) (at, bool) {
		return at{kind: Setting, root: path.Dir(file)}, path.Base(file) == name
	}
}

// hint is a file that tells the dialect by a word in it.
type hint struct {
	part string         // of the file's name: most paths are told by it
	file *regexp.Regexp // matches the path
	word *regexp.Regexp // its group is the dialect
	weak bool           // a driver that is there, perhaps beside others
}

// hints are the settings that name a dialect, the strong ones before the weak.
var hints = []hint{
	{".prisma", regexp.MustCompile(`(^|/)[^/]*\.prisma$`), regexp.MustCompile(`(?m)^\s*provider\s*=\s*"(postgresql|mysql|sqlite|cockroachdb|sqlserver)"`), false},
	{"migration_lock", regexp.MustCompile(`(^|/)migration_lock\.toml$`), regexp.MustCompile(`(?m)^\s*provider\s*=\s*"(\w+)"`), false},
	{"drizzle", regexp.MustCompile(`(^|/)drizzle[^/]*\.config\.[cm]?[jt]s$`), regexp.MustCompile(`dialect\s*:\s*['"](\w+)['"]`), false},
	{"sqlc.y", regexp.MustCompile(`(^|/)sqlc\.ya?ml$`), regexp.MustCompile(`engine["']?\s*:\s*["']?(\w+)`), false},
	{"sqlc.json", regexp.MustCompile(`(^|/)sqlc\.json$`), regexp.MustCompile(`"engine"\s*:\s*"(\w+)"`), false},
	{"atlas.hcl", regexp.MustCompile(`(^|/)atlas\.hcl$`), regexp.MustCompile(`"(?:docker://)?(postgres|mysql|mariadb|sqlite)(?:ql)?(?:://|/)`), false},
	{"database.y", regexp.MustCompile(`(^|/)config/database\.ya?ml(\.[\w.]+)?$`), regexp.MustCompile(`(?m)^\s*adapter:\s*["']?(postgresql|postgis|mysql2|trilogy|sqlite3)`), false},
	{"alembic.ini", regexp.MustCompile(`(^|/)alembic\.ini$`), regexp.MustCompile(`(?m)^\s*sqlalchemy\.url\s*=\s*(postgresql|postgres|mysql|mariadb|sqlite)\b`), false},
	{"knexfile", regexp.MustCompile(`(^|/)knexfile\.[cm]?[jt]s$`), regexp.MustCompile(`client\s*:\s*['"](pg|mysql2?|sqlite3|better-sqlite3|postgresql)['"]`), false},
	{"sqitch.conf", regexp.MustCompile(`(^|/)sqitch\.conf$`), regexp.MustCompile(`(?m)^\s*engine\s*=\s*(pg|mysql|sqlite)\b`), false},
	{"Gemfile", regexp.MustCompile(`(^|/)Gemfile$`), regexp.MustCompile(`(?m)^\s*gem[\s(]+["'](mysql2|trilogy|pg)["']`), true},
	{"go.mod", regexp.MustCompile(`(^|/)go\.mod$`), regexp.MustCompile(`github\.com/(?:lib/(pq)|jackc/(pgx)|go-sql-driver/(mysql)|mattn/go-(sqlite)3)\b|modernc\.org/(sqlite)\b`), true},
}

// settings are the files that tell the dialect and nothing else.
func settings() format {
	return format{
		name: "settings",
		path: func(file string) (at, bool) {
			_, ok := hintFor(file)
			return at{kind: Setting, root: path.Dir(file)}, ok
		},
		read: func(in input, f *File) {
			h, _ := hintFor(in.path)
			f.Setting = h.settings(in)
		},
	}
}

func hintFor(file string) (hint, bool) {
	base := path.Base(file)
	for _, h := range hints {
		if strings.Contains(base, h.part) && h.file.MatchString(file) {
			return h, true
		}
	}
	return hint{}, false
}

// settings is the dialect that every match names; where they name several it is none.
func (h hint) settings(in input) *Settings {
	s := &Settings{Weak: h.weak}
	for _, m := range h.word.FindAllStringSubmatchIndex(in.text[:min(len(in.text), 256<<10)], 100) {
		word := ""
		for g := 2; g+1 < len(m); g += 2 {
			if m[g] >= 0 {
				word = in.text[m[g]:m[g+1]]
			}
		}
		d, ok := dialectWord(word)
		if !ok {
			continue
		}
		if s.Dialect != "" && s.Dialect != d {
			return &Settings{Weak: h.weak}
		}
		if s.Dialect == "" {
			s.Dialect, s.At = d, catalog.NewFile(in.path, in.text).Place(m[0], m[1])
		}
	}
	return s
}
