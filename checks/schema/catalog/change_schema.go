package catalog

// CreateSchema makes a namespace.
type CreateSchema struct {
	Place
	Name        string
	IfNotExists bool
}

// DropSchema removes a namespace with what is in it.
type DropSchema struct {
	Place
	Name              string
	IfExists, Cascade bool
}

// RenameSchema renames a namespace.
type RenameSchema struct {
	Place
	From, To string
}

// MoveSchema moves an object to another schema.
type MoveSchema struct {
	Place
	Kind     Kind
	Name     Name
	To       string
	IfExists bool
}

// SetSearchPath says where unqualified names are looked for, in this session or, with For
// set, from now on for a role or database ("role app").
type SetSearchPath struct {
	Place
	Schemas []string // nil: back to the default
	For     string
}
