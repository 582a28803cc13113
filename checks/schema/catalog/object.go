package catalog

// View is a view or a materialized view.
type View struct {
	ID           ID
	Name         Name
	Materialized bool
	// Columns are the names it offers; nil: not known.
	Columns []string
	// Uses are the columns of tables and views that it reads, as they stood when it was
	// made; Column "" is a table of which no column is known to be read.
	Uses []ColumnOf
	// Definition is the query's text.
	Definition string
	Triggers   []*Trigger
	At         Place
}

// ColumnOf is a column of a table or view.
type ColumnOf struct {
	Table  Name
	Column string
}

// Mention is a column as a query names it, before it is known whose it is.
type Mention struct {
	// Tables are those in whose scope it stands, the innermost first.
	Tables []Name
	// Column "*" is every column of each of the tables, "" the tables themselves.
	Column string
	// Maybe: it is no column unless a table has one so called (SQLite takes a quoted name
	// for text then, and gives every table a rowid).
	Maybe bool
	At    Place
}

// Enum is a type of listed values.
type Enum struct {
	ID      ID
	Name    Name
	Values  []string
	At      Place
	Touched []Touch
}

// Domain is a type with constraints. A composite or range type is one of Base "record"
// or "range", whose parts are not read.
type Domain struct {
	ID          ID
	Name        Name
	Type        Type
	NotNull     bool
	Default     *string
	Constraints []*Constraint
	At          Place
	Touched     []Touch
}

// Function is a function or procedure; overloads differ in their arguments.
type Function struct {
	ID        ID
	Name      Name
	Procedure bool
	Args      []Arg
	Returns   string // canonical; "" for a procedure
	Language  string
	Body      string
	// Mentions are the tables and columns its body names, where that could be read.
	Mentions []Mention
	Calls    []Name
	// Unread says why the body could not be read; "" when it was.
	Unread  string
	At      Place
	Touched []Touch
}

// Arg is one parameter.
type Arg struct {
	Name    string
	Type    Type
	Mode    string // in, out, inout, variadic, table
	Default bool   // may be left out
}

// Sequence hands out numbers.
type Sequence struct {
	ID        ID
	Name      Name
	Increment string // as written; "" is 1
	OwnedBy   *ColumnOf
	At        Place
	Touched   []Touch
}

// Grant is one privilege that a role holds on an object.
type Grant struct {
	Privilege string // select, insert, ..., all; lower case
	Columns   []string
	Kind      string // table, sequence, function, schema, type, database, all tables in schema ...
	On        Name
	Role      string // lower-case "public" is everybody
	At        Place
}
