package catalog

// AddColumn adds a column at the end, or where First and After say (MySQL).
type AddColumn struct {
	Place
	Table       Name
	Column      *Column
	First       bool
	After       string
	IfExists    bool // of the table
	IfNotExists bool // of the column
}

// DropColumn removes a column with the constraints and indexes that it is part of.
type DropColumn struct {
	Place
	Table         Name
	Column        string
	IfTableExists bool
	IfExists      bool
	Cascade       bool
}

// RenameColumn renames a column of a table or view.
type RenameColumn struct {
	Place
	Table         Name
	From, To      string
	IfTableExists bool
	IfExists      bool
}

// AlterColumn changes what it has set and leaves the rest.
type AlterColumn struct {
	Place
	Table         Name
	Column        string
	IfTableExists bool
	IfExists      bool

	Type    *Type
	Using   bool // the type changes by an expression
	NotNull *bool
	// Default is an expression; DropDefault takes it away.
	Default     *string
	DropDefault bool
	// Generated: the expression; DropGenerated leaves the values as plain ones.
	Generated     *string
	DropGenerated bool
	Identity      *string // "" drops it
	// Redefine is the column as a whole (MySQL's MODIFY and CHANGE): what it does not
	// say is reset. Its name is the new one; First and After move it.
	Redefine *Column
	First    bool
	After    string
}
