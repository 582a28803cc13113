package guard

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/checkrein/checkrein/registry"
)

// keepFile is the file of digests that are in use; it is read again when it changed.
type keepFile struct {
	path    string // empty: there is none
	mu      sync.Mutex
	changed time.Time
	size    int64
	all     map[registry.Digest]registry.RootKind
}

// read answers what is to be kept. A file that cannot be read is an error: nobody knows
// what is in use.
func (k *keepFile) read() (map[registry.Digest]registry.RootKind, error) {
	if k.path == "" {
		return map[registry.Digest]registry.RootKind{}, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	info, err := os.Stat(k.path)
	if err != nil {
		return nil, fmt.Errorf("keep file: %w", err)
	}
	if k.all != nil && info.ModTime().Equal(k.changed) && info.Size() == k.size {
		return k.all, nil
	}
	data, err := os.ReadFile(k.path)
	if err != nil {
		return nil, fmt.Errorf("keep file: %w", err)
	}
	all, err := ParseKeep(data)
	if err != nil {
		return nil, err
	}
	k.all, k.changed, k.size = all, info.ModTime(), info.Size()
	return all, nil
}

// ParseKeep reads a keep file: one digest a line, optionally followed by deployed (the
// default) or pinned; # begins a comment. A digest that is named as both is deployed.
func ParseKeep(data []byte) (map[registry.Digest]registry.RootKind, error) {
	all := map[registry.Digest]registry.RootKind{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for number := 1; lines.Scan(); number++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		digest, err := registry.ParseDigest(fields[0])
		if err != nil {
			return nil, fmt.Errorf("keep file, line %d: %w", number, err)
		}
		kind := registry.Deployed
		switch {
		case len(fields) == 2 && fields[1] == "pinned":
			kind = registry.Pinned
		case len(fields) > 2, len(fields) == 2 && fields[1] != "deployed":
			return nil, fmt.Errorf("keep file, line %d: %q after the digest: expected deployed or pinned", number, fields[1])
		}
		if all[digest] != registry.Deployed {
			all[digest] = kind
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("keep file: %w", err)
	}
	return all, nil
}
