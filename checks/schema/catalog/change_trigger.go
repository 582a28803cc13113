package catalog

// CreateTrigger makes a trigger on a table or view.
type CreateTrigger struct {
	Place
	Table       Name
	Trigger     *Trigger
	Replace     bool
	IfNotExists bool
}

// DropTrigger removes a trigger; Table is given in PostgreSQL only.
type DropTrigger struct {
	Place
	Table             *Name
	Name              string
	IfExists, Cascade bool
}

// RenameTrigger renames a trigger.
type RenameTrigger struct {
	Place
	Table    Name
	From, To string
}

// SwitchTrigger turns a trigger, or with Name "" all of them, on or off.
type SwitchTrigger struct {
	Place
	Table    Name
	Name     string
	Disabled bool
}
