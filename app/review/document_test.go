package review

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheDocument: the commands that users are shown work, and the limits are as told.
func TestTheDocument(t *testing.T) {
	data, err := os.ReadFile("../../docs/approvals.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	commands := 0
	for _, m := range regexp.MustCompile("(?m)(?:^|`)(/checkrein [^`\n]+)").FindAllStringSubmatch(text, -1) {
		commands++
		said, ok := Command(m[1])
		if problem := said.Problem([]string{mutable}); !ok || problem != "" {
			t.Errorf("%s: %t, %s", m[1], ok, problem)
		}
	}
	if commands < 3 {
		t.Errorf("found %d commands", commands)
	}
	for what, most := range map[string]int{
		"files that wait for an approving review in one pull request":        maxPaths,
		"people whose access is asked for, in the order in which they spoke": maxPeople,
		"characters of a reason that are kept":                               maxReason,
	} {
		if !strings.Contains(text, fmt.Sprintf("| %s | %d |\n", what, most)) {
			t.Errorf("no limit %d of %s", most, what)
		}
	}
	if !strings.Contains(text, fmt.Sprintf("At most %d such sentences", maxNotes)) {
		t.Errorf("no limit of notes")
	}
}
