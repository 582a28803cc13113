package work

import "testing"

func TestHeadKey(t *testing.T) {
	const sha = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	if key := HeadKey(42, sha); key != "head:42@"+sha {
		t.Errorf("key %q", key)
	}
	for key, ok := range map[string]bool{"head:42@" + sha: true, "sweep": false, "head:42": false, "head:x@" + sha: false, "tail:42@" + sha: false} {
		repository, got, err := ParseHeadKey(key)
		if (err == nil) != ok || ok && (repository != 42 || got != sha) {
			t.Errorf("%q: %d, %q, %v", key, repository, got, err)
		}
	}
}
