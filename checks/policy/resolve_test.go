package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
)

const orgSource = "acme/.github:.github/checkrein.yml"

func readBoth(t *testing.T, org, repo string) (*Policy, []string) {
	t.Helper()
	o, problems := ReadOrganisation(orgSource, []byte(org), knownRules())
	if problems != nil {
		t.Fatal(problems)
	}
	r, problems := Read(Path, []byte(repo), knownRules())
	if problems != nil {
		t.Fatal(problems)
	}
	return Resolve(o, r)
}

func TestResolve(t *testing.T) {
	locks := func(key string) string {
		return "has no effect: the organisation locks " + key + " in " + orgSource
	}
	for _, c := range []struct {
		name, org, repo string
		want            func(*Policy)
		notices         []string
	}{
		{name: "nothing anywhere", want: func(*Policy) {}},
		{name: "organisation alone", org: "version: 1\ncomment: always\n",
			want: func(p *Policy) { p.Comment = Always }},
		{name: "repository overrides key by key",
			org:  "version: 1\ncomment: always\nchecks: {images: {level: warn, pin: digest}}\n",
			repo: "version: 1\nchecks: {images: {level: block}}\n",
			want: func(p *Policy) { p.Comment, p.Images.Pin = Always, PinDigest }},
		{name: "lists replace",
			org:  "version: 1\nchecks: {images: {own: [a/**, b/**]}}\n",
			repo: "version: 1\nchecks: {images: {own: [c/**]}}\n",
			want: func(p *Policy) { p.Images.Own = []string{"c/**"} }},
		{name: "an empty list replaces too",
			org:  "version: 1\nchecks: {deletions: {environments: [cleanup]}}\n",
			repo: "version: 1\nchecks: {deletions: {environments: []}}\n",
			want: func(*Policy) {}},
		{name: "rules one by one",
			org:  "version: 1\nrules: {images/mutable-tag: warn, images/unpinned: warn}\n",
			repo: "version: 1\nrules: {images/mutable-tag: note}\n",
			want: func(p *Policy) {
				p.Rules = map[string]checks.Severity{"images/mutable-tag": checks.Note, "images/unpinned": checks.Warn}
			}},
		{name: "exceptions add up",
			org:  "version: 1\nexceptions: [{rule: images/mutable-tag, path: a}]\n",
			repo: "version: 1\nexceptions: [{rule: images/default-tag, path: b}]\n",
			want: func(p *Policy) {
				p.Exceptions = []Exception{
					{Rule: "images/mutable-tag", Path: "a", Line: 2, Source: orgSource, Problem: "it gives no reason"},
					{Rule: "images/default-tag", Path: "b", Line: 2, Source: Path, Problem: "it gives no reason"},
				}
			}},
		{name: "a locked key",
			org:     "version: 1\nchecks: {images: {level: block}}\nlocked: [checks.images.level]\n",
			repo:    "version: 1\nchecks: {images: {level: off, pin: none}}\n",
			want:    func(p *Policy) { p.Images.Pin = PinNone },
			notices: []string{Path + ":2: checks.images.level " + locks("checks.images.level")}},
		{name: "a lock above",
			org:     "version: 1\nlocked: [checks.images]\n",
			repo:    "version: 1\ncomment: never\nchecks:\n  images:\n    level: off\n    paths: {ignore: ['**']}\n",
			want:    func(p *Policy) { p.Comment = Never },
			notices: []string{Path + ":5: checks.images.level " + locks("checks.images"), Path + ":6: checks.images.paths.ignore " + locks("checks.images")}},
		{name: "a lock holds no longer names",
			org:     "version: 1\nlocked: [rules.images/mutable-tag, exceptions]\n",
			repo:    "version: 1\nrules: {images/mutable-tag: off, images/unpinned: warn}\nexceptions: [{rule: images/mutable-tag, path: a}]\n",
			want:    func(p *Policy) { p.Rules = map[string]checks.Severity{"images/unpinned": checks.Warn} },
			notices: []string{Path + ":2: rules.images/mutable-tag " + locks("rules.images/mutable-tag"), Path + ":3: exceptions " + locks("exceptions")}},
		{name: "a lock of what nobody sets", org: "version: 1\nlocked: [comment]\n", want: func(*Policy) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := Default()
			c.want(want)
			got, notices := readBoth(t, c.org, c.repo)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("policy (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.notices, notices); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

// TestResolveAgain: a document that is kept must not change through a policy made of it.
func TestResolveAgain(t *testing.T) {
	doc, problems := Read(Path, []byte(full), knownRules())
	if problems != nil {
		t.Fatal(problems)
	}
	first, _ := Resolve(doc, doc)
	first.Images.Own[0], first.Exceptions[0].Path = "x", "x"
	first.Rules["images/mutable-tag"] = checks.Off
	again, _ := Resolve(nil, doc)
	if diff := cmp.Diff(fullPolicy(), again); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLocked(t *testing.T) {
	for text, want := range map[string]string{
		"[checks.images.levle]":       `2:10: locked: "checks.images.levle" is no key of the policy; did you mean "checks.images.level"?`,
		"[rules.images/latest]":       `2:10: locked: "rules.images/latest" is no key of the policy`,
		"[version]":                   `2:10: locked: "version" is no key of the policy`,
		"checks.images":               `2:9: locked must be a list, not a text`,
		"[checks, rules, exceptions]": "",
		"[comment, details, checks.schema.paths.ignore]": "",
	} {
		_, problems := ReadOrganisation(orgSource, []byte("version: 1\nlocked: "+text+"\n"), knownRules())
		var got []string
		for _, p := range problems {
			got = append(got, p.String())
		}
		if joined := strings.Join(got, "\n"); joined != want {
			t.Errorf("%s:\nwant %s\ngot  %s", text, want, joined)
		}
	}
}

func TestCovers(t *testing.T) {
	f := checks.Finding{Rule: "images/mutable-tag", Path: "apps/[id]/compose.yml", Subject: "redis:latest"}
	for _, c := range []struct {
		e    Exception
		want bool
	}{
		{Exception{Rule: f.Rule, Path: "apps/**"}, true},
		{Exception{Rule: f.Rule, Path: "**/compose.yml", Subject: "redis:latest"}, true},
		{Exception{Rule: f.Rule, Path: "apps/[id]/compose.yml"}, true},
		{Exception{Rule: f.Rule, Path: `apps/\[id\]/compose.yml`}, true},
		{Exception{Rule: f.Rule, Path: "apps/*.yml"}, false},
		{Exception{Rule: f.Rule, Path: "compose.yml"}, false},
		{Exception{Rule: f.Rule, Path: "apps/**", Subject: "redis"}, false},
		{Exception{Rule: "images/default-tag", Path: "apps/**"}, false},
	} {
		if got := c.e.Covers(f); got != c.want {
			t.Errorf("%+v: want %v, got %v", c.e, c.want, got)
		}
	}
}

func TestIgnores(t *testing.T) {
	p := Default()
	p.Images.Ignore = []string{"examples/**"}
	p.Schema.Ignore = []string{"old/*.sql"}
	p.Deletions.Ignore = []string{".github/workflows/x.yml"}
	for _, c := range []struct {
		check, path string
		want        bool
	}{
		{"images", "examples/a/compose.yml", true},
		{"images", "deploy/examples/compose.yml", false},
		{"schema", "examples/a.sql", false},
		{"schema", "old/a.sql", true},
		{"deletions", ".github/workflows/x.yml", true},
		{"policy", "examples/a", false},
	} {
		if got := p.Ignores(c.check, c.path); got != c.want {
			t.Errorf("%s %s: want %v, got %v", c.check, c.path, c.want, got)
		}
	}
}
