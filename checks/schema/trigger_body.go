package schema

import (
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// rowChange is what a trigger does to the row that is written, as far as its body tells.
type rowChange struct {
	// any: it may fill any column: the body is not known, or makes the row anew.
	any     bool
	columns []string // those it gives values
	// acts: it may do more than that: refuse rows, write elsewhere.
	acts bool
}

var (
	comments = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/`)
	newField = regexp.MustCompile(`(?is)\bnew\s*\.\s*"?(\w+)"?\s*:?=|\binto\b[^;]*?\bnew\s*\.\s*"?(\w+)"?`)
	// newRow gives the whole row a value, or lets who knows what do it.
	newRow = regexp.MustCompile(`(?is)\bnew\s*:?=|\binto\s+(?:strict\s+)?new\s*(?:[,;]|from\b|$)|\binto\b[^;]*,[^;]*\bnew\b|\bexecute\b`)
	acting = regexp.MustCompile(`(?i)\b(?:raise|perform|execute|insert|update|delete|truncate|call|signal|assert|notify)\b`)
	// returned is what a function hands on in place of the row that was written.
	returned = regexp.MustCompile(`(?i)\breturn\b\s*([^;]*)`)
)

// changes is what a trigger does to new rows, by the function that it runs in a schema.
func (s *scene) changes(in *catalog.Catalog, x *catalog.Trigger) rowChange {
	body := x.Body
	if x.Function.Object != "" {
		of := in.Overloads(x.Function)
		if len(of) != 1 || !strings.EqualFold(of[0].Language, "plpgsql") {
			return rowChange{any: true, acts: true}
		}
		body = of[0].Body
	}
	if body = comments.ReplaceAllString(body, " "); strings.TrimSpace(body) == "" {
		return rowChange{any: true, acts: true}
	}
	c := rowChange{any: newRow.MatchString(body), acts: acting.MatchString(body)}
	for _, m := range newField.FindAllStringSubmatch(body, -1) {
		c.columns = append(c.columns, strings.ToLower(m[1]+m[2]))
	}
	for _, m := range returned.FindAllStringSubmatch(body, -1) {
		switch strings.ToLower(strings.TrimSpace(m[1])) {
		case "new":
		case "null", "old", "":
			c.acts = true
		default:
			c.any = true
		}
	}
	return c
}

// fills reports whether it may give a column its value.
func (c rowChange) fills(column string) bool {
	return c.any || slices.Contains(c.columns, strings.ToLower(column))
}

// unknownTo reports whether a trigger does no more than fill columns that a table of what
// runs does not have.
func (c rowChange) unknownTo(in *catalog.Catalog, t *catalog.Table) bool {
	return !c.any && !c.acts && len(c.columns) > 0 && !slices.ContainsFunc(c.columns, func(name string) bool { return in.Column(t, name) != nil })
}
