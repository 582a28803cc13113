package tree

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// disk reads files below one folder and never leaves it.
type disk struct{ root *os.Root }

// open opens a regular file. A device or a pipe is not opened for long: it is looked
// at first, opened without waiting, and what was opened must be what was looked at.
func (d disk) open(path string) (*os.File, fs.FileInfo, error) {
	seen, err := d.root.Lstat(path)
	if err != nil {
		return nil, nil, err
	}
	if !seen.Mode().IsRegular() {
		return nil, nil, ErrNotRegular
	}
	f, err := d.root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(seen, info) {
		err = ErrNotRegular
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// read is the content of a regular file of at most MaxFile bytes.
func (d disk) read(path string) ([]byte, error) {
	f, info, err := d.open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > MaxFile {
		return nil, ErrTooLarge
	}
	data := make([]byte, info.Size(), info.Size()+1)
	n, err := io.ReadFull(f, data)
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return data[:n], nil // it shrank meanwhile
	}
	return data, err
}

// blobID is the id that git gives to the file's bytes, whatever its size.
func (d disk) blobID(ctx context.Context, path string) (string, error) {
	f, info, err := d.open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := blobHash(info.Size())
	for left := info.Size(); left > 0; {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := io.CopyN(h, f, min(left, 16<<20))
		if err != nil {
			return "", fmt.Errorf("it changed while it was read: %w", err)
		}
		left -= n
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// folders knows what stands where, from one listing of each folder.
type folders struct {
	root *os.Root
	seen map[string]map[string]fs.FileMode
}

// kind is the type of what stands at a path: false when nothing does, or when only a
// symlink leads there. What cannot be looked at counts as a regular file, so that
// reading it tells why.
func (f *folders) kind(name string) (fs.FileMode, bool) {
	dir, base := path.Split(name)
	in, ok := f.list(path.Clean(dir))
	if !ok {
		return 0, false
	}
	if kind, ok := in[base]; ok {
		return kind, true
	}
	// Where case does not matter, a name may stand under another spelling.
	info, err := f.root.Lstat(name)
	if err == nil {
		return info.Mode().Type(), true
	}
	return 0, !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

// list is what stands in a folder; false when it is none, or behind a symlink.
func (f *folders) list(dir string) (map[string]fs.FileMode, bool) {
	if in, ok := f.seen[dir]; ok {
		return in, in != nil
	}
	f.seen[dir] = nil
	if dir != "." {
		if kind, ok := f.kind(dir); !ok || !kind.IsDir() {
			return nil, false
		}
	}
	in := map[string]fs.FileMode{}
	found, _ := readFolder(f.root, dir) // kind looks for what a broken listing lacks
	for _, e := range found {
		in[e.Name()] = e.Type()
	}
	f.seen[dir] = in
	return in, true
}
