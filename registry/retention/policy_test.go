package retention

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const example = `version: 1
packages:
  - match: "Acme/*"
    keep: {tags: ["v*", prod], newest_roots: 10, younger_than: 14d}
    delete: {untagged: true, tags: ["pr-*", "v0*"]}
    whole_package: false
    brake: {share: 20%, min: 10}
  - match: acme/**
    brake: {share: 0}
`

func TestParse(t *testing.T) {
	got, err := Parse([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	want := Policy{Packages: []Rule{
		{Match: "acme/*", Keep: Keep{[]string{"v*", "prod"}, 10, 14 * 24 * time.Hour},
			Delete: Delete{true, []string{"pr-*", "v0*"}}, Brake: Brake{20, 10}},
		{Match: "acme/**", Brake: Brake{0, 50}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for name, match := range map[string]string{"acme/app": "acme/*", "acme/a/b": "acme/**", "other/app": "**"} {
		if rule := got.For(name); rule.Match != match {
			t.Errorf("%s: rule %q, want %q", name, rule.Match, match)
		}
	}
	for tag, want := range map[string]bool{"pr-1": true, "v0.1": false, "prod": false, "main": false} {
		if got.For("acme/app").MayDelete(tag) != want {
			t.Errorf("%s may be deleted: %v, want %v", tag, !want, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "the file is empty",
		"version: 2":                           "version is 2",
		"version: 1\npackage: []":              "line 2",
		"version: 1\n---\nversion: 1":          "more than one document",
		"version: 1\npackages: [{}]":           "entry 1: match is missing",
		"version: 1\npackages: [a]":            "line 2",
		"version: 1\npackages: [{match: '['}]": "is no glob",
		"version: 1\npackages: [{match: a, keep: {younger_than: soon}}]": "younger_than",
		"version: 1\npackages: [{match: a, keep: {newest_roots: -1}}]":   "newest_roots is -1",
		"version: 1\npackages: [{match: a, brake: {share: 50}}]":         "line 2: brake: share",
		"version: 1\npackages: [{match: a, brake: {share: 101%}}]":       "brake: share",
		"version: 1\npackages:\n- {match: a, brake: {min: -1}}":          "min is -1",
		strings.Repeat("#", maxPolicy+1):                                 "more than",
		"version: 1\npackages: &a [*a]":                                  "retention policy",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: error %v, want one that says %q", text, err, want)
		}
	}
}

func TestBrake(t *testing.T) {
	for _, c := range []struct {
		brake             Brake
		deleted, versions int
		want              bool
	}{
		{Brake{50, 50}, 49, 100, false}, {Brake{50, 50}, 50, 100, true}, {Brake{50, 50}, 40, 49, false},
		{Brake{0, 50}, 99, 100, false}, {Brake{100, 0}, 99, 100, false}, {Brake{1, 0}, 0, 50, true},
	} {
		if got := c.brake.Stops(c.deleted, c.versions); got != c.want {
			t.Errorf("%+v: %d of %d: stops %v, want %v", c.brake, c.deleted, c.versions, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			return
		}
		for _, r := range p.Packages {
			if r.Brake.Share < 0 || r.Brake.Share > 100 || r.Match == "" {
				t.Fatalf("rule %+v", r)
			}
		}
		p.For("acme/app").MayDelete("v1")
	})
}
