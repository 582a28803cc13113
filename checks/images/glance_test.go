package images

import "testing"

// What is looked at before an expression is asked must not be wider than it is meant to be:
// then it would spare nothing.
func TestGlances(t *testing.T) {
	for tag, want := range map[string]struct{ numbers, commit bool }{
		"1.2.3":        {true, false},
		"1.2":          {false, false},
		"1.2.":         {false, false},
		"1.2.x":        {false, false},
		"main-abc1234": {false, true},
		"abc123":       {false, false},
		"0123456":      {false, true},
		"fedcba9":      {false, true},
		"release":      {false, false},
		"7890123":      {false, true},
		"4567890":      {false, true},
	} {
		if numbers, commit := isNumbers(tag), maybeCommit(tag); numbers != want.numbers || commit != want.commit {
			t.Errorf("%s: numbers %t, commit %t; want %t, %t", tag, numbers, commit, want.numbers, want.commit)
		}
	}
	for file, want := range map[string]bool{"infra/service.yml": false, "Examples/service.yml": true, "src/vendor/a.yml": true} {
		if got := mayBeExample(file); got != want {
			t.Errorf("%s may be an example: %t, want %t", file, got, want)
		}
	}
}
