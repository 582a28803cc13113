package known

import (
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// statements is the text that a client of a database is given: by a flag, as an argument, on
// its standard input.
func statements(in *invocation) shell.Word {
	w := body(in, "-c", "--command", "-e", "--execute", "--eval", "-Q", "-q", "--query", "--sql", "--statement", "--stdin", "-Query", "--db-query")
	var text strings.Builder
	text.WriteString(w.Text)
	if in.stdin != nil {
		text.WriteString(in.stdin.Text)
		w.From = append(w.From, in.stdin.From...)
	}
	for _, a := range in.args {
		if text.Len() < mostText && strings.ContainsAny(a.Text, " (") && !strings.Contains(a.Text, "://") {
			text.WriteString("\n;" + a.Text)
			w.From = append(w.From, a.From...)
		}
	}
	w.Text = text.String()[:min(text.Len(), mostText)]
	return w
}

// mostText is how much of a text of statements is read, in bytes.
const mostText = 128 << 10

var (
	comments = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/`)
	literals = regexp.MustCompile(`(?s)'(?:[^'\\]|\\.|'')*'`)
	drops    = regexp.MustCompile(`(?i)^(?:drop\s+(?:foreign\s+|external\s+)?(table|database|schema|keyspace|dataset|collection|tablespace)|(truncate)(?:\s+table)?|(delete)\s+from(?:\s+only)?)\s+(?:if\s+exists\s+)?([^\s;(]+)`)
	where    = regexp.MustCompile(`(?i)\b(where|using|join|limit)\b`)
	temps    = regexp.MustCompile(`(?i)^create\s+(?:or\s+replace\s+)?(?:global\s+|local\s+)?(?:temp|temporary)\s+table\s+(?:if\s+not\s+exists\s+)?([^\s;(]+)`)
)

// destroyed are the tables, schemas and databases that a text of statements empties or drops,
// those left out that the same text makes for its own use.
func destroyed(text shell.Word) []shell.Word {
	var out []shell.Word
	var made []string
	for _, s := range split(text.Text) {
		if m := temps.FindStringSubmatch(s); m != nil && len(made) < 64 {
			made = append(made, name(m[1]))
			continue
		}
		m := drops.FindStringSubmatch(s)
		if m == nil || m[3] != "" && where.MatchString(s) || slices.Contains(made, name(m[4])) || temporary(m[4]) {
			continue
		}
		if len(out) < 16 {
			out = append(out, shell.Word{Text: strings.TrimRight(m[4], ","), From: gaps(text, m[4])})
		}
	}
	return out
}

// gaps are what the gaps of a text hang on, where a piece of it has any.
func gaps(text shell.Word, piece string) []string {
	if strings.Contains(piece, shell.Gap) {
		return text.From
	}
	return nil
}

func name(s string) string { return strings.ToLower(strings.Trim(s, "\"`[],")) }

// temporary reports whether a name is that of a temporary table, or of a database made for tests.
func temporary(s string) bool {
	n := name(s)
	return strings.HasPrefix(n, "#") || strings.HasPrefix(n, "pg_temp") || oneOf([]string{"temp", "tmp", "temp_*", "tmp_*", "*_tmp", "*_temp", "test", "test_*", "*_test", "ci", "ci_*", "*_ci"}, n)
}

// wholeDatabase reports whether a text drops a database or a schema, not only tables.
func wholeDatabase(text shell.Word) bool {
	return slices.ContainsFunc(split(text.Text), func(s string) bool {
		m := drops.FindStringSubmatch(s)
		return m != nil && oneOf([]string{"database", "schema", "keyspace", "dataset"}, strings.ToLower(m[1])) && !temporary(m[4])
	})
}

// split takes a text apart at semicolons, comments left out and strings emptied.
func split(text string) []string {
	text = literals.ReplaceAllString(comments.ReplaceAllString(text, " "), "''")
	var all []string
	for s := range strings.SplitSeq(text, ";") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

var mongoDrops = regexp.MustCompile(`(?:\bdropDatabase\s*\(|\.drop\s*\(\s*\)|\.(?:deleteMany|remove)\s*\(\s*\{\s*\}\s*\))`)

// mongo are the calls of a script for MongoDB that drop a database or empty a collection.
func mongo(text shell.Word) []shell.Word {
	var out []shell.Word
	for _, m := range mongoDrops.FindAllString(text.Text, 16) {
		out = append(out, shell.Word{Text: strings.Join(strings.Fields(m), " ")})
	}
	return out
}
