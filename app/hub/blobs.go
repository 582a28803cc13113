package hub

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/checks/tree"
)

// graphEntry is a path of a commit as GraphQL gives it.
type graphEntry struct {
	Mode   int // 33188 is 0o100644
	Type   string
	OID    string
	Object *graphBlob
}

type graphBlob struct {
	OID         string
	ByteSize    int64
	IsBinary    *bool
	IsTruncated bool
	Text        *string
}

const modeSymlink = 0o120000

// kind is the entry's mode; ok is false for a directory, which no tree lists.
func (e *graphEntry) kind() (m tree.Mode, ok bool) {
	switch {
	case e.Type == "commit":
		return tree.Submodule, true
	case e.Type != "blob":
		return tree.Regular, false
	case e.Mode == modeSymlink:
		return tree.Symlink, true
	}
	return tree.Regular, true
}

var (
	// errFalseBlob says that what GitHub sent is not what the id names.
	errFalseBlob = errors.New("the bytes GitHub sent do not hash to the blob's id")
	// errNotText says that GraphQL cannot give these bytes: REST must.
	errNotText = errors.New("not whole text")
)

// inFile reports an error that lies in the file and not in the asking.
func inFile(err error) bool {
	return errors.Is(err, tree.ErrNotRegular) || errors.Is(err, tree.ErrTooLarge) || errors.Is(err, errFalseBlob)
}

// content is the bytes of an entry: from GraphQL's text where that is the whole file,
// else by one REST request. Errors: tree.ErrNotRegular, tree.ErrTooLarge, errFalseBlob,
// or those of the request.
func (c *Client) content(ctx context.Context, repo Repo, e *graphEntry) ([]byte, error) {
	data, err := e.text()
	if errors.Is(err, errNotText) {
		return c.blob(ctx, repo, e.OID)
	}
	return data, err
}

// text is the content as far as GraphQL has it. What it calls text was decoded from
// the file's bytes and may differ from them (other encodings, byte order marks); only
// the hash tells.
func (e *graphEntry) text() ([]byte, error) {
	if kind, ok := e.kind(); !ok || kind != tree.Regular {
		return nil, tree.ErrNotRegular
	}
	b := e.Object
	switch {
	case b == nil || b.OID != e.OID:
		return nil, errNotText
	case b.ByteSize > tree.MaxFile:
		return nil, tree.ErrTooLarge
	case b.Text == nil || b.IsTruncated || (b.IsBinary != nil && *b.IsBinary):
		return nil, errNotText
	}
	data := []byte(*b.Text)
	if tree.BlobID(data) != e.OID {
		return nil, errNotText
	}
	return data, nil
}

// blob fetches one blob over REST, which serves up to 100 MB as base64.
func (c *Client) blob(ctx context.Context, repo Repo, id string) ([]byte, error) {
	doing := fmt.Sprintf("fetching blob %s of %s", id, repo)
	if err := check(repo, id); err != nil {
		return nil, explain(doing, err)
	}
	b, _, err := c.api.Git.GetBlob(ctx, repo.Owner, repo.Name, id)
	if err != nil {
		return nil, explain(doing, err)
	}
	if b.GetSize() > tree.MaxFile {
		return nil, tree.ErrTooLarge
	}
	if encoding := b.GetEncoding(); encoding != "base64" {
		return nil, fmt.Errorf("%s: encoding %q", doing, clip(encoding))
	}
	data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(b.GetContent(), "\n", ""))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if tree.BlobID(data) != id {
		return nil, fmt.Errorf("%s: %w", doing, errFalseBlob)
	}
	return data, nil
}
