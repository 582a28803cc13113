package registry

import "time"

// Version is one manifest as a package's list tells it.
type Version struct {
	ID      int64 // GitHub's; 0 on registries without such a list
	Digest  Digest
	Tags    []string
	Created time.Time // zero where the registry does not tell
	Updated time.Time
}

// Last is the later of both times; zero where neither is told.
func (v Version) Last() time.Time {
	if v.Updated.After(v.Created) {
		return v.Updated
	}
	return v.Created
}
