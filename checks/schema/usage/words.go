package usage

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Words are the words of a text as hashes: FNV-1a of 32 bits over the word's letters and
// digits in lower case, without the separators between its parts, so that
// custom_ui_asset_id, customUiAssetId and CustomUIAssetID are one. Sorted; of three letters
// and more. A hash may stand for another word: FindWord tells by the text itself.
type Words []uint32

const (
	shortestWord = 3
	fnvOffset    = 2166136261
	fnvPrime     = 16777619
)

// MarshalJSON writes the hashes as base64 of four bytes each, the lowest byte first.
func (w Words) MarshalJSON() ([]byte, error) {
	bytes := make([]byte, 0, 4*len(w))
	for _, hash := range w {
		bytes = binary.LittleEndian.AppendUint32(bytes, hash)
	}
	return json.Marshal(base64.StdEncoding.EncodeToString(bytes))
}

func (w *Words) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("reading hashes of words: %w", err)
	}
	*w = make(Words, 0, len(bytes)/4)
	for ; len(bytes) >= 4; bytes = bytes[4:] {
		*w = append(*w, binary.LittleEndian.Uint32(bytes))
	}
	return nil
}

// Has reports whether the text may have a name in any case style: a column's, a table's, an
// enum's value. Of several words ("in progress") each must be there. A name too short to
// be kept may always be there.
func (w Words) Has(name string) bool {
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r < 0x80 && !inWord(byte(r)) }) {
		hash, length := hashWord(part)
		if length < shortestWord {
			continue
		}
		if _, found := slices.BinarySearch(w, hash); !found {
			return false
		}
	}
	return true
}

func inWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}

func hashWord(word string) (hash uint32, length int) {
	hash = fnvOffset
	for i := range len(word) {
		c := word[i]
		if c == '_' {
			continue
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		hash = (hash ^ uint32(c)) * fnvPrime
		length++
	}
	return hash, length
}

// accessors are what code puts before a column's name: getEmail, find_by_email.
var accessors = []string{"get", "set", "is", "has", "findby", "find_by_", "find_by", "where", "by", "with"}

// wordsOf collects the words of a text: whole, the parts of a lookup (author__name), and
// what follows an accessor.
func wordsOf(text string) Words {
	set := newWordSet(len(text) / 24)
	for at := 0; at < len(text); {
		if !inWord(text[at]) {
			at++
			continue
		}
		start, digits, lookup := at, true, false
		hash, length := uint32(fnvOffset), 0
		for ; at < len(text) && inWord(text[at]); at++ {
			c := text[at]
			if c == '_' {
				lookup = lookup || at+1 < len(text) && text[at+1] == '_'
				continue
			}
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			digits = digits && c <= '9'
			hash = (hash ^ uint32(c)) * fnvPrime
			length++
		}
		if length < shortestWord || digits {
			continue
		}
		if !set.add(hash) {
			continue
		}
		word := text[start:at]
		if lookup {
			for part := range strings.SplitSeq(word, "__") {
				set.addWord(part)
			}
		}
		set.accessed(word)
	}
	return set.sorted()
}

// wordSet is a set of hashes with open addressing; 0 is kept apart.
type wordSet struct {
	slots []uint32
	used  int
	zero  bool
}

func newWordSet(expected int) *wordSet {
	size := 256
	for size < 2*expected {
		size *= 2
	}
	return &wordSet{slots: make([]uint32, size)}
}

// add reports whether the hash was new.
func (s *wordSet) add(hash uint32) bool {
	if hash == 0 {
		was := s.zero
		s.zero = true
		return !was
	}
	mask := uint32(len(s.slots) - 1)
	at := hash & mask
	for ; s.slots[at] != 0; at = (at + 1) & mask {
		if s.slots[at] == hash {
			return false
		}
	}
	s.slots[at] = hash
	if s.used++; 2*s.used > len(s.slots) {
		s.grow()
	}
	return true
}

func (s *wordSet) grow() {
	old := s.slots
	s.slots, s.used = make([]uint32, 2*len(old)), 0
	for _, hash := range old {
		if hash != 0 {
			s.add(hash)
		}
	}
}

func (s *wordSet) addWord(word string) {
	if hash, length := hashWord(word); length >= shortestWord {
		s.add(hash)
	}
}

func (s *wordSet) accessed(word string) {
	for _, prefix := range accessors {
		if len(word) > len(prefix)+2 && strings.EqualFold(word[:len(prefix)], prefix) {
			if c := word[len(prefix)]; 'A' <= c && c <= 'Z' || c == '_' || prefix[len(prefix)-1] == '_' {
				s.addWord(word[len(prefix):])
			}
		}
	}
}

func (s *wordSet) sorted() Words {
	if s.used == 0 && !s.zero {
		return nil
	}
	words := make(Words, 0, s.used+1)
	if s.zero {
		words = append(words, 0)
	}
	for _, hash := range s.slots {
		if hash != 0 {
			words = append(words, hash)
		}
	}
	slices.Sort(words)
	return words
}
