package catalog

// CreateView makes a view; Mentions are what its query names.
type CreateView struct {
	Place
	View        *View
	Mentions    []Mention
	Replace     bool
	IfNotExists bool
}

// DropView removes a view.
type DropView struct {
	Place
	Name              Name
	IfExists, Cascade bool
}

// RenameView renames a view.
type RenameView struct {
	Place
	From, To Name
	IfExists bool
}
