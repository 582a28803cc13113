package catalog

// Truncate empties a table.
type Truncate struct {
	Place
	Table   Name
	Cascade bool
}

// WriteData writes rows.
type WriteData struct {
	Place
	Table Name
	Kind  string // insert, update, delete, merge, copy
	// From are the tables that the rows are taken from.
	From []Name
	// All: without a WHERE, every row.
	All bool
}
