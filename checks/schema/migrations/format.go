package migrations

import (
	"slices"
	"strings"
	"sync"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// format is one way to write migrations.
type format struct {
	name string
	// parts are what a path in lower case has one of wherever path says yes: most paths are
	// told by that. Empty: path is always asked.
	parts []string
	// path tells what a file's path says by itself; false: it is not of this format. With
	// kind "" it is, and never runs forward (a down file).
	path func(path string) (at, bool)
	// text reports whether a file with such a path is of the format; nil: each is.
	text func(text string) bool
	// read fills in what the file says. Path, Kind, Root, ID and Name are there already,
	// and may be bettered.
	read func(in input, f *File)
	// order is how the IDs are ordered; nil: as numbers and words.
	order order
	// common: paths like these are met elsewhere too. A file whose text is of no format is
	// nothing of ours then.
	common bool
	// chained: the files say which ones they follow; their IDs order nothing.
	chained bool
	// link fills in what hangs on the files before; it is given those of a line in order.
	// nil: nothing does.
	link func(d catalog.Dialect, files []*File) []*File
	// planned: files of it are none without the plan that orders them.
	planned bool
}

// at is what a path says.
type at struct {
	kind     Kind
	root     string // see File.Root
	id, name string
	dialect  catalog.Dialect // said by the file's own name; "": not said
}

// may reports whether a path, given in lower case, is worth asking about.
func (f format) may(lower string) bool {
	return len(f.parts) == 0 || slices.ContainsFunc(f.parts, func(part string) bool { return strings.Contains(lower, part) })
}

// input is a file to read.
type input struct {
	path, text string
	dialect    catalog.Dialect
	beside     []Beside
}

// Beside is another file that a file's meaning hangs on.
type Beside struct {
	Path string
	Data []byte
}

// formats is the one list: of those whose path fits, the first that knows the text reads
// the file. Those known by their names come before those known by their folder.
func formats() []format {
	return slices.Concat(
		[]format{atlasSum(), drizzleJournal(), sqitchPlan(), settings()},
		[]format{rails(), alembic(), django()},
		[]format{golangMigrate(), flyway(), prisma(), upFolder(), dump(), supabase(), sqitch()},
		[]format{goose(), sqlMigrate(), dbmate(), liquibase(), typeorm(), script(), gooseGo()}, // known by their text
		recognisedFormats(),
		[]format{plain()},
	)
}

// known is the list made once: every path of a tree is held against it.
var known = sync.OnceValue(formats)

// named finds a format by its name.
func named(name string) (format, bool) {
	i := slices.IndexFunc(known(), func(f format) bool { return f.name == name })
	if i < 0 {
		return format{}, false
	}
	return known()[i], true
}
