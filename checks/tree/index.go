package tree

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tracked is what git's index says of a path.
type tracked struct {
	path    string
	sha     string
	mode    Mode
	absent  bool // sparse checkout: deliberately not in the work tree
	merging bool // a conflict: the path stands several times
	// What the file was when git last compared it with sha.
	size     int64
	modified time.Time
}

// unchanged reports whether the file is as it was when git compared it: its size and
// time are the recorded ones, and the time is a second before the index's or more, since
// a write within the clock's step leaves no trace (git's own rule). The comparison takes line
// ends and filters into account, which only git may run.
func (t tracked) unchanged(info fs.FileInfo, indexWritten time.Time) bool {
	return !t.merging && t.mode == Regular && info.Mode().IsRegular() &&
		info.Size() == t.size && info.ModTime().Equal(t.modified) && t.modified.Unix() < indexWritten.Unix()
}

// index lists git's index, and when it was written (zero if that cannot be told).
func (r *Repository) index(ctx context.Context) (map[string]tracked, time.Time, error) {
	p := indexParser{found: map[string]tracked{}}
	err := r.git.records(ctx, p.take, "ls-files", "-z", "-t", "--stage", "--debug")
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("list tracked files: %w", err)
	}
	p.keep()
	var written time.Time
	if info, err := os.Stat(filepath.Join(r.gitDir, "index")); err == nil {
		written = info.ModTime()
	}
	return p.found, written, nil
}

// indexParser reads "<tag> <mode> <id> <stage>\t<path>", each followed by the lines of
// --debug, which stand before the next entry's record. Those are not promised to stay
// as they are; where they are not understood, files are compared by their bytes.
type indexParser struct {
	found map[string]tracked
	next  *tracked
}

func (p *indexParser) take(record []byte) error {
	for p.next != nil && bytes.HasPrefix(record, []byte("  ")) {
		line, rest, _ := bytes.Cut(record, []byte("\n"))
		p.next.debug(string(line))
		record = rest
	}
	p.keep()
	if len(record) == 0 {
		return nil
	}
	if len(p.found) == maxEntries {
		return fmt.Errorf("more than %d files", maxEntries)
	}
	head, path, ok := bytes.Cut(record, []byte("\t"))
	fields := bytes.Fields(head)
	if !ok || len(fields) != 4 {
		return fmt.Errorf("unexpected entry %q", record)
	}
	mode, err := modeOf(string(fields[1]))
	p.next = &tracked{path: string(path), sha: string(fields[2]), mode: mode, size: -1,
		absent: string(fields[0]) == "S", merging: string(fields[3]) != "0"}
	return err
}

// keep files the entry whose lines have all been read.
func (p *indexParser) keep() {
	if p.next != nil {
		p.found[p.next.path] = *p.next
		p.next = nil
	}
}

// debug reads "  mtime: <seconds>:<nanoseconds>" and "  size: <bytes>\tflags: <hex>".
func (t *tracked) debug(line string) {
	name, value, _ := strings.Cut(strings.TrimLeft(line, " "), ": ")
	switch name {
	case "mtime":
		whole, part, _ := strings.Cut(value, ":")
		seconds, err := strconv.ParseInt(whole, 10, 64)
		nanoseconds, err2 := strconv.ParseInt(part, 10, 64)
		if err == nil && err2 == nil {
			t.modified = time.Unix(seconds, nanoseconds)
		}
	case "size":
		digits, _, _ := strings.Cut(value, "\t")
		if size, err := strconv.ParseInt(digits, 10, 64); err == nil {
			t.size = size
		}
	}
}
