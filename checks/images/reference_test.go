package images

import (
	"regexp"
	"testing"

	"github.com/checkrein/checkrein/checks/iac"
)

// A capital letter makes a fill-in of a repository, not of a host.
func TestShouted(t *testing.T) {
	for text, want := range map[string]bool{
		"ECR_REPO_URI:IMAGE_TAG": true, "Acme/api:1.2.3": true, "ghcr.io/Acme/api": true,
		"Registry.example.com/acme/api:1.2.3": false, "LOCALHOST:5000/api": false, "acme/api:RC": false,
	} {
		if got := shouted(text); got != want {
			t.Errorf("shouted(%q) = %v", text, got)
		}
	}
}

// A tag that somebody fills in is no tag yet.
func TestFillIns(t *testing.T) {
	for text, want := range map[string]Class{
		"acme/hub:set-by-chartpress": Unresolved, "acme/hub:set-by": Floating, "acme/api:tag": Floating,
	} {
		if got := parse(iac.Value{{Text: text, Known: true}}); got.class != want {
			t.Errorf("%s is %s, want %s", text, got.class, want)
		}
	}
}

// A tag is a default's where any part of it is.
func TestBringing(t *testing.T) {
	lit := func(text string) iac.Piece { return iac.Piece{Text: text, Known: true} }
	byDefault := func(text string) iac.Piece {
		return iac.Piece{Text: text, Known: true, Name: "TAG", Default: true}
	}
	for name, c := range map[string]struct {
		value iac.Value
		want  bool
	}{
		"all of it":               {iac.Value{lit("api:"), byDefault("latest")}, true},
		"its beginning":           {iac.Value{lit("api:"), byDefault("main"), lit("-slim")}, true},
		"its end":                 {iac.Value{lit("api:main-"), byDefault("slim")}, true},
		"the repository only":     {iac.Value{byDefault("api"), lit(":latest")}, false},
		"an empty one behind":     {iac.Value{lit("api:latest"), byDefault("")}, false},
		"none":                    {iac.Value{lit("api:"), lit("latest")}, false},
		"an empty text before it": {iac.Value{lit("api:"), byDefault("latest"), lit("")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := parse(c.value); (got.brought != nil) != c.want {
				t.Errorf("brought by %+v", got.brought)
			}
		})
	}
}

// Of what a written-out reference consists was said by a pattern before; it is the truth here.
func TestPlain(t *testing.T) {
	pattern := regexp.MustCompile(`^[\w.\-/:@\x{FFFC}]+$`)
	texts := []string{"", "redis:7.2", "ghcr.io/acme/api@sha256:ab", "a\uFFFCb", "\uFFFD", "\xff", "é", "a\n"}
	for c := range rune(0x80) {
		texts = append(texts, string(c), "a"+string(c))
	}
	for _, text := range texts {
		if got, want := plain(text), pattern.MatchString(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
