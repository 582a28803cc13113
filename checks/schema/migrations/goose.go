package migrations

import (
	"regexp"
	"strings"
)

// goose reads SQL with "-- +goose" annotations: what stands between Up and Down runs, in one
// transaction unless the file says NO TRANSACTION. Between ENVSUB ON and OFF ${NAME} is put
// in from the environment, so that nobody knows what it says.
func goose() format { return annotated("goose", "+goose", "no transaction") }

// sqlMigrate reads sql-migrate's files, which are goose's with another word.
func sqlMigrate() format { return annotated("sql-migrate", "+migrate", "notransaction") }

// annotated reads SQL with annotations that begin with a word.
func annotated(name, word, alone string) format {
	up := regexp.MustCompile(`(?im)^\s*--\s*` + regexp.QuoteMeta(word) + `\s+up\b`)
	none := regexp.MustCompile(`(?im)^\s*--\s*` + regexp.QuoteMeta(word) + `\s.*\b` + strings.ReplaceAll(alone, " ", `\s+`) + `\b`)
	return format{
		name:  name,
		parts: []string{".sql"},
		path: func(file string) (at, bool) {
			if !isSQL(file) || backwards(file) {
				return at{}, false
			}
			root := folderOf(file)
			id, name := idOf(file, root)
			return at{kind: Migration, root: root, id: id, name: name}, inMigrationFolder(file)
		},
		text: up.MatchString,
		read: func(in input, f *File) {
			s := annotations{a: assembly{in: in}, word: word}
			lines(in.text, s.line)
			s.a.close(section{transaction: !none.MatchString(in.text)})
			f.Steps = s.a.steps()
		},
	}
}

// annotations is where reading stands.
type annotations struct {
	a            assembly
	word         string
	up, replaces bool
}

func (s *annotations) line(start, end int, line string) {
	said, ok := directive(line, s.word)
	if !ok {
		if s.up {
			s.a.keepFilled(start, min(end+1, len(s.a.in.text)), s.replaces)
		}
		return
	}
	said = strings.ToUpper(strings.Join(strings.Fields(said), " "))
	switch first, _, _ := strings.Cut(said, " "); {
	case first == "UP":
		s.up = true
	case first == "DOWN":
		s.up = false
	case said == "ENVSUB ON":
		s.replaces = true
	case said == "ENVSUB OFF":
		s.replaces = false
	case first == "STATEMENTEND":
		if s.up {
			s.a.put("\n;\n", end, end)
		}
	}
}
