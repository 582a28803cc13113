package catalog

// GrantPrivileges gives roles what they may do.
type GrantPrivileges struct {
	Place
	Grants []*Grant
}

// RevokePrivileges takes it away.
type RevokePrivileges struct {
	Place
	Grants  []*Grant
	Cascade bool
}

// SetOwner gives an object to another role.
type SetOwner struct {
	Place
	Kind  Kind
	Name  Name
	Owner string
}

// DropRole removes a role.
type DropRole struct {
	Place
	Role string
}
