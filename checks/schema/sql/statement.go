package sql

import "github.com/checkrein/checkrein/checks/schema/catalog"

// Source is SQL in a file: Text[Start:End] is read, places are told of the whole Text.
// Where code puts a value into the SQL, Text has Mask in its place, of the same length.
type Source struct {
	Path, Text string
	Start, End int
	// File tells the places of a Text that was put together from pieces of a file; nil:
	// Text is the file.
	File *catalog.File
}

// Whole is a file that is SQL from beginning to end.
func Whole(path, text string) Source { return Source{Path: path, Text: text, End: len(text)} }

func (src Source) file() *catalog.File {
	if src.File != nil {
		return src.File
	}
	return catalog.NewFile(src.Path, src.Text)
}

// Statement is one statement. Exactly one of these holds: it has Changes, it has a Query,
// it is Unread, or it is harmless to the schema (none of them).
type Statement struct {
	// Start and End are its bytes in Source.Text, without the comments and blanks around
	// it and without the separator.
	Start, End int
	At         catalog.Place
	// Changes are what it does, in order. Data that it writes is among them.
	Changes []catalog.Change
	// Query is what it asks or writes; a data-changing query has a WriteData change too.
	Query *Query
	// Transaction is set for those statements that begin or end one.
	Transaction Transaction
	// Unread is why it, or a part of it, could not be read; "" when it was. An Unread change
	// then stands among Changes.
	Unread string
}

// Transaction is what a statement does to the transaction it stands in.
type Transaction string

const (
	Begin    Transaction = "begin"
	Commit   Transaction = "commit"
	Rollback Transaction = "rollback"
)

// Script is a file's statements in order.
type Script struct {
	Statements []Statement
	// Skipped are the lines that are not SQL: the client's own commands and the data of
	// COPY. Whether one matters is for the reader to say: see Skip.
	Skipped []Skip
}

// Skip is a piece that was not read as SQL.
type Skip struct {
	Start, End int
	At         catalog.Place
	// What: "psql" (a command such as \connect), "copy" (rows of COPY ... FROM stdin),
	// "delimiter" (a MySQL client's DELIMITER line).
	What string
	// Unread: the command runs other statements, which are not here (\i, \gexec, \if).
	Unread string
}
