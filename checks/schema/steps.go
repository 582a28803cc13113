package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// steps is the way to do what the change is about without a moment at which what runs
// fails: numbered, with SQL for the dialect, and which of the steps this change is.
func (j *judgement) steps(e *entry) string {
	switch e.rule {
	case editedMigrationID:
		return "Restore the file as it was at the deployed commit, and put the change into a new migration."
	case orderID:
		return "Give the migration an id of the usual form that sorts after all on the base."
	case unreadID:
		return "Write the statement out as plain SQL that names what it changes, or have somebody look and add an inline ignore that says why it is harmless."
	case dataLossID:
		return lossSteps(e)
	}
	w := &writer{dialect: e.line.Dialect, entry: e, where: j.where(e)}
	return w.steps()
}

// where names the commits that must be gone before the last step.
func (j *judgement) where(e *entry) string {
	var names []string
	if e.ref != nil {
		names = append(names, e.ref.name)
	}
	names = append(names, e.also...)
	if len(names) == 0 {
		return "what runs now"
	}
	return strings.Join(names, ", ")
}

func lossSteps(e *entry) string {
	if e.delta.Kind == catalog.KindColumn || e.delta.Kind == catalog.KindTable {
		return "Rename or alter in place instead of dropping and adding, or copy the values to a new place first and drop the old one a release later."
	}
	return "Make sure that nobody needs the rows, or keep a copy for a release: a revert of this change does not bring them back."
}

// writer writes the steps of one finding.
type writer struct {
	dialect catalog.Dialect
	entry   *entry
	where   string
}

func (w *writer) steps() string {
	if w.entry.gap {
		return "Put the statements into one transaction, so that what runs never meets the state in between. Where that cannot be, do it in two releases: first what adds, then what takes away."
	}
	d := w.entry.delta
	if w.entry.rule == dependsID && w.entry.severity != "" {
		return "Nothing needs to come first. See that code which writes what is new is released after code that can read it; and name columns instead of *."
	}
	switch d.Kind {
	case catalog.KindColumn:
		return w.column(d)
	case catalog.KindTable:
		return w.table(d)
	case catalog.KindConstraint:
		return w.constraint(d)
	case catalog.KindEnum:
		return "1. Release code that neither writes nor expects the old value, and knows the new one. 2. Deploy it everywhere and change the rows that hold the old value. 3. Then take the value away: this pull request is step 3."
	case catalog.KindView, catalog.KindFunction, catalog.KindSequence, catalog.KindDomain:
		return w.object(d)
	case catalog.KindTrigger:
		return "1. Release code that works with and without the trigger. 2. Deploy it everywhere. 3. Then change the trigger: this pull request is step 3."
	case catalog.KindPolicy, catalog.KindGrant:
		return "Find out as which role the code connects. If it is held to this, first give it a policy or a grant of its own, then take this one away."
	}
	return "Look at the places above. If what runs meets the change there, release code first that does not, deploy it everywhere, and change the schema after that."
}

// contract is the three steps of taking something away.
func (w *writer) contract(first, last string) string {
	return fmt.Sprintf("Expand, then contract. 1. %s 2. Deploy it everywhere, until %s is not running any more. 3. Then, in a pull request of its own: %s This pull request is step 3, and comes too early.",
		first, w.where, last)
}

func (w *writer) column(d catalog.Delta) string {
	table, name := w.name(d.Table), w.quote(d.Item)
	is, _ := d.Is.(*catalog.Column)
	was, _ := d.Was.(*catalog.Column)
	switch {
	case d.Action == catalog.Renamed:
		return w.rename(table, name, is, was)
	case d.Action == catalog.Removed:
		first := fmt.Sprintf("Release code that neither reads nor writes %s%s, and leave the column.", told(d), w.ignoring(d.Item))
		if was != nil && mandatory(was) {
			first += fmt.Sprintf(" As it must be given so far, loosen it in the same release: %s;", w.dropNotNull(table, name, was))
		}
		return w.contract(first, fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s;", table, name))
	case d.Action == catalog.Added && is != nil && mandatory(is):
		return fmt.Sprintf("1. Here: add it so that it need not be given, ALTER TABLE %s ADD COLUMN %s %s; or give it a DEFAULT that stays. 2. Release code that writes it, deploy it everywhere, until %s is not running any more, and fill the old rows. 3. Then, in a pull request of its own: %s; This pull request is step 1, and holds step 3 already.",
			table, name, is.Type, w.where, w.setNotNull(table, name, is))
	case slices.Contains(d.Aspects, catalog.AspectType):
		return w.retype(table, d, is)
	case slices.Contains(d.Aspects, catalog.AspectNull) && is != nil && is.NotNull:
		return w.contract(fmt.Sprintf("Release code that always gives %s.", told(d)), fmt.Sprintf("fill the rows without it, and %s;", w.setNotNull(table, name, is)))
	case slices.Contains(d.Aspects, catalog.AspectDefault):
		return w.contract(fmt.Sprintf("Release code that gives %s with every insert.", told(d)), fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT;", table, name))
	}
	return w.contract(fmt.Sprintf("Release code that works with %s as it was and as it will be.", told(d)), "this change.")
}

func (w *writer) rename(table, name string, is, was *catalog.Column) string {
	to, typ := w.quote(is.Name), was.Type.String()
	return fmt.Sprintf("Expand, then contract. 1. ALTER TABLE %[1]s ADD COLUMN %[3]s %[4]s; and release code that writes both. 2. UPDATE %[1]s SET %[3]s = %[2]s; and release code that reads and writes %[3]s alone; deploy it everywhere, until %[5]s is not running any more. "+
		"3. Then, in a pull request of its own: ALTER TABLE %[1]s DROP COLUMN %[2]s; This pull request does all three at once.", table, name, to, typ, w.where)
}

func (w *writer) retype(table string, d catalog.Delta, is *catalog.Column) string {
	next := w.quote(d.Item + "_new")
	return fmt.Sprintf("Expand, then contract. 1. ALTER TABLE %[1]s ADD COLUMN %[2]s %[3]s; and release code that writes both columns. 2. Fill the old rows, release code that reads and writes %[2]s alone, deploy it everywhere, until %[4]s is not running any more. "+
		"3. Then drop %[5]s in a pull request of its own. This pull request does all three at once.", table, next, is.Type, w.where, w.quote(d.Item))
}

func (w *writer) setNotNull(table, name string, is *catalog.Column) string {
	switch w.dialect {
	case catalog.MySQL:
		return fmt.Sprintf("ALTER TABLE %s MODIFY %s %s NOT NULL", table, name, is.Type)
	case catalog.SQLite:
		return fmt.Sprintf("build %s anew with %s NOT NULL", table, name)
	}
	return fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL", table, name)
}

func (w *writer) dropNotNull(table, name string, was *catalog.Column) string {
	switch w.dialect {
	case catalog.MySQL:
		return fmt.Sprintf("ALTER TABLE %s MODIFY %s %s NULL", table, name, was.Type)
	case catalog.SQLite:
		return fmt.Sprintf("build %s anew with a DEFAULT for %s", table, name)
	}
	return fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL", table, name)
}

// ignoring is how the mapper that was found is told to leave a column alone.
func (w *writer) ignoring(column string) string {
	for _, p := range w.entry.proof {
		switch {
		case strings.Contains(p.note, "activerecord"):
			return fmt.Sprintf(" (self.ignored_columns += [%q] in the model)", column)
		case strings.Contains(p.note, "table definition"), strings.Contains(p.note, "from which code is made"):
			return " (take it out of the definition that code is made from)"
		case strings.Contains(p.note, " model lists "):
			return " (take the field out of the model)"
		}
	}
	return ""
}

func (w *writer) table(d catalog.Delta) string {
	table := w.name(d.Table)
	is, _ := d.Is.(*catalog.Table)
	switch {
	case d.Action == catalog.Renamed && is != nil && w.dialect == catalog.SQLite:
		return w.contract("Make the new table beside the old one and release code that writes both and reads the new one.", fmt.Sprintf("DROP TABLE %s;", table))
	case d.Action == catalog.Renamed && is != nil:
		return fmt.Sprintf("1. Here, in the same transaction: CREATE VIEW %s AS SELECT * FROM %s; so that what runs finds its table. 2. Release code that uses the new name, deploy it everywhere, until %s is not running any more. 3. Then, in a pull request of its own: DROP VIEW %[1]s; This pull request is step 1, without its view.",
			table, w.name(is.Name), w.where)
	case d.Action == catalog.Removed:
		return w.contract(fmt.Sprintf("Release code that does not use %s, and leave the table.", d.Table), fmt.Sprintf("DROP TABLE %s;", table))
	case slices.Contains(d.Aspects, catalog.AspectRowSecurity):
		return fmt.Sprintf("Make the policies first that let through what the code does (CREATE POLICY … ON %s TO its role …), in the same transaction as row security is switched on.", table)
	}
	return w.contract(fmt.Sprintf("Release code that does not count on %s as it is.", d.Table), "this change.")
}

func (w *writer) constraint(d catalog.Delta) string {
	switch d.Action {
	case catalog.Added:
		if w.dialect == catalog.Postgres {
			return "1. Release code that never writes what the constraint refuses, and deploy it everywhere. 2. Look for rows that violate it. 3. Then add it, NOT VALID first and VALIDATE after: this pull request is step 3."
		}
		return "1. Release code that never writes what the constraint refuses, and deploy it everywhere. 2. Look for rows that violate it. 3. Then add it: this pull request is step 3."
	case catalog.Changed:
		return w.contract("Release code that works with the constraint as it was and as it will be.", "this change.")
	}
	return w.contract("Make the new key beside the old one, and release code that goes by the new one.", fmt.Sprintf("drop %s.", w.quote(d.Item)))
}

func (w *writer) object(d catalog.Delta) string {
	kind := string(d.Kind)
	if d.Action == catalog.Removed {
		return w.contract(fmt.Sprintf("Release code that does not use %s %s, and leave it.", kind, d.Table), fmt.Sprintf("DROP %s %s;", strings.ToUpper(kind), w.name(d.Table)))
	}
	return fmt.Sprintf("1. Make it under a new name beside the old one. 2. Release code that uses the new one, deploy it everywhere, until %s is not running any more. 3. Then drop the old %s in a pull request of its own.", w.where, kind)
}

func (w *writer) name(n catalog.Name) string {
	if n.Schema == "" {
		return w.quote(n.Object)
	}
	return w.quote(n.Schema) + "." + w.quote(n.Object)
}

// quote writes a name as the dialect wants it, in quotes only where it must be.
func (w *writer) quote(name string) string {
	plain := func(r rune) bool { return r == '_' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 && (name[0] < '0' || name[0] > '9') {
		return name
	}
	mark := `"`
	if w.dialect == catalog.MySQL {
		mark = "`"
	}
	return mark + strings.ReplaceAll(name, mark, mark+mark) + mark
}
