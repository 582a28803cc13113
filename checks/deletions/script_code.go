package deletions

import (
	"regexp"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// codeDeletes is how programs call what takes away something that is not a file of theirs.
var codeDeletes = regexp.MustCompile(`(?i)(\brequests\.delete|\.delete_\w+\(|` +
	`\b(batch_delete|terminate|destroy|purge)_\w+\(|\.delete(Package|Object|Image|Ref|Repository|Release|Tag|Branch|Stack|Bucket|Version|Manifest)\w*\(|method\s*[:=]\s*['"]DELETE['"]|['"]DELETE['"]\s*,\s*f?['"]|` +
	`\b(axios|got|http|client|session|fetcher)\.delete\(|\bDROP\s+(TABLE|DATABASE|SCHEMA)\b|\bTRUNCATE\s+TABLE\b)`)

// deletesByItself reports whether a program's code, which is not followed, plainly deletes.
func deletesByItself(f *file, d shell.Dialect) bool {
	switch d {
	case shell.Python, shell.JavaScript, "":
		return codeDeletes.MatchString(f.Text.Body)
	}
	return false
}
