package catalog

// CreateFunction makes a function or procedure, or an overload of one.
type CreateFunction struct {
	Place
	Function    *Function
	Replace     bool
	IfNotExists bool
}

// DropFunction removes one overload, or with no Args given the only one.
type DropFunction struct {
	Place
	Name              Name
	Args              []Type // of the parameters that go in
	ArgsGiven         bool
	IfExists, Cascade bool
}

// RenameFunction renames one overload.
type RenameFunction struct {
	Place
	From, To  Name
	Args      []Type
	ArgsGiven bool
}
