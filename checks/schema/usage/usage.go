// Package usage reads what the code of a repository uses of a database: its models, its
// queries and, as weaker evidence, its words. One file per kind of source. Read says what
// one file uses by itself; an Index takes the files of one commit together and resolves
// them against a catalogue.
package usage

import (
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// Version goes with every kept Facts; those of another version are stale.
const Version = 3

// Facts is what one file uses by itself. It hangs on the path and the bytes alone, so that
// it can be kept by blob id, and goes to JSON and back without loss. It holds no text but
// the names of what is used and the lines that a finding quotes.
type Facts struct {
	Path string
	// Test: a test, a mock or a story, which does not serve: what it uses is weak.
	Test    bool     `json:",omitempty"`
	Models  []Model  `json:",omitempty"`
	Queries []Query  `json:",omitempty"`
	Unread  []Unread `json:",omitempty"`
	Words   Words    `json:",omitempty"`
	Lines   []Quoted `json:",omitempty"` // by number
}

// Quoted is a line of the file that something stands on, shortened when it is very long.
type Quoted struct {
	Number int
	Text   string
}

// Model is a list of columns that code enumerates: an ORM's class, a generated list of
// fields, a table's definition that code is generated from.
type Model struct {
	// Kind: "table definition", "dump", "prisma", "drizzle", "activerecord", "django" ...
	Kind string
	Name string `json:",omitempty"` // of the class or variable, as written
	// Table is the table's name, said or derived by the ORM's rule; TableSaid tells which.
	Table     catalog.Name
	TableSaid bool    `json:",omitempty"`
	Fields    []Field `json:",omitempty"`
	// Open: the model names no columns, or not all; the ORM takes those of the database.
	// Star: it takes them anew with every row (Eloquent), and needs none by itself; else
	// it keeps the list from its start and names each (ActiveRecord).
	Open, Star bool `json:",omitempty"`
	// Extends is the model that it takes its table, or more columns, from.
	Extends string `json:",omitempty"`
	// Abstract: it has no table of its own; those that extend it have its columns.
	Abstract bool `json:",omitempty"`
	At       checks.Span
}

// Field is one column of a model.
type Field struct {
	Column string
	// Property is the code's own name for it, where that is another.
	Property string `json:",omitempty"`
	// Said: the column is as it is written; else it is derived by the ORM's rule, and
	// another case style may be meant.
	Said bool `json:",omitempty"`
	// Required: an insert must give it, or the model always does.
	Required bool `json:",omitempty"`
	// Ignored: the model says that it does not use it (ignored_columns, @Transient).
	Ignored bool `json:",omitempty"`
	At      checks.Span
}

// Query is a statement of SQL in a file, or a call that makes one, resolved as far as its
// own text allows.
type Query struct {
	Verb   Verb
	At     checks.Span
	Tables []Table `json:",omitempty"`
	// Reads and Writes are columns; whose, the catalogue tells.
	Reads, Writes []Mention `json:",omitempty"`
	Insert        *Insert   `json:",omitempty"`
	Calls         []Call    `json:",omitempty"`
	// Partial: it may name more columns than are known here.
	Partial bool `json:",omitempty"`
}

// Table is a table that a query names.
type Table struct {
	Name catalog.Name
	// Hint is the class or variable that gives the name, where Name is not known.
	Hint    string `json:",omitempty"`
	Written bool   `json:",omitempty"`
	At      checks.Span
}

// Mention is a column as a query names it.
type Mention struct {
	// Of are the tables that may have it, as indexes into the query's, the innermost first.
	Of []int `json:",omitempty"`
	// Column is its name; "*" each of them, by a star; "" each of them, by a list that code
	// puts in.
	Column string
	// Loose: the code's own name for it, in whatever case style. Listed: it stands in a list
	// of columns, and where it is none it gives all of them.
	Loose, Listed bool `json:",omitempty"`
	At            checks.Span
}

// Call is a function that a query calls, or a sequence that it takes from.
type Call struct {
	Name     catalog.Name
	Args     int
	Sequence bool `json:",omitempty"`
	At       checks.Span
}

// Unread is a place that talks to the database and could not be read.
type Unread struct {
	At     checks.Span
	Reason string
	// Tables are those that it names, where some are known; empty: any.
	Tables []catalog.Name `json:",omitempty"`
}

// Insert is what an INSERT gives.
type Insert struct {
	Into       int      // index of the table among the query's
	Columns    []string `json:",omitempty"` // written
	Positional bool     `json:",omitempty"` // no column list
	Values     int      `json:",omitempty"` // how many, where positional; 0: not known
	// Open: columns may be given that are not known here, so that nothing is surely omitted.
	Open bool `json:",omitempty"`
	// Conflict is the target of an upsert; nil: none.
	Conflict *Conflict `json:",omitempty"`
}

// Conflict is the target of ON CONFLICT; Any: none is named (ON DUPLICATE KEY, OR REPLACE).
type Conflict struct {
	Any        bool     `json:",omitempty"`
	Columns    []string `json:",omitempty"` // "" stands for an expression
	Constraint string   `json:",omitempty"`
	Where      string   `json:",omitempty"`
	At         checks.Span
}

// Verb is what a use does.
type Verb string

const (
	Select     Verb = "select"
	InsertInto Verb = "insert"
	Update     Verb = "update"
	Delete     Verb = "delete"
	Merge      Verb = "merge"
	Truncate   Verb = "truncate"
	Invoke     Verb = "call"      // of a function or sequence
	Enumerate  Verb = "enumerate" // a model
	Mentioned  Verb = "mention"   // a word
)

// Use is one way in which code uses the database, resolved against a catalogue.
type Use struct {
	Verb Verb
	// Table is as the catalogue calls it; a view's name where a view is used.
	Table catalog.Name
	// Reads and Writes are columns of Table. All: every column, by enumeration or "*";
	// Star: by a literal "*" alone, so that what arrives changes with the schema and no
	// column is needed. Of a model, Reads are its columns.
	Reads, Writes []string
	All, Star     bool
	// Partial: it may name more columns than those (a query builder's call, a list that
	// code puts in); words tell.
	Partial bool
	// Ignored are columns that a model says it does not use.
	Ignored []string
	// Insert is what an insert gives, or what one through a model does; nil for others.
	Insert *Insert
	// Function, Sequence: Verb Invoke.
	Called catalog.Name
	Args   int
	// Model is the model's kind for Verb Enumerate, and ModelName its own name.
	Model, ModelName string
	// Weak: the name alone was found, or in a test only.
	Weak bool
	At   catalog.Place
}
