package images

import (
	"slices"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/policy"
)

// The first byte chooses what the text is: written out, a default, or torn into
// pieces of which some are unknown.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{"0redis:latest", "1nginx", "2${A}.dkr|acme/x:|latest", "0x@sha256:" + strings.Repeat("a", 64), "2x|@|sha256:", "0:", "0￼:1", "1a:b:c@d"} {
		f.Add(seed)
	}
	classes := []Class{Pinned, Floating, FloatingVersion, Exact, Unresolved, Local}
	f.Fuzz(func(t *testing.T, input string) {
		if input == "" {
			return
		}
		v := torn(input[0], input[1:])
		s := &site{Site: &iac.Site{Raw: v.Text(), Address: "a"}, path: "compose.yml", policy: policy.Default()}
		r := parse(v)
		listed, finding := s.judge([]candidate{{r, localTo(s, nil)(r), false}})
		if !slices.Contains(classes, Class(listed.Class)) {
			t.Errorf("class %q", listed.Class)
		}
		if finding == nil {
			return
		}
		if finding.Title == "" || finding.Why == "" || finding.Fix.Text == "" || len(finding.Evidence) == 0 {
			t.Errorf("finding lacks its proof or its action: %+v", finding)
		}
		if r.class == Pinned || r.class == Exact {
			t.Errorf("%s is %s and was found by %s", v.Text(), r.class, finding.Rule)
		}
	})
}

func torn(kind byte, text string) iac.Value {
	switch kind % 3 {
	case 0:
		return iac.Value{{Text: text, Known: true}}
	case 1:
		return iac.Value{{Text: text, Known: true, Default: true, Name: "Tag"}}
	}
	var v iac.Value
	for i, part := range strings.Split(text, "|") {
		v = append(v, iac.Piece{Text: part, Known: i%2 == 1, Default: i%4 == 3, Name: "N"})
	}
	return v
}
