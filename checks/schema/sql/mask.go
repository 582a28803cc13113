package sql

import "strings"

// masked is what begins a Mask: a letter of no language, which every dialect takes for
// a part of a name.
const masked = "\ue000"

// MaskLen is the least length of a Mask.
const MaskLen = len(masked)

// Mask stands for a value that code puts into SQL, as long as the code that does: at
// least MaskLen bytes. It reads as a name; where none can stand it is taken out.
func Mask(length int) string {
	return masked + strings.Repeat("_", max(0, length-MaskLen))
}

// IsMask reports whether a name is, or holds, a masked value.
func IsMask(name string) bool { return strings.Contains(name, masked) }
