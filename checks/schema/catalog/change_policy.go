package catalog

// RowSecurity turns row security on or off, and says whether the owner is held to it.
type RowSecurity struct {
	Place
	Table         Name
	Enable, Force *bool
	IfExists      bool
}

// CreatePolicy makes a policy.
type CreatePolicy struct {
	Place
	Table  Name
	Policy *Policy
}

// AlterPolicy changes what it has set.
type AlterPolicy struct {
	Place
	Table            Name
	Name             string
	Roles            []string
	Using, WithCheck *string
}

// DropPolicy removes a policy.
type DropPolicy struct {
	Place
	Table    Name
	Name     string
	IfExists bool
}

// RenamePolicy renames a policy.
type RenamePolicy struct {
	Place
	Table    Name
	From, To string
}
