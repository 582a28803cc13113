package catalog

// CreateEnum makes a type of listed values.
type CreateEnum struct {
	Place
	Enum        *Enum
	IfNotExists bool // as tools do that look first; SQL has no such clause
}

// CreateDomain makes a domain, or another type of the user's own.
type CreateDomain struct {
	Place
	Domain *Domain
}

// DropType removes an enum, a domain or another type.
type DropType struct {
	Place
	Name              Name
	IfExists, Cascade bool
}

// RenameType renames an enum, a domain or another type.
type RenameType struct {
	Place
	From, To Name
}

// AddEnumValue adds a value: at the end, or before or after another.
type AddEnumValue struct {
	Place
	Enum          Name
	Value         string
	Before, After string
	IfNotExists   bool
}

// RenameEnumValue renames a value.
type RenameEnumValue struct {
	Place
	Enum     Name
	From, To string
}

// AlterDomain changes what it has set.
type AlterDomain struct {
	Place
	Domain         Name
	NotNull        *bool
	Default        *string
	DropDefault    bool
	Add            *Constraint
	DropConstraint string
	Validate       string
	IfExists       bool // of the constraint
}
