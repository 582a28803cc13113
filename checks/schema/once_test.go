package schema

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
)

// Of one subject the worst is told: breaking before depending, a warning before a note.
func TestOnce(t *testing.T) {
	breaks := outcome{rule: breaksDeployedID, subject: "a"}
	warns := outcome{rule: dependsID, subject: "a"}
	notes := outcome{rule: dependsID, subject: "a", severity: checks.Note}
	loses := outcome{rule: dataLossID, subject: "a"}
	other := outcome{rule: dependsID, subject: "b"}
	for name, test := range map[string]struct{ list, want []outcome }{
		"worse first":   {[]outcome{breaks, warns, notes}, []outcome{breaks}},
		"worse last":    {[]outcome{notes, warns, breaks}, []outcome{breaks}},
		"note and warn": {[]outcome{notes, warns}, []outcome{warns}},
		"twice":         {[]outcome{warns, warns}, []outcome{warns}},
		"another rule":  {[]outcome{breaks, loses}, []outcome{breaks, loses}},
		"other subject": {[]outcome{warns, other}, []outcome{warns, other}},
	} {
		if diff := cmp.Diff(short(test.want), short(once(test.list))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func short(list []outcome) []string {
	var lines []string
	for _, o := range list {
		lines = append(lines, fmt.Sprint(o.rule, " ", o.subject, " ", o.severity))
	}
	return lines
}
