package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// Reads reports whether the file at a path is, by its path alone, a migration, a dump, or a
// setting of these.
func Reads(path string) bool {
	place, ok := placeOf(path)
	return ok && place.kind != ""
}

// placeOf is what a path says to the first format that knows it.
func placeOf(path string) (at, bool) {
	if outside(path) {
		return at{}, false
	}
	lower := strings.ToLower(path)
	for _, f := range known() {
		if !f.may(lower) {
			continue
		}
		if place, ok := f.path(path); ok {
			return place, true
		}
	}
	return at{}, false
}

// Dialects are those that a file may be read in, as far as its path and text tell: none
// where Reads says no, and "" for a setting.
func Dialects(path string, data []byte) []catalog.Dialect {
	place, ok := placeOf(path)
	switch {
	case !ok || place.kind == "":
		return nil
	case place.kind == Setting:
		return []catalog.Dialect{""}
	case place.dialect != "":
		return []catalog.Dialect{place.dialect}
	}
	if d := dialectOfPath(path); d != "" {
		return []catalog.Dialect{d}
	}
	return dialectsOfText(string(data))
}

// Read reads a file, with those of its Needs beside it that there are. One of no known format that ends in .sql is read as plain SQL, since a
// policy may name it; of any other nothing is known, and Unread says so.
func Read(path string, data []byte, d catalog.Dialect, beside ...Beside) *File {
	in := input{path: path, text: catalog.Readable(data), dialect: d, beside: beside}
	common := false
	for _, x := range known() {
		place, ok := x.path(path)
		if !ok || x.text != nil && !x.text(in.text) {
			common = common || ok && x.common
			continue
		}
		return x.file(in, place)
	}
	if common {
		return newFile("", in, at{}) // its folder and name only
	}
	place, ok := placeOf(path)
	if ok && place.kind != "" && !scriptUp.MatchString(in.text) {
		return newFile("", in, at{}) // its folder and name only
	}
	if !ok {
		place = foreign(path)
	}
	if !strings.HasSuffix(strings.ToLower(path), ".sql") {
		f := newFile("", in, place)
		f.Unread = "no reader knows migrations like this one"
		return f
	}
	return plain().file(in, place)
}

// Unreadable stands for a file whose bytes cannot be had.
func Unreadable(path string, d catalog.Dialect, reason string) *File {
	place, ok := placeOf(path)
	if !ok {
		place = foreign(path)
	}
	f := newFile("", input{path: path, dialect: d}, place)
	f.Unread = reason
	return f
}

func (x format) file(in input, place at) *File {
	f := newFile(x.name, in, place)
	if name := foreignDialect(in.path); name != "" && place.dialect == "" && place.kind != Setting {
		f.Unsupported, f.Unread = true, "SQL of "+name+" has no reader"
		return f
	}
	x.read(in, f)
	return f
}

func newFile(format string, in input, place at) *File {
	return &File{Path: in.path, Format: format, Kind: place.kind, Root: place.root, ID: place.id, Name: place.name, Dialect: in.dialect}
}
