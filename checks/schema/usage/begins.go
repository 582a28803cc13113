package usage

import (
	"regexp"
	"strings"
)

// begins reports, in a few steps, whether a text may be SQL by its first words.
func begins(text string) bool {
	word, rest := firstWord(text)
	if len(word) < 4 || len(word) > 8 {
		return false
	}
	switch strings.ToUpper(word) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "MERGE", "CALL", "TRUNCATE", "EXPLAIN", "COPY", "CREATE", "EXEC":
		return rest != "" && (rest[0] <= ' ' || rest[0] == '*' || rest[0] == '(' || rest[0] == '\\' || rest[0] == '$' || rest[0] == '"' || rest[0] == '`')
	}
	return false
}

// firstWord is the first word of SQL behind blanks, comments and brackets, and what follows.
func firstWord(text string) (word, rest string) {
	for {
		text = strings.TrimLeft(text, " \t\r\n(")
		switch {
		case strings.HasPrefix(text, `\n`), strings.HasPrefix(text, `\t`):
			text = text[2:]
		case strings.HasPrefix(text, "--"):
			n := strings.IndexByte(text, '\n')
			if n < 0 {
				return "", ""
			}
			text = text[n+1:]
		case strings.HasPrefix(text, "/*"):
			n := strings.Index(text, "*/")
			if n < 0 {
				return "", ""
			}
			text = text[n+2:]
		default:
			n := 0
			for n < len(text) && n < 12 && letter(text[n]) {
				n++
			}
			return text[:n], text[n:]
		}
	}
}

// name is a table's name as SQL writes it, or a mask.
const name = "(?:[\\w.\ue000\u0180$-]|\"[^\"\n]+\"|`[^`\n]+`|\\[[^\\]\n]+\\])+"

// shapes are what statements look like that are no English, whatever the case of letters.
var shapes = regexp.MustCompile(`(?is)^[\s(]*(?:` + strings.Join([]string{
	`select\s+(?:[^;]*?)\bfrom\s+` + name + `\s*(?:$|[;,)]|where\b|(?:left|right|inner|outer|cross|full)?\s*join\b|order\s+by|group\s+by|limit\b|as\s|for\s+update|having\b|union\b|offset\b|\w+\s+(?:where|(?:left|inner|right|cross)?\s*join|order\s+by)\b)`,
	`select\s+[\w.]+\(`,
	`insert\s+(?:or\s+\w+\s+|ignore\s+)?into\s+` + name + `\s*(?:\(|values\b|select\b|set\b|default\s+values)`,
	`replace\s+into\s+` + name + `\s*(?:\(|values\b|select\b)`,
	`update\s+(?:only\s+)?` + name + `(?:\s+(?:as\s+)?\w+)?\s+set\s+\S+\s*=`,
	`delete\s+from\s+` + name + `\s*(?:$|;|where\b|using\b|returning\b|\w+\s+where\b)`,
	`with\s+(?:recursive\s+)?` + name + `\s*(?:\([^)]*\)\s*)?as\s+(?:(?:not\s+)?materialized\s+)?\(`,
	`merge\s+into\s+` + name + `.*\busing\b`,
	`call\s+[\w.]+\s*\(`,
	`truncate\s+table\s+` + name + `\s*(?:$|;|,|cascade|restart)`,
	`explain\s.*select\b`,
	`copy\s+` + name + `\s*(?:\(|from\b|to\b)`,
	`create\s+(?:temp(?:orary)?\s+|unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?` + name + `\s*(?:\(|as\b)`,
	`create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|materialized\s+)?view\s+`,
}, "|") + `)`)

// plainly reports whether a text is SQL beyond doubt: its keywords are upper case, the code
// around it says so, or it has the shape of a statement and no English begins like it.
func plainly(p piece) bool {
	text := p.text[:min(len(p.text), 4000)]
	if !shapes.MatchString(text) {
		return p.sure && hinted(text)
	}
	word, _ := firstWord(text)
	return p.sure || word == strings.ToUpper(word) || word == strings.ToLower(word)
}

var second = regexp.MustCompile(`(?i)\b(from|into|set|values|where|as)\b`)

// hinted reports whether a second keyword follows.
func hinted(text string) bool { return second.MatchString(text) }
