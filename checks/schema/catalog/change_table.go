package catalog

// CreateTable makes a table. Columns come from Like and the parents too.
type CreateTable struct {
	Place
	Table       *Table
	Like        []Like
	IfNotExists bool
}

// Like copies the columns of a table; what else it copies is as said.
type Like struct {
	Table                       Name
	Defaults, Generated, Checks bool
	Indexes, Identity           bool
}

// DropTable removes tables with what hangs on them.
type DropTable struct {
	Place
	Name              Name
	IfExists, Cascade bool
}

// RenameTable gives a table another name in its schema, or with Schema set in To, in that.
type RenameTable struct {
	Place
	From, To Name
	IfExists bool
	// Indexes: those that bear the table's name as Rails gives them ("index_posts_on_title",
	// "posts_pkey") are renamed with it.
	Indexes bool
}

// SetCharset gives a table another character set: for columns made from now on or, with
// Convert, for all that it has.
type SetCharset struct {
	Place
	Table              Name
	Charset, Collation string
	Convert            bool
	IfExists           bool
}

// AttachPartition makes a table a part of another.
type AttachPartition struct {
	Place
	Table, Partition Name
}

// DetachPartition makes it one of its own again.
type DetachPartition struct {
	Place
	Table, Partition Name
}
