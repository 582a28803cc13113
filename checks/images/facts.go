package images

import (
	"context"
	"encoding/json"
	"path"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/policy"
)

// FactsVersion goes with every kept fact; facts of another version are stale.
const FactsVersion = iac.Version

// FactKey is where the facts of one blob are kept.
type FactKey struct{ Blob, Reader string }

// Facts keeps what readers answered, by blob id: facts only, never verdicts.
// Losing them costs time, nothing else.
type Facts interface {
	// Prefetch says what Get will be asked for soon, so that it can be read at once.
	Prefetch(ctx context.Context, keys []FactKey)
	Get(ctx context.Context, key FactKey) ([]byte, bool)
	Put(ctx context.Context, key FactKey, facts []byte)
}

// known is all that judging needs of one file.
type known struct {
	File    *iac.File       `json:"file,omitempty"`
	Ignores []checks.Ignore `json:"ignores,omitempty"` // without Path
	Bytes   int64           `json:"bytes"`
}

func (c *Check) read(file string, data []byte) known {
	k := known{File: iac.Read(file, data), Bytes: int64(len(data))}
	if k.File != nil {
		k.Ignores = policy.Inline(file, data, c.ruleIDs)
	}
	for i := range k.Ignores {
		k.Ignores[i].Path = ""
	}
	return k
}

func (k known) encode() []byte {
	data, err := json.Marshal(k)
	if err != nil {
		return nil // plain data always encodes
	}
	return data
}

func decode(data []byte) (known, bool) {
	var k known
	return k, json.Unmarshal(data, &k) == nil
}

// names lists the repository paths, or globs of them, that the file's meaning hangs on.
func (k known) names(file string) []string {
	if k.File == nil {
		return nil
	}
	names := k.unit(file)
	for _, use := range k.File.Uses {
		paths, _ := k.File.Means(file, use)
		names = append(names, paths...)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(p string) bool { return p == file })
}

// unit are the globs of the files that share their names with the file at this path.
func (k known) unit(file string) []string {
	if k.File == nil || k.File.Unit == "" {
		return nil
	}
	return iac.UnitGlobs(k.File.Unit, iac.UnitFolder(k.File.Unit, file))
}

// site makes what judging one of the file's sites needs.
func (k known) site(s *iac.Site, file, ref string, kind kind, p *policy.Policy) *site {
	if kind == deployment && s.Role == iac.RoleCI {
		kind = pipeline
	}
	return &site{Site: s, path: path.Clean(file), ref: ref, format: k.File.Format, kind: kind, policy: p}
}
