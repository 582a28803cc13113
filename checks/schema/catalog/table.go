package catalog

// Table is a table with everything that hangs on it.
type Table struct {
	ID          ID
	Name        Name
	Columns     []*Column // in the order of the database
	Constraints []*Constraint
	Triggers    []*Trigger
	Policies    []*Policy

	RowSecurity, ForceRowSecurity bool
	Partitioned                   bool  // has partitions of its own
	PartitionOf                   *Name // the table whose rows it holds a part of
	Inherits                      []Name
	Temporary                     bool
	// Charset and Collation are MySQL's, for the columns that do not say another; "" when not said.
	Charset, Collation string
	// Partial says why its columns are not all known; "" when they are.
	Partial string
	// FilledFrom are the tables that an INSERT ... SELECT copied rows from: a table
	// that is built anew keeps its data so.
	FilledFrom []Name
	At         Place
	Touched    []Touch

	owner *owner
}

// Column is one column.
type Column struct {
	ID      ID
	Name    string
	Type    Type
	NotNull bool
	Default *string // the expression; nil: none, that is NULL
	// Generated is the expression that the database computes it by, from the columns in From.
	Generated *string
	From      []string
	Stored    bool   // the generated value is kept, not computed when read
	Identity  string // "", "always" or "default"; MySQL's AUTO_INCREMENT and serial are defaults
	At        Place
	// Touched are the statements that changed it since, the last for each aspect.
	Touched []Touch
}

// Touch is a statement that changed one aspect of an object.
type Touch struct {
	Aspect Aspect
	At     Place
}

// ConstraintKind is what a constraint or index demands or does.
type ConstraintKind string

const (
	Primary   ConstraintKind = "primary"
	Unique    ConstraintKind = "unique"
	Check     ConstraintKind = "check"
	Foreign   ConstraintKind = "foreign"
	Exclusion ConstraintKind = "exclude"
	Index     ConstraintKind = "index" // demands nothing
)

// Constraint is a constraint or an index.
type Constraint struct {
	ID   ID
	Name string // as said, or as the database names it by itself
	Kind ConstraintKind
	// Columns are the plain columns, those that a check names included; "" stands where an
	// index has an expression.
	Columns []string
	// Also are columns that only an index's expressions, predicate or payload name.
	Also []string
	// Expr is the text of a check, or of an index's expressions; Where that of a
	// partial index's predicate.
	Expr, Where string
	References  *Name
	RefColumns  []string // empty: the primary key
	// OnDelete and OnUpdate: "", "cascade", "restrict", "set null", "set default";
	// "" is no action.
	OnDelete, OnUpdate string
	Valid              bool // false: NOT VALID, held against new rows only
	NullsNotDistinct   bool
	Deferrable         bool
	// ByIndex: made by CREATE INDEX; ON CONFLICT ON CONSTRAINT does not find it.
	ByIndex bool
	Method  string // of the index: btree, gin, fulltext ...; "" when not said
	At      Place
	Touched []Touch
}

// Trigger runs when rows of its table, or view, are written.
type Trigger struct {
	ID       ID
	Name     string
	Timing   string   // before, after, instead
	Events   []string // insert, update, delete, truncate
	Columns  []string // of UPDATE OF
	EachRow  bool
	Function Name      // PostgreSQL
	Body     string    // MySQL, SQLite
	Mentions []Mention // what the body names, where it could be read
	Disabled bool
	At       Place
}

// Policy lets some rows through when row security is on.
type Policy struct {
	ID               ID
	Name             string
	Restrictive      bool
	Command          string // all, select, insert, update, delete
	Roles            []string
	Using, WithCheck string
	Columns          []string // of its table, that its expressions name
	At               Place
	Touched          []Touch
}
