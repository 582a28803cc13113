package migrations

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

// hollow marks a statement unread whose changes hang on a name that is put in when it runs.
// What is only called so, and whose effect is known whatever its name is (an index, a
// policy, a role), stays.
func hollow(s *sql.Statement) {
	if s.Unread != "" {
		return
	}
	for _, change := range s.Changes {
		v := reflect.ValueOf(change)
		if !masked(v, addsNamed(change)) {
			continue
		}
		unread := catalog.Unread{Place: s.At, Reason: "a name in it is put in when it runs"}
		if table := v.FieldByName("Table"); table.IsValid() && table.Type() == reflect.TypeFor[catalog.Name]() && !masked(table, nil) {
			unread.Touches = []catalog.Name{table.Interface().(catalog.Name)}
			unread.Reason = fmt.Sprintf("a name in it is put in when it runs; it changes %s", unread.Touches[0])
		}
		s.Unread = unread.Reason
		s.Changes = []catalog.Change{unread}
		return
	}
}

// addsNamed are the fields in which a name may be anything, as the change adds the object.
func addsNamed(change catalog.Change) []string {
	switch change.(type) {
	case catalog.AddConstraint:
		return []string{"Constraint.Name"}
	case catalog.CreateIndex:
		return []string{"Index.Name"}
	case catalog.CreatePolicy:
		return []string{"Policy.Name"}
	case catalog.CreateTrigger:
		return []string{"Trigger.Name"}
	case catalog.WriteData, catalog.Truncate:
		return []string{"Table", "From"}
	}
	return nil
}

// values are the fields that hold no names.
var values = []string{"Place", "At", "Touched", "Default", "Expr", "Where", "Using", "WithCheck", "Body", "Definition", "Generated", "Role", "Roles", "Owner", "Comment", "Mentions", "Reason"}

// masked reports whether a name within a value is one that is put in.
func masked(v reflect.Value, but []string) bool { return maskedIn(v, "", but) }

func maskedIn(v reflect.Value, path string, but []string) bool {
	switch v.Kind() {
	case reflect.String:
		return sql.IsMask(v.String())
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && maskedIn(v.Elem(), path, but)
	case reflect.Slice:
		for i := range v.Len() {
			if maskedIn(v.Index(i), path, but) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			inner := field.Name
			if path != "" {
				inner = path + "." + field.Name
			}
			if !field.IsExported() || slices.Contains(values, field.Name) || slices.Contains(but, inner) {
				continue
			}
			if maskedIn(v.Field(i), inner, but) {
				return true
			}
		}
	}
	return false
}
