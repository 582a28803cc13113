package catalog

// AddConstraint adds a constraint to a table.
type AddConstraint struct {
	Place
	Table       Name
	Constraint  *Constraint
	UsingIndex  string // turn this index into the constraint
	IfExists    bool   // of the table
	IfNotExists bool   // of the constraint
}

// DropConstraint removes a constraint: by name, or with no name the one of its kind
// (MySQL's DROP PRIMARY KEY).
type DropConstraint struct {
	Place
	Table         Name
	Name          string
	Kind          ConstraintKind
	Columns       []string // where Name is not there: the one of its kind over these
	References    *Name    // and to this table, whatever its columns
	IfTableExists bool
	IfExists      bool
	Cascade       bool
}

// RenameConstraint renames a constraint of a table.
type RenameConstraint struct {
	Place
	Table    Name
	From, To string
}

// AlterConstraint validates a constraint or says when it is held.
type AlterConstraint struct {
	Place
	Table      Name
	Name       string
	Columns    []string // where Name is not there: the foreign key over these
	References *Name    // or to this table
	Valid      *bool
	Deferrable *bool
}

// CreateIndex makes an index, which is a Constraint that is ByIndex.
type CreateIndex struct {
	Place
	Table       Name
	Index       *Constraint
	IfNotExists bool
}

// DropIndex removes an index; Table is given in MySQL only.
type DropIndex struct {
	Place
	Name              Name
	Table             *Name
	Columns           []string // where Name is not there: the one of Table over these
	IfExists, Cascade bool
}

// RenameIndex renames an index; Table is given in MySQL only.
type RenameIndex struct {
	Place
	Name     Name
	Table    *Name
	To       string
	IfExists bool
}
