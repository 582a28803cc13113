package catalog

// Catalog is a database as far as statements tell. Maps are keyed by the names as the
// dialect folds them: look things up through the methods. What a catalogue holds is
// shared with its clones and changed only by Apply.
type Catalog struct {
	Dialect Dialect
	// Snapshot: read from a dump or from table definitions, not from a history. What
	// was renamed or made anew cannot be told then.
	Snapshot bool

	Tables    map[Name]*Table
	Views     map[Name]*View
	Enums     map[Name]*Enum
	Domains   map[Name]*Domain
	Functions map[Name][]*Function // overloads
	Sequences map[Name]*Sequence
	Schemas   map[string]*Schema
	Grants    []*Grant
	// SearchPath is where unqualified names are looked for and made; nil: the default
	// schema. It belongs to a session: whoever folds files sets it to nil before each.
	SearchPath []string

	// Opaque is what could not be read: what it touched is not known.
	Opaque []Opaque
	// Removals are the objects that are gone, with the statements that removed them.
	Removals []Removal

	born  map[string]int // how often an object of this kind and name has been made
	owner *owner
	work  int
}

// owner marks the values that a catalogue may write to; others it copies first.
type owner struct{ _ byte }

// Opaque is something done to the database that could not be read.
type Opaque struct {
	At     Place
	Reason string
	// Touches are the objects it may have changed; empty: any.
	Touches []Name
}

// Removal is an object that a statement took away.
type Removal struct {
	At      Place
	ID      ID
	Kind    Kind
	Name    Name   // of the table or object, as it was then
	Item    string // column, constraint, trigger, policy
	Cascade bool   // it went because something it hung on was dropped
}

// ID tells an object from others that bear, bore or will bear its name: what it was
// called when it was made, and how many such had been made before. It survives renames.
type ID struct {
	Born string
	Nth  int
}

// Kind is a kind of object.
type Kind string

const (
	KindTable      Kind = "table"
	KindColumn     Kind = "column"
	KindConstraint Kind = "constraint" // and indexes
	KindView       Kind = "view"
	KindEnum       Kind = "enum"
	KindDomain     Kind = "domain"
	KindFunction   Kind = "function"
	KindTrigger    Kind = "trigger"
	KindPolicy     Kind = "policy"
	KindSequence   Kind = "sequence"
	KindGrant      Kind = "grant"
	KindSchema     Kind = "schema"
)

// Schema is a namespace that a statement made.
type Schema struct {
	Name string
	At   Place
}

// New is an empty database.
func New(d Dialect) *Catalog {
	return &Catalog{
		Dialect: d,
		Tables:  map[Name]*Table{}, Views: map[Name]*View{}, Enums: map[Name]*Enum{}, Domains: map[Name]*Domain{},
		Functions: map[Name][]*Function{}, Sequences: map[Name]*Sequence{}, Schemas: map[string]*Schema{},
		born: map[string]int{}, owner: new(owner),
	}
}
