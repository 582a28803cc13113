package migrations

import (
	"path"
	"regexp"
	"strings"
)

var (
	liquibaseHead  = regexp.MustCompile(`(?i)^\s*--\s*liquibase\s+formatted\s+sql\b`)
	liquibaseFalse = regexp.MustCompile(`(?i)\brunInTransaction\s*:\s*"?false`)
	liquibaseEnd   = regexp.MustCompile(`(?i)\bendDelimiter\s*:\s*(?:"([^"]*)"|(\S+))`)
	liquibaseWhole = regexp.MustCompile(`(?i)\bsplitStatements\s*:\s*"?false`)
	liquibaseDBMS  = regexp.MustCompile(`(?i)\bdbms\s*:\s*"?([\w,!]+)`)
)

// liquibase reads formatted SQL: each changeset is one transaction unless it says
// runInTransaction:false; what "--rollback" says does not run.
func liquibase() format {
	return format{
		name:  "liquibase",
		parts: []string{".sql"},
		path: func(file string) (at, bool) {
			if !isSQL(file) {
				return at{}, false
			}
			root := folderOf(file)
			id, name := idOf(file, root)
			in := !backwards(file) && (inMigrationFolder(file) || strings.Contains(strings.ToLower(file), "liquibase") || strings.Contains(strings.ToLower(path.Base(file)), "changelog"))
			return at{kind: Migration, root: root, id: id, name: name}, in
		},
		text: liquibaseHead.MatchString,
		read: func(in input, f *File) {
			s := changesets{a: assembly{in: in}}
			lines(in.text, s.line)
			s.end()
			f.Steps = s.a.steps()
		},
	}
}

// changesets is where reading stands.
type changesets struct {
	a           assembly
	within      bool
	foreign     bool // for another database
	transaction bool
	delimiter   string
	rollback    bool // within /* liquibase rollback ... */
}

func (c *changesets) line(start, end int, line string) {
	if said, ok := directive(line, "changeset"); ok {
		c.end()
		c.within, c.foreign, c.transaction = true, !c.runsOn(said), !liquibaseFalse.MatchString(said)
		c.delimiter = ""
		if m := liquibaseEnd.FindStringSubmatch(said); m != nil {
			c.delimiter = m[1] + m[2]
		}
		if liquibaseWhole.MatchString(said) {
			c.delimiter = ""
		}
		return
	}
	if c.comment(line) || !c.within || c.foreign {
		return
	}
	if d := c.delimiter; d != "" && d != ";" && strings.TrimSpace(line) != "" {
		if at := strings.LastIndex(line, d); at >= 0 && strings.TrimSpace(line[at+len(d):]) == "" {
			c.a.keepFilled(start, start+at, true)
			c.a.put("\n;\n", start+at, end)
			return
		}
	}
	c.a.keepFilled(start, min(end+1, len(c.a.in.text)), true)
}

// comment reports whether a line is Liquibase's own: a rollback, a precondition.
func (c *changesets) comment(line string) bool {
	trimmed := strings.ToLower(strings.TrimSpace(line))
	if c.rollback {
		c.rollback = !strings.Contains(trimmed, "*/")
		return true
	}
	if strings.HasPrefix(trimmed, "/*") && strings.HasPrefix(strings.TrimSpace(trimmed[2:]), "liquibase rollback") {
		c.rollback = !strings.Contains(trimmed, "*/")
		return true
	}
	_, ok := directive(line, "rollback")
	return ok
}

func (c *changesets) end() {
	if c.within {
		c.a.close(section{transaction: c.transaction, group: len(c.a.sections)})
	}
	c.within = false
}

// runsOn reports whether a changeset is for this dialect: dbms:postgresql,!mysql.
func (c *changesets) runsOn(said string) bool {
	m := liquibaseDBMS.FindStringSubmatch(said)
	if m == nil {
		return true
	}
	only, found := false, false
	for _, name := range strings.Split(m[1], ",") {
		name, not := strings.CutPrefix(name, "!")
		d, _ := dialectWord(name)
		if not && d == c.a.in.dialect {
			return false
		}
		only = only || !not && name != "all"
		found = found || d == c.a.in.dialect || name == "all"
	}
	return found || !only
}
