package migrations

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// brief tells changes in a line each, as far as these tests look.
func brief(f *File) string {
	var lines []string
	if f.Unread != "" {
		lines = append(lines, "file unread: "+f.Unread)
	}
	for _, step := range f.Steps {
		for _, s := range step.Statements {
			for _, change := range s.Changes {
				lines = append(lines, briefChange(change)...)
			}
		}
	}
	return strings.Join(lines, "\n")
}

func briefChange(change catalog.Change) []string {
	switch x := change.(type) {
	case catalog.CreateTable:
		lines := []string{"create " + x.Table.Name.String() + flagged(x.IfNotExists, " if missing")}
		for _, column := range x.Table.Columns {
			lines = append(lines, "  "+briefColumn(column))
		}
		for _, k := range x.Table.Constraints {
			lines = append(lines, "  "+briefConstraint(k))
		}
		return lines
	case catalog.DropTable:
		return []string{"drop " + x.Name.String() + flagged(x.IfExists, " if there")}
	case catalog.RenameTable:
		return []string{"rename " + x.From.String() + " to " + x.To.String()}
	case catalog.AddColumn:
		return []string{"add " + x.Table.String() + "." + briefColumn(x.Column) + flagged(x.IfNotExists, " if missing")}
	case catalog.DropColumn:
		return []string{"drop " + x.Table.String() + "." + x.Column + flagged(x.IfExists, " if there")}
	case catalog.RenameColumn:
		return []string{"rename " + x.Table.String() + "." + x.From + " to " + x.To}
	case catalog.AlterColumn:
		return []string{"alter " + x.Table.String() + "." + x.Column + briefAlter(x)}
	case catalog.AddConstraint:
		return []string{"on " + x.Table.String() + ": " + briefConstraint(x.Constraint)}
	case catalog.CreateIndex:
		return []string{"on " + x.Table.String() + ": " + briefConstraint(x.Index)}
	case catalog.DropIndex:
		return []string{"drop index " + x.Name.String() + flagged(x.IfExists, " if there")}
	case catalog.DropConstraint:
		return []string{strings.Join(strings.Fields("drop "+string(x.Kind)+" constraint "+x.Name+" of "+x.Table.String()), " ")}
	case catalog.CreateEnum:
		return []string{"enum " + x.Enum.Name.String() + " " + strings.Join(x.Enum.Values, "|")}
	case catalog.AddEnumValue:
		return []string{"enum " + x.Enum.String() + " + " + x.Value}
	case catalog.Unread:
		return []string{"unread: " + strings.Join(strings.Fields(x.Reason), " ")}
	case catalog.WriteData:
		return []string{x.Kind + " " + x.Table.String()}
	case catalog.RenameIndex:
		return []string{"rename index " + x.Name.String() + " to " + x.To + flagged(x.IfExists, " if there")}
	}
	return []string{fmt.Sprintf("%T", change)}
}

func briefColumn(c *catalog.Column) string {
	out := strings.TrimSpace(c.Name+" "+c.Type.String()) + flagged(c.NotNull, " not null") + flagged(c.Identity != "", " counts")
	if c.Default != nil {
		out += " default " + *c.Default
	}
	if c.Generated != nil {
		out += " generated " + *c.Generated
	}
	return out
}

func briefAlter(x catalog.AlterColumn) string {
	out := ""
	if x.Type != nil {
		out += " type " + x.Type.String()
	}
	if x.NotNull != nil {
		out += map[bool]string{true: " set not null", false: " drop not null"}[*x.NotNull]
	}
	if x.Default != nil {
		out += " default " + *x.Default
	}
	return out + flagged(x.DropDefault, " drop default")
}

func briefConstraint(k *catalog.Constraint) string {
	out := string(k.Kind) + " (" + strings.Join(k.Columns, ",") + ")"
	if k.Name != "" {
		out += " " + k.Name
	}
	if k.References != nil {
		out += " to " + k.References.String() + "(" + strings.Join(k.RefColumns, ",") + ")"
	}
	if k.OnDelete != "" {
		out += " on delete " + k.OnDelete
	}
	if k.Where != "" {
		out += " where " + k.Where
	}
	return out + flagged(!k.Valid, " not valid")
}

func flagged(ok bool, text string) string {
	if ok {
		return text
	}
	return ""
}

func dedent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	indent := len(lines[0]) - len(strings.TrimLeft(lines[0], "\t"))
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, strings.Repeat("\t", min(indent, len(line)-len(strings.TrimLeft(line, "\t")))))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n\t ")
}

func checkBrief(t *testing.T, want string, f *File) {
	t.Helper()
	if diff := cmp.Diff(dedent(want), brief(f)); diff != "" {
		t.Error(diff)
	}
}
