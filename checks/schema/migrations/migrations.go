// Package migrations finds a repository's migrations and reads them: which files they are,
// in which order they run, which part of each runs forward and in which transactions.
// One file per format.
package migrations

import (
	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// Version goes with every kept File; those of another version are stale.
const Version = 2

// File is what one file says by itself, whatever stands beside it. It hangs on the path,
// the bytes and the dialect alone, so that it can be kept by blob id.
type File struct {
	Path   string
	Format string // "flyway", "rails", "dump" ...
	Kind   Kind
	// Root is the folder that holds the whole line, as far as the path tells; "." is the
	// repository's own.
	Root string
	// Dialect is the one that it was read in.
	Dialect catalog.Dialect
	// ID is what orders it among the others, as the format has it: "20240718093000", "1.2.3",
	// an Alembic revision. Name is what it is called beside that. A file that is renamed
	// keeps the two apart: logto's "next-1720505152-x" becomes "1.19.0-1720505152-x".
	ID, Name string
	// After are the IDs that it says it follows, where the format says so (Alembic, Django).
	After []string
	// Needs are the modules that a script imports, without their ending where it says none:
	// with them beside it, more of it may be known. See Read.
	Needs []string
	// Replaces are the IDs of those that a squashed one stands for (Django).
	Replaces []string `json:",omitempty"`
	// Steps run forward, in order. Down, revert and beforeDown sections are not among them.
	Steps []Step
	// Setting is what a file of Kind Setting says.
	Setting *Settings `json:",omitempty"`
	// Unread is why the file as a whole could not be read; "" when it was.
	Unread string
	// Unsupported: the format is recognised and has no reader, and nothing in the file looks
	// as if it removed, altered or ran SQL.
	Unsupported bool
}

// Kind is what a file is to a schema.
type Kind string

const (
	// Migration changes a database from one state to the next, once.
	Migration Kind = "migration"
	// Repeatable is run again whenever it changes (Flyway's R__).
	Repeatable Kind = "repeatable"
	// Dump is the whole schema as it is at this commit (structure.sql, db/schema.sql), or
	// a part of it (one table's definition).
	Dump Kind = "dump"
	// Setting tells of the folder: sqitch.plan, atlas.sum, _journal.json, alembic.ini.
	Setting Kind = "setting"
)

// Step is what succeeds or fails together: the statements of one transaction, or one that
// runs outside any.
type Step struct {
	Transaction bool
	Statements  []Statement
}

// Statement is one statement: SQL, or a call of the format's language.
type Statement struct {
	At catalog.Place
	// Text is the statement as told, at most a few lines.
	Text    string
	Changes []catalog.Change
	// Model is an operation on models (Django): what it changes hangs on the migrations
	// before it, and is filled in when those are known.
	Model *ModelOperation `json:",omitempty"`
	// Unread is why it, or a part of it, could not be read.
	Unread string
}

// Settings are what a file says of the migrations in its folder and below.
type Settings struct {
	Dialect catalog.Dialect // "": it does not say
	At      catalog.Place   // where it says so
	// Weak: a guess only, such as a driver among the dependencies.
	Weak bool
	// Tool is the format of the migrations beside it; "" when it says nothing of that.
	Tool string
	// Folder is where the migrations are, as it says; "" is its own and those below.
	Folder string
	// Order are the names of the files (or of the changes) in the order in which they run.
	Order []string
}

// Line is one sequence of migrations that one tool runs against one database. A repository
// may have several.
type Line struct {
	Root    string // the folder that all of its files stand below
	Format  string
	Dialect catalog.Dialect
	// DialectFrom is how the dialect is known: "path", "name", "policy", "schema.prisma:3", "statements", "default".
	DialectFrom string
	Migrations  []*File // in the order in which they run
	Repeatable  []*File
	Dumps       []*File
	// Problems are what does not fit: two with one ID, a plan that names a missing file.
	Problems []Problem

	order   order
	planned bool // a plan or journal gives the order
}

// Problem is something wrong with the line as a whole.
type Problem struct {
	Kind   ProblemKind
	Path   string
	Reason string
}

// ProblemKind is a kind of Problem.
type ProblemKind string

const (
	// Duplicate: two migrations have one ID.
	Duplicate ProblemKind = "duplicate"
	// Shape: the ID is written in another way than most of the line's (another width,
	// no number).
	Shape ProblemKind = "shape"
	// Missing: a plan or journal names what is not there, or does not name what is.
	Missing ProblemKind = "missing"
)
