// Package usage reads what the code of a repository uses of a database: its models, its
// queries and, as weaker evidence, its words. One file per kind of source.
package usage

import (
	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// Version goes with every kept Facts; those of another version are stale.
const Version = 1

// Facts is what one file uses by itself. It hangs on the path, the bytes and the dialect
// alone, so that it can be kept by blob id. It holds no text but the lines that a finding quotes.
type Facts struct {
	Path    string
	Models  []Model
	Queries []Query
	// Unread are places that surely talk to the database and could not be read.
	Unread []Unread
	// Words are the hashes of the identifiers and words in the file, in any case style taken
	// together (custom_ui_asset_id, customUiAssetId, CustomUIAssetID), sorted. See Word.
	Words []uint32
}

// Model is a list of columns that code enumerates: an ORM's class, a generated list of
// fields, a table's definition that code is generated from.
type Model struct {
	// Kind: "table definition", "dump", "prisma", "drizzle", "activerecord", "django" ...
	Kind string
	Name string // of the class or variable, as written
	// Table is the table's name, said or derived by the ORM's rule; TableSaid tells which.
	Table     catalog.Name
	TableSaid bool
	Fields    []Field
	// Open: the model names no columns; the ORM takes those of the database (ActiveRecord).
	Open bool
	At   catalog.Place
}

// Field is one column of a model.
type Field struct {
	Column string
	// Required: an insert must give it, or the model always does.
	Required bool
	// Ignored: the model says that it does not use it (ignored_columns, @Transient).
	Ignored bool
	At      catalog.Place
}

// Query is SQL in a file's text, resolved as far as its own text allows.
type Query struct {
	Use Use
	At  catalog.Place
}

// Unread is a place that could not be read.
type Unread struct {
	At     catalog.Place
	Reason string
	// Tables are those that it names, where some are known; empty: any.
	Tables []catalog.Name
}

// Use is one way in which code uses the database, resolved against a catalogue.
type Use struct {
	Verb Verb
	// Table is as the catalogue calls it; a view's name where a view is used.
	Table catalog.Name
	// Reads and Writes are columns of Table. All: every column, by enumeration or "*";
	// Star: by a literal "*", so that what arrives changes with the schema.
	Reads, Writes []string
	All, Star     bool
	// Insert is what an insert gives; nil for other verbs.
	Insert *Insert
	// Function, Sequence: Verb Call.
	Called catalog.Name
	Args   int // of the call; -1: not known
	// Model is the model's kind for Verb Enumerate.
	Model string
	// Weak: the name alone was found.
	Weak bool
	At   catalog.Place
}

// Insert is what an INSERT gives.
type Insert struct {
	Columns    []string // written
	Positional bool     // no column list
	Values     int      // how many, where positional
	// Conflict is the target of an upsert; nil: none.
	Conflict *Conflict
}

// Conflict is the target of ON CONFLICT; Any: none is named (ON DUPLICATE KEY, OR REPLACE).
type Conflict struct {
	Any        bool
	Columns    []string
	Constraint string
	Where      string
}

// Verb is what a use does.
type Verb string

const (
	Select     Verb = "select"
	InsertInto Verb = "insert"
	Update     Verb = "update"
	Delete     Verb = "delete"
	Truncate   Verb = "truncate"
	Invoke     Verb = "call"      // of a function or sequence
	Enumerate  Verb = "enumerate" // a model
	Mentioned  Verb = "mention"   // a word
)
