package tree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Diff lists what differs between two commits (or EmptyTree), by full id and sorted by
// path. A rename is what git holds for one: half of the content or more stays. Names
// that are not UTF-8 are left out; the trees' lists tell them as unread.
func (r *Repository) Diff(ctx context.Context, base, head string) ([]Changed, error) {
	if err := errors.Join(checkID(base), checkID(head)); err != nil {
		return nil, err
	}
	var d rawDiff
	err := r.git.records(ctx, d.take, "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "-M50%", "-l1000",
		"--no-ext-diff", "--no-textconv", "--ignore-submodules=none", base, head)
	if err == nil && d.awaited > 0 {
		err = errors.New("the list ends in the middle of an entry")
	}
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", head, base, err)
	}
	slices.SortFunc(d.changes, byNewPath)
	return d.changes, nil
}

func byNewPath(a, b Changed) int { return strings.Compare(a.Path, b.Path) }

// rawDiff reads ":<mode> <mode> <id> <id> <status>", then one path, or for a rename two.
type rawDiff struct {
	changes []Changed
	next    Changed
	awaited int // paths of next that are still to come
}

func (d *rawDiff) take(record []byte) error {
	if d.awaited == 0 {
		return d.header(string(record))
	}
	d.awaited--
	if d.awaited == 1 {
		d.next.OldPath = string(record)
		return nil
	}
	d.next.Path = string(record)
	return d.finish()
}

func (d *rawDiff) header(text string) error {
	fields := strings.Fields(strings.TrimPrefix(text, ":"))
	if len(fields) != 5 {
		return fmt.Errorf("unexpected entry %q", text)
	}
	d.awaited = 1
	d.next = Changed{SHA: fields[3], OldSHA: fields[2]}
	mode := fields[1]
	switch fields[4][0] {
	case 'A':
		d.next.Status, d.next.OldSHA = Added, ""
	case 'D':
		d.next.Status, d.next.SHA = Removed, ""
		mode = fields[0]
	case 'R':
		d.next.Status = Renamed
		d.awaited = 2
	case 'M', 'T':
	default:
		return fmt.Errorf("unexpected status in %q", text)
	}
	var err error
	d.next.Mode, err = modeOf(mode)
	return err
}

// finish keeps the entry; of a rename whose one name cannot be told, the other half.
func (d *rawDiff) finish() error {
	c := d.next
	newOK, oldOK := fs.ValidPath(c.Path), c.OldPath == "" || fs.ValidPath(c.OldPath)
	switch {
	case newOK && !oldOK:
		c = Changed{Path: c.Path, Status: Added, SHA: c.SHA, Mode: c.Mode}
	case !newOK && oldOK && c.OldPath != "":
		c = Changed{Path: c.OldPath, Status: Removed, OldSHA: c.OldSHA, Mode: c.Mode}
	case !newOK:
		return nil
	}
	if len(d.changes) == maxEntries {
		return fmt.Errorf("more than %d changes", maxEntries)
	}
	d.changes = append(d.changes, c)
	return nil
}
