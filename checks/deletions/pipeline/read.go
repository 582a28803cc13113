package pipeline

import (
	"fmt"
	"path"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// maxFile is the largest file that is read, in bytes.
const maxFile = 1 << 20

// reader is one format: which paths are of it, and how a file is read. Read answers nil for
// what is none of it.
type reader struct {
	format Format
	reads  func(p place) bool
	read   func(p place, data []byte) *File
}

// readers are all formats; the first that reads a path is its own.
func readers() []reader {
	return []reader{
		{Workflow, isWorkflow, readWorkflow},
		{Action, isAction, readAction},
		{GitLab, isGitLab, readGitLab},
		{CircleCI, isCircleCI, readCircleCI},
		{Azure, isAzure, readAzure},
		{Makefile, isMakefile, readMakefile},
		{Taskfile, isTaskfile, readTaskfile},
		{NPM, isPackage, readPackage},
		{Just, isJustfile, readJustfile},
		{Script, isScript, readScript},
	}
}

// place is a path, cut once.
type place struct {
	path, base string // base in lower case
	ext        string
}

func placeOf(p string) place {
	base := strings.ToLower(path.Base(p))
	return place{path: p, base: base, ext: path.Ext(base)}
}

func (p place) isYAML() bool { return p.ext == ".yml" || p.ext == ".yaml" }

// Reads reports whether files at this path are read.
func Reads(path string) bool {
	p := placeOf(path)
	for _, r := range readers() {
		if r.reads(p) {
			return true
		}
	}
	return false
}

// Starts reports whether files at this path start by themselves: pipelines, not what they call.
func Starts(path string) bool {
	p := placeOf(path)
	for _, r := range readers() {
		if r.reads(p) {
			return r.format == Workflow || r.format == GitLab || r.format == CircleCI || r.format == Azure
		}
	}
	return false
}

// Read reads a file by the format of its path. Where the path has none, a script is known
// by its name's end or its first line. Nil: none of the formats.
func Read(path string, data []byte) *File {
	p := placeOf(path)
	for _, r := range readers() {
		if r.reads(p) {
			return r.bounded(p, data)
		}
	}
	if dialectOfName(p.base) != "" || shebang(data) != "" {
		return ReadAs(Script, path, data)
	}
	return nil
}

// ReadAs reads a file as a format: what a pipeline includes says nothing by its path.
// Nil: it is none of it.
func ReadAs(format Format, path string, data []byte) *File {
	for _, r := range readers() {
		if r.format == format {
			return r.bounded(placeOf(path), data)
		}
	}
	return nil
}

// bounded reads a file that is not too large; a panic of a library is told, not passed on.
func (r reader) bounded(p place, data []byte) (file *File) {
	if len(data) > maxFile {
		return r.defeated(fmt.Sprintf("larger than %d bytes", maxFile))
	}
	defer func() {
		if cause := recover(); cause != nil {
			file = r.defeated(fmt.Sprintf("could not be read: %v", cause))
		}
	}()
	return r.read(p, data)
}

func (r reader) defeated(reason string) *File {
	return &File{Format: r.format, Unread: []Unread{{Kind: checks.Defeated, Reason: reason}}}
}
