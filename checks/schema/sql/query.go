package sql

import "github.com/checkrein/checkrein/checks/schema/catalog"

// Query is a SELECT, INSERT, UPDATE, DELETE or MERGE with its names resolved as far as
// the text alone allows: aliases, subqueries and common table expressions are gone.
type Query struct {
	Verb string // select, insert, update, delete, merge, truncate
	// Tables are the tables and views that it names, each place once.
	Tables []TableUse
	// Reads and Writes are the columns. Whose an unqualified one is, where several tables
	// are in scope, catalog.Resolve tells. "*" reads every column.
	Reads, Writes []catalog.Mention
	// Insert is set for INSERT.
	Insert *Insert
	Calls  []Call
	// Masks are the values that code puts in, with what they stand for.
	Masks []MaskUse
}

// TableUse is a table that a query names.
type TableUse struct {
	Name    catalog.Name
	Written bool
	At      catalog.Place
}

// Insert is what an INSERT gives.
type Insert struct {
	Table catalog.Name
	// Columns it names; Positional: it names none and gives values by position, Values of
	// them (0: not known).
	Columns    []string
	Positional bool
	Values     int
	// Defaults: INSERT ... DEFAULT VALUES.
	Defaults bool
	Conflict *Conflict
}

// Conflict is the target of ON CONFLICT, or Any for ON DUPLICATE KEY, INSERT OR REPLACE,
// INSERT IGNORE and an ON CONFLICT without one.
type Conflict struct {
	Any        bool
	Columns    []string // "" stands for an expression
	Where      string
	Constraint string
	Update     bool
	At         catalog.Place
}

// Call is a function that a query calls.
type Call struct {
	Name catalog.Name
	Args int
	At   catalog.Place
}

// MaskUse is a masked value: as a table's name, a column (or whole select list), or
// something else of which nothing is known.
type MaskUse struct {
	Role       string // table, column, other
	Start, End int    // bytes in Source.Text
}
