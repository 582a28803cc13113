package catalog

// CreateSequence makes a sequence.
type CreateSequence struct {
	Place
	Sequence    *Sequence
	IfNotExists bool
}

// AlterSequence changes what it has set.
type AlterSequence struct {
	Place
	Name      Name
	Increment *string
	Restart   bool
	OwnedBy   *ColumnOf
	IfExists  bool
}

// DropSequence removes a sequence.
type DropSequence struct {
	Place
	Name              Name
	IfExists, Cascade bool
}

// RenameSequence renames a sequence.
type RenameSequence struct {
	Place
	From, To Name
}
