package review

import (
	"slices"
	"testing"
)

func TestKeyStandsForRuleAndSetOfFiles(t *testing.T) {
	a, b := File{"a", "1"}, File{"b", "2"}
	key := Question{Rule: "r", Files: []File{a, b}}.Key()
	for name, q := range map[string]Question{
		"other order": {Rule: "r", Files: []File{b, a}},
		"twice":       {Rule: "r", Files: []File{a, b, a}},
	} {
		if q.Key() != key {
			t.Errorf("%s: another key", name)
		}
	}
	seen := map[string]string{key: "both"}
	for name, q := range map[string]Question{
		"about one thing":      {Rule: "r", Files: []File{a, b}, About: "x"},
		"about another":        {Rule: "r", Files: []File{a, b}, About: "y"},
		"about in the rule":    {Rule: "r1:x", Files: []File{a, b}},
		"other rule":           {Rule: "s", Files: []File{a, b}},
		"other blob":           {Rule: "r", Files: []File{a, {"b", "3"}}},
		"other path":           {Rule: "r", Files: []File{a, {"c", "2"}}},
		"one less":             {Rule: "r", Files: []File{a}},
		"none":                 {Rule: "r", Files: nil},
		"absent":               {Rule: "r", Files: []File{a, {"b", ""}}},
		"blobs exchanged":      {Rule: "r", Files: []File{{"a", "2"}, {"b", "1"}}},
		"blob moved into path": {Rule: "r", Files: []File{{"a1", ""}, b}},
		"path like an end":     {Rule: "r", Files: []File{{"a1:11:b", "2"}}},
		"path in the rule":     {Rule: "r1:a", Files: []File{{"1", "b"}}},
		"line end in the path": {Rule: "r", Files: []File{{"a\n1\nb", "2"}}},
		"zero in the path":     {Rule: "r", Files: []File{{"a\x001\x00b", "2"}}},
		"one byte not UTF-8":   {Rule: "r", Files: []File{{"a\xff", "1"}}},
		"another not UTF-8":    {Rule: "r", Files: []File{{"a\xfe", "1"}}},
	} {
		k := q.Key()
		if other, ok := seen[k]; ok {
			t.Errorf("%s and %s: the same key", name, other)
		}
		seen[k] = name
	}
}

// Keys are kept in the store: a changed encoding would forget every yes.
func TestKeyStaysAsItIs(t *testing.T) {
	// printf '10:images/any7:a/b.yml2:c1' | sha256sum
	const want = "9a929ebcc33a8275d9e945f499652cf1307ade4b958c6933cccf34480ba38720"
	if got := (Question{Rule: "images/any", Files: []File{{"a/b.yml", "c1"}}}).Key(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestKeyLeavesTheQuestionAlone(t *testing.T) {
	files := []File{{"b", "2"}, {"a", "1"}, {"a", "1"}}
	before := slices.Clone(files)
	Question{Rule: "r", Files: files}.Key()
	if !slices.Equal(files, before) {
		t.Errorf("files became %v", files)
	}
}

func TestKindOf(t *testing.T) {
	for rule, want := range map[string]Kind{
		"policy/loosened": ByReview, "deletions/unreviewed": ByReview, "deletions/": ByReview,
		"deletions/unknown-callee": ByReview, "deletions/whole-package": ByReview,
		"policy/invalid": ByNobody, "deletions/no-dry-run": ByNobody, "deletions/no-environment": ByNobody, "deletions/unsafe-images": ByNobody,

		"images/mutable-tag": ByComment, "schema/data-loss": ByComment, "policy": ByComment, "policyx/y": ByComment,
		"images/policy/x": ByComment, "": ByComment,
	} {
		if got := KindOf(rule); got != want {
			t.Errorf("KindOf(%q) = %s, want %s", rule, got, want)
		}
	}
}
