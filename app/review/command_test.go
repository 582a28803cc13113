package review

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestCommand(t *testing.T) {
	long := strings.Repeat("é", 600)
	for _, tt := range []struct {
		name, body string
		want       Said
		ok         bool
	}{
		{"accept", "/checkrein accept images/mutable-tag local only", Said{"accept", "images/mutable-tag", "local only"}, true},
		{"recheck", "/checkrein recheck", Said{Command: "recheck"}, true},
		{"recheck and more", "/checkrein recheck please", Said{Command: "recheck"}, true},
		{"white space around", " \r\n\n\t/checkrein \t accept  images/x   a  b \r\nmore", Said{"accept", "images/x", "a  b"}, true},
		{"no-break space", "\u00a0/checkrein\u00a0recheck", Said{Command: "recheck"}, true},
		{"the rest is ignored", "/checkrein accept images/x why\n/checkrein recheck", Said{"accept", "images/x", "why"}, true},
		{"a reason on the next line is none", "/checkrein accept images/x\nwhy", Said{"accept", "images/x", ""}, true},
		{"an accept alone", "/checkrein accept", Said{Command: "accept"}, true},
		{"a carriage return ends a line", "/checkrein accept images/x why\rmore", Said{"accept", "images/x", "why"}, true},
		{"a long reason", "/checkrein accept images/x " + long, Said{"accept", "images/x", long[:1000]}, true},
		{"a long rule", "/checkrein accept " + long + " why", Said{"accept", long[:200], "why"}, true},
		{"what no database takes", "/checkrein accept images/x a\x00b\xffc", Said{"accept", "images/x", "a\ufffdb\ufffdc"}, true},
		{"empty", "", Said{}, false},
		{"blank", " \n ", Said{}, false},
		{"no command", "/checkrein", Said{}, false},
		{"command on the next line", "/checkrein\naccept images/x why", Said{}, false},
		{"unknown command", "/checkrein approve", Said{}, false},
		{"one word", "/checkreinaccept images/x why", Said{}, false},
		{"a longer name", "/checkreins recheck", Said{}, false},
		{"a longer command", "/checkrein accepted images/x why", Said{}, false},
		{"capitals", "/Checkrein accept images/x why", Said{}, false},
		{"capitals in the command", "/checkrein Accept images/x why", Said{}, false},
		{"not first", "please /checkrein recheck", Said{}, false},
		{"a later line", "Hello\n/checkrein recheck", Said{}, false},
		{"quoted", "> /checkrein recheck", Said{}, false},
		{"as code", "`/checkrein recheck`", Said{}, false},
		{"a zero-width space before", "\u200b/checkrein recheck", Said{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Command(tt.body)
			if d := cmp.Diff(tt.want, got); d != "" || ok != tt.ok {
				t.Errorf("ok %t, want %t; (-want +got):\n%s", ok, tt.ok, d)
			}
		})
	}
}

func TestProblem(t *testing.T) {
	rules := []string{"images/x", "policy/loosened", "deletions/unreviewed"}
	for body, want := range map[string]string{
		"/checkrein recheck":                           "",
		"/checkrein accept images/x why":               "",
		"/checkrein accept":                            "it names no rule",
		"/checkrein accept images/y why":               "there is no rule images/y",
		"/checkrein accept Images/x why":               "there is no rule Images/x",
		"/checkrein accept images/x":                   "it gives no reason",
		"/checkrein accept policy/loosened why":        "policy/loosened takes no accept: it needs an approving review",
		"/checkrein accept deletions/unreviewed":       "deletions/unreviewed takes no accept: it needs an approving review",
		"/checkrein accept deletions/never-heard-of x": "deletions/never-heard-of takes no accept: it needs an approving review",
	} {
		said, ok := Command(body)
		if got := said.Problem(rules); !ok || got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func FuzzCommand(f *testing.F) {
	for _, body := range []string{
		"/checkrein accept images/mutable-tag local only", "/checkrein recheck", "\n /checkrein\taccept", "/checkreinaccept a b",
		"/checkrein accept a\x00b \xff\u2028c\r\nd", "/checkrein accept " + strings.Repeat("a", 200) + " " + strings.Repeat("\u00e9", 600), "/checkrein\u0085accept a b",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		said, ok := Command(body)
		if !ok {
			if said != (Said{}) {
				t.Fatalf("no command, but %+v", said)
			}
			return
		}
		if !strings.HasPrefix(strings.TrimSpace(body), "/checkrein") {
			t.Fatal("does not begin with the name")
		}
		if said.Command != Accept && said != (Said{Command: Recheck}) {
			t.Fatalf("%+v", said)
		}
		if utf8.RuneCountInString(said.Rule) > 100 || strings.ContainsFunc(said.Rule, unicode.IsSpace) {
			t.Fatalf("rule %q", said.Rule)
		}
		if utf8.RuneCountInString(said.Reason) > 500 || strings.TrimSpace(said.Reason) != said.Reason || said.Rule == "" && said.Reason != "" {
			t.Fatalf("reason %q", said.Reason)
		}
		if strings.ContainsFunc(said.Rule+said.Reason, unicode.IsControl) || !utf8.ValidString(said.Rule+said.Reason) {
			t.Fatalf("not plain: %q %q", said.Rule, said.Reason)
		}
		again, ok := Command(strings.TrimSpace("/checkrein " + said.Command + " " + said.Rule + " " + said.Reason))
		if !ok || again != said {
			t.Fatalf("%+v became %+v", said, again)
		}
	})
}
