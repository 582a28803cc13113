package iac

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Skimming leaves out what names no image, and nothing that does, however it is spelt.
func TestSkimmed(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"settings":                 {"FROM a\nENV X=1 \\\n  Y=2\nLABEL z\nCMD x\n", "FROM a\n\n\n\n\n"},
		"comments inside":          {"FROM a\nRUN x \\\n# why\n\n  y\nFROM b\n", "FROM a\n\n\n\n\nFROM b\n"},
		"flags without a source":   {"FROM a\nRUN --mount=type=cache,target=/x y\n", "FROM a\n\n"},
		"a source":                 {"FROM a\nCOPY --from=b x y\n", ""},
		"a source on two lines":    {"FROM a\nRUN --mount=type=bind,fr\\\nom=b x\n", ""},
		"a flag on the next line":  {"FROM a\nCOPY \\\n  --FROM=b x y\n", ""},
		"before the first stage":   {"ENV X=1\nFROM a\n", ""},
		"an argument":              {"FROM a\nARG B=b\nFROM ${B}\n", ""},
		"the rest of a heredoc":    {"FROM a\nRUN <<EOF\nCMD x \\\nEOF\nFROM b\n", ""},
		"another escape":           {"# escape=`\nFROM a\nRUN x `\nFROM b\n", ""},
		"an instruction in one":    {"FROM a\nONBUILD COPY --from=b x y\n", ""},
		"nothing to run":           {"FROM a\nENV\nCMD \\\n\n", ""},
		"CRLF":                     {"FROM a\r\nRUN x\r\nFROM b\r\n", "FROM a\r\n\r\nFROM b\r\n"},
		"no line break at the end": {"FROM a\nRUN x", "FROM a\n"},
	} {
		t.Run(name, func(t *testing.T) {
			want := c.want
			if want == "" {
				want = c.text
			}
			if diff := cmp.Diff(want, string(skimmed([]byte(c.text)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if long := strings.Repeat("RUN x \\\n", 1000); len(skimmed([]byte("FROM a\n"+long))) > 1100 {
		t.Error("one long instruction is not left out")
	}
}
