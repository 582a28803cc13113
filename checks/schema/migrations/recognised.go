package migrations

import (
	"fmt"
	"regexp"
	"strings"
)

// recognised is a way to write migrations that is known and has no reader. A migration is
// unread when its forward part names what removes, alters or runs SQL; else it only adds,
// and is told as unsupported.
type recognised struct {
	name  string
	parts []string       // see format
	path  *regexp.Regexp // its groups: the folder, the ID, the name
	text  *regexp.Regexp
	// back begins a part that undoes; forth begins the next that does not.
	back, forth *regexp.Regexp
	// changes are the calls that do more than add.
	changes *regexp.Regexp
}

const migrationFolder = `(?:[\w.-]*[mM]igrations?|migrate)`

// withoutReader are the formats that are recognised only. Each is told by its file's name
// and by what only its own API is called.
var withoutReader = []recognised{
	{
		name:    "knex",
		parts:   []string{"migrat"},
		path:    regexp.MustCompile(`^((?:.*/)?` + migrationFolder + `)/(\d{8,17})[_-](.+)\.[cm]?[jt]s$`),
		text:    regexp.MustCompile(`\bknex\b|\bKnex\b`),
		back:    regexp.MustCompile(`(?m)^\s*(?:module\.)?(?:exports\.down\b|export\s+(?:async\s+)?(?:function|const)\s+down\b|(?:async\s+)?(?:function\s+)?down\s*[(:=])`),
		forth:   regexp.MustCompile(`(?m)^\s*(?:module\.)?(?:exports\.up\b|export\s+(?:async\s+)?(?:function|const)\s+up\b|(?:async\s+)?(?:function\s+)?up\s*[(:=])`),
		changes: regexp.MustCompile(`\.\s*(drop\w*|remove\w*|rename\w*|alter\w*|change\w*|modify\w*|raw|execute|setNullable|truncate)\s*\(`),
	},
	{
		name:    "sequelize",
		parts:   []string{"migrat"},
		path:    regexp.MustCompile(`^((?:.*/)?` + migrationFolder + `)/(\d{8,17})[_-](.+)\.[cm]?[jt]s$`),
		text:    regexp.MustCompile(`\bqueryInterface\b|\bQueryInterface\b`),
		back:    regexp.MustCompile(`(?m)^\s*(?:(?:module\.)?exports\.down\b|(?:async\s+)?(?:function\s+)?down\s*[(:=]|export\s+(?:async\s+)?(?:function|const)\s+down\b)`),
		forth:   regexp.MustCompile(`(?m)^\s*(?:(?:module\.)?exports\.up\b|(?:async\s+)?(?:function\s+)?up\s*[(:=]|export\s+(?:async\s+)?(?:function|const)\s+up\b)`),
		changes: regexp.MustCompile(`\.\s*(drop\w*|remove\w*|rename\w*|alter\w*|change\w*|modify\w*|query|literal)\s*\(`),
	},
	{
		name:    "laravel",
		parts:   []string{"migrations/"},
		path:    regexp.MustCompile(`^((?:.*/)?[mM]igrations)/(?:[^/]+/)*(\d{4}_\d{2}_\d{2}_\d{6})_(.+)\.php$`),
		text:    regexp.MustCompile(`\bSchema::|\bextends\s+Migration\b`),
		back:    regexp.MustCompile(`function\s+down\b`),
		forth:   regexp.MustCompile(`function\s+up\b`),
		changes: regexp.MustCompile(`(?:->|::)\s*(drop\w*|remove\w*|rename\w*|change|modify\w*|alter\w*|statement|unprepared|execute|raw|truncate)\s*\(`),
	},
	{
		name:    "doctrine",
		parts:   []string{"migrations/"},
		path:    regexp.MustCompile(`^((?:.*/)?[mM]igrations)/(?:[^/]+/)*Version(\d{8,})()\.php$`),
		text:    regexp.MustCompile(`\bextends\s+AbstractMigration\b`),
		back:    regexp.MustCompile(`function\s+(?:pre|post)?[dD]own\b`),
		forth:   regexp.MustCompile(`function\s+(?:pre|post)?[uU]p\b`),
		changes: regexp.MustCompile(`->\s*(addSql|drop\w*|rename\w*|change\w*|modify\w*|alter\w*|execute\w*)\s*\(`),
	},
	{
		name:    "ecto",
		parts:   []string{"migrations/"},
		path:    regexp.MustCompile(`^((?:.*/)?priv/(?:[^/]+/)*\w*migrations)/(?:[^/]+/)*(\d{14})_(.+)\.exs$`),
		text:    regexp.MustCompile(`\buse\s+Ecto\.Migration\b|\bEcto\.Migration\b`),
		back:    regexp.MustCompile(`(?m)^\s*def\s+down\b`),
		forth:   regexp.MustCompile(`(?m)^\s*def\s+(?:up|change)\b`),
		changes: regexp.MustCompile(`(?m)(?:^|[\s.(|>])(drop(?:_if_exists)?|remove(?:_if_exists)?|rename|alter|modify|execute(?:_file)?|query!?|update_all|delete_all)[\s(]`),
	},
	{
		name:    "efcore",
		parts:   []string{"migrations/"},
		path:    regexp.MustCompile(`^((?:.*/)?\w*[mM]igrations)/(?:[^/]+/)*(\d{14})_(.+)\.cs$`),
		text:    regexp.MustCompile(`\bmigrationBuilder\b`),
		back:    regexp.MustCompile(`override\s+void\s+Down\b`),
		forth:   regexp.MustCompile(`override\s+void\s+Up\b`),
		changes: regexp.MustCompile(`\bmigrationBuilder\s*\.\s*(Drop\w*|Remove\w*|Rename\w*|Alter\w*|Change\w*|Modify\w*|Sql\w*|Execute\w*|DeleteData|UpdateData)\b|\b(ExecuteSql\w*|SqlResource|SqlFile)\s*\(`),
	},
	{
		name:    "liquibase",
		parts:   []string{".xml", ".yml", ".yaml", ".json"},
		path:    regexp.MustCompile(`(?i)^((?:.*/)?)(?:[^/]*/)*?()([^/]*)\.(?:xml|ya?ml|json)$`),
		text:    regexp.MustCompile(`\bdatabaseChangeLog\b`),
		back:    regexp.MustCompile(`(?m)<rollback\b|^\s*-?\s*rollback\s*:|"rollback"\s*:`),
		forth:   regexp.MustCompile(`(?m)</rollback>|^\s*-\s*changeSet\s*:|"changeSet"\s*:`),
		changes: regexp.MustCompile(`\b((?:drop|rename|modify|remove|alter)[A-Z]\w*|addNotNullConstraint|sqlFile|createProcedure|customChange|executeCommand|mergeColumns)\b|<(sql|update|delete|include|includeAll)\b|["\s-](sql|update|delete|include|includeAll)"?\s*:`),
	},
}

// liquibaseFolder is where changelogs stand: other XML, YAML and JSON is not looked at.
var liquibaseFolder = regexp.MustCompile(`(?i)change-?log|liquibase|/db\.[^/]*$|(^|/)migrations?/`)

// recognisedFormats are the formats without a reader.
func recognisedFormats() []format {
	var out []format
	for _, r := range withoutReader {
		out = append(out, format{name: r.name, parts: r.parts, path: r.place, text: r.text.MatchString, read: r.read, common: true})
	}
	return out
}

func (r recognised) place(file string) (at, bool) {
	m := r.path.FindStringSubmatch(file)
	if m == nil || r.name == "liquibase" && !liquibaseFolder.MatchString(file) {
		return at{}, false
	}
	if strings.HasSuffix(file, ".Designer.cs") || strings.HasSuffix(file, ".d.ts") {
		return at{}, false
	}
	place := at{kind: Migration, root: strings.TrimSuffix(m[1], "/"), id: m[2], name: m[3]}
	if r.name == "liquibase" {
		place.root, place.id = folderOf(file), m[3]
	}
	if place.root == "" {
		place.root = "."
	}
	return place, true
}

func (r recognised) read(in input, f *File) {
	if m := r.changes.FindStringSubmatchIndex(r.forward(in.text)); m != nil {
		word := ""
		for g := 2; g+1 < len(m); g += 2 {
			if m[g] >= 0 {
				word = in.text[m[g]:m[g+1]]
			}
		}
		f.Unread = fmt.Sprintf("line %d calls %s, and %s has no reader", 1+strings.Count(in.text[:m[0]], "\n"), word, r.name)
		return
	}
	f.Unsupported, f.Unread = true, r.name+" has no reader; nothing in it removes, alters or runs SQL"
}

// forward is the text with blanks in place of what undoes: every
// position stays.
func (r recognised) forward(text string) string {
	out := []byte(text)
	for at := 0; at < len(text); {
		back := r.back.FindStringIndex(text[at:])
		if back == nil {
			break
		}
		from, to := at+back[0], len(text)
		if forth := r.forth.FindStringIndex(text[at+back[1]:]); forth != nil {
			to = at + back[1] + forth[0]
		}
		blankOut(out[from:to])
		at = max(to, from+1)
	}
	return string(out)
}

func blankOut(b []byte) {
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
}
