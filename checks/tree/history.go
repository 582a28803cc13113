package tree

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Tag is a tag and the commit that it stands for.
type Tag struct {
	Name, Commit string
	When         time.Time // of the commit
}

// maxTags bounds how many tags are listed.
const maxTags = 200_000

// tagFormat has of an annotated tag the commit behind it.
const tagFormat = "%(refname:strip=2)%00%(objectname) %(objecttype) %(committerdate:unix)%00%(*objectname) %(*objecttype) %(*committerdate:unix)"

// Tags are the tags that stand for a commit; with on, a commit id, those that it has in
// its history.
func (r *Repository) Tags(ctx context.Context, on string) ([]Tag, error) {
	args := []string{"for-each-ref", "--format=" + tagFormat}
	if on != "" {
		if err := checkID(on); err != nil {
			return nil, err
		}
		args = append(args, "--merged="+on)
	}
	var tags []Tag
	err := r.git.lines(ctx, func(line []byte) error {
		if len(tags) == maxTags {
			return fmt.Errorf("more than %d tags", maxTags)
		}
		if t, ok := readTag(line); ok {
			tags = append(tags, t)
		}
		return nil
	}, append(args, "refs/tags")...)
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	return tags, nil
}

// readTag reads a line of tagFormat; false for a tag of something else than a commit.
func readTag(line []byte) (Tag, bool) {
	name, rest, _ := bytes.Cut(line, []byte{0})
	itself, behind, _ := bytes.Cut(rest, []byte{0})
	for _, object := range [][]byte{itself, behind} {
		fields := strings.Fields(string(object))
		if len(fields) != 3 || fields[1] != "commit" {
			continue
		}
		seconds, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			return Tag{}, false
		}
		return Tag{Name: string(name), Commit: fields[0], When: time.Unix(seconds, 0).UTC()}, true
	}
	return Tag{}, false
}

// Date is when a commit was made, by its committer's clock.
func (r *Repository) Date(ctx context.Context, id string) (time.Time, error) {
	if err := checkID(id); err != nil {
		return time.Time{}, err
	}
	line, err := r.git.line(ctx, "rev-list", "--timestamp", "--max-count=1", id)
	if err != nil {
		return time.Time{}, fmt.Errorf("date of %s: %w", id, err)
	}
	stamp, _, _ := strings.Cut(line, " ")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("date of %s: unexpected answer %q", id, line)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// Apart counts the commits that each of two has and the other has not.
func (r *Repository) Apart(ctx context.Context, a, b string) (onlyA, onlyB int, err error) {
	for _, id := range []string{a, b} {
		if err := checkID(id); err != nil {
			return 0, 0, err
		}
	}
	line, err := r.git.line(ctx, "rev-list", "--count", "--left-right", a+"..."+b)
	if err != nil {
		return 0, 0, fmt.Errorf("count the commits between %s and %s: %w", a, b, err)
	}
	if _, err := fmt.Sscanf(line, "%d\t%d", &onlyA, &onlyB); err != nil {
		return 0, 0, fmt.Errorf("count the commits between %s and %s: unexpected answer %q", a, b, line)
	}
	return onlyA, onlyB, nil
}

// Shallow reports whether the clone's history is cut.
func (r *Repository) Shallow() bool { return r.shallow }
