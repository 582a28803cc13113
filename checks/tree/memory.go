package tree

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// BlobID is the id that git gives to these bytes as a file: the SHA-1, in hex, of
// "blob <length>", a zero byte and the bytes.
func BlobID(data []byte) string {
	h := blobHash(int64(len(data)))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

func blobHash(size int64) hash.Hash {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", size)
	return h
}

// memory is a tree whose files are held.
type memory struct {
	listing
	commit string
	files  map[string]string
}

// Memory is a tree of the given contents by path, with the blob ids that git would
// give them. The other entries (symlinks, submodules) are listed and never read.
func Memory(commit string, files map[string]string, others ...Entry) Tree {
	var entries []Entry
	for path, content := range files {
		entries = append(entries, Entry{Path: path, SHA: BlobID([]byte(content)), Mode: Regular})
	}
	return &memory{listing: newListing(append(entries, others...)), commit: commit, files: maps.Clone(files)}
}

// FromTxtar is a tree of the archive's files below folder ("" for all), named from there.
func FromTxtar(commit string, archive *txtar.Archive, folder string) Tree {
	if folder != "" {
		folder = strings.TrimSuffix(folder, "/") + "/"
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		if path, below := strings.CutPrefix(f.Name, folder); below {
			files[path] = string(f.Data)
		}
	}
	return Memory(commit, files)
}

func (m *memory) Commit() string { return m.commit }

func (m *memory) Prefetch(context.Context, []string) error { return nil }

func (m *memory) Read(path string) ([]byte, error) {
	if _, err := m.regular(path); err != nil {
		return nil, err
	}
	if len(m.files[path]) > MaxFile {
		return nil, unreadable(path, ErrTooLarge)
	}
	return []byte(m.files[path]), nil
}
