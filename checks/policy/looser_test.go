package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
)

// catalogue stands in for the rules with their own severities.
func catalogue() []checks.Rule {
	return []checks.Rule{
		{ID: "images/mutable-tag", Severity: checks.Block},
		{ID: "images/default-tag", Severity: checks.Block},
		{ID: "images/floating-version", Severity: checks.Warn},
		{ID: "images/unpinned", Severity: checks.Off},
	}
}

// changeDay is the day on which the changes of these tests are judged.
func changeDay() time.Time { return time.Date(2026, 7, 1, 15, 0, 0, 0, time.UTC) }

// TestLooser decides by hand, key by key, what is looser; the texts stand below "version: 1".
func TestLooser(t *testing.T) {
	const exception = "exceptions: [{rule: images/mutable-tag, path: a.yml, subject: 'redis:latest', reason: r, until: 2026-12-31}]"
	const wide = "exceptions: [{rule: images/mutable-tag, path: a.yml, reason: r, until: 2026-12-31}]"
	for _, c := range []struct{ name, before, after, want string }{
		{"nothing", "", "", ""},
		{"no judging in comment and details", "comment: always\ndetails: always", "comment: never\ndetails: never", ""},

		{"level to warn", "checks: {images: {level: block}}", "checks: {images: {level: warn}}", "checks.images.level: block -> warn"},
		{"level to off", "checks: {images: {level: warn}}", "checks: {images: {level: off}}", "checks.images.level: warn -> off"},
		{"level raised", "checks: {images: {level: off}}", "checks: {images: {level: warn}}", ""},
		{"level gone, the default is harder", "checks: {images: {level: warn}}", "", ""},
		{"level new and milder than the default", "", "checks: {images: {level: warn}}", "checks.images.level: block -> warn"},
		{"level of schema", "", "checks: {schema: {level: off}}", "checks.schema.level: block -> off"},
		{"level of deletions", "", "checks: {deletions: {level: warn}}", "checks.deletions.level: block -> warn"},
		{"third party lowered", "", "checks: {images: {third_party: warn}}", "checks.images.third_party: block -> warn"},
		{"third party raised", "checks: {images: {third_party: off}}", "checks: {images: {third_party: warn}}", ""},
		{"one tighter, one looser", "checks: {images: {level: warn, pin: digest}}", "checks: {images: {level: block, pin: tag}}", "checks.images.pin: digest -> tag"},

		{"pin to tag", "checks: {images: {pin: digest}}", "", "checks.images.pin: digest -> tag"},
		{"pin to none", "", "checks: {images: {pin: none}}", "checks.images.pin: tag -> none"},
		{"pin raised", "checks: {images: {pin: none}}", "checks: {images: {pin: digest}}", ""},

		{"own image no longer own", "checks: {images: {third_party: warn, own: [a/**, b/**]}}", "checks: {images: {third_party: warn, own: [a/**]}}",
			"checks.images.own: a/**, b/** -> a/**"},
		{"own image no longer own, others are judged as hard", "checks: {images: {own: [a/**, b/**]}}", "checks: {images: {own: [a/**]}}", ""},
		{"own image added", "checks: {images: {third_party: warn, own: [a/**]}}", "checks: {images: {third_party: warn, own: [b/**, a/**]}}", ""},
		{"own glob replaced", "checks: {images: {third_party: off, own: [a/**]}}", "checks: {images: {third_party: off, own: [a/b]}}",
			"checks.images.own: a/** -> a/b"},
		{"first own image: all others become third party", "checks: {images: {third_party: warn}}", "checks: {images: {third_party: warn, own: [a/**]}}",
			"checks.images.own: none -> a/**"},
		{"first own image, others are judged as hard", "", "checks: {images: {own: [a/**]}}", ""},
		{"no own image: nothing is third party", "checks: {images: {third_party: warn, own: [a/**]}}", "checks: {images: {third_party: warn}}", ""},
		{"own image no longer own, and others warn from now on", "checks: {images: {own: [a/**, b/**]}}", "checks: {images: {third_party: warn, own: [a/**]}}",
			"checks.images.third_party: block -> warn\nchecks.images.own: a/**, b/** -> a/**"},

		{"registry added", "", "checks: {images: {registries: [ghcr.io]}}", ""},
		{"registry no longer asked", "checks: {images: {registries: [ghcr.io, quay.io]}}", "checks: {images: {registries: [ghcr.io]}}",
			"checks.images.registries: ghcr.io, quay.io -> ghcr.io"},

		{"ignored path added", "checks: {images: {paths: {ignore: [a/**]}}}", "checks: {images: {paths: {ignore: [b/**, a/**]}}}",
			"checks.images.paths.ignore: a/** -> a/**, b/**"},
		{"ignored path replaced", "checks: {schema: {paths: {ignore: [a/**]}}}", "checks: {schema: {paths: {ignore: [a/b]}}}",
			"checks.schema.paths.ignore: a/** -> a/b"},
		{"first ignored path", "", "checks: {deletions: {paths: {ignore: ['**']}}}", "checks.deletions.paths.ignore: none -> **"},
		{"ignored path gone", "checks: {images: {paths: {ignore: [a/**, b/**]}}}", "checks: {images: {paths: {ignore: [b/**]}}}", ""},

		{"dialect changed", "checks: {schema: {dialect: postgres}}", "checks: {schema: {dialect: sqlite}}", "checks.schema.dialect: postgres -> sqlite"},
		{"dialect named", "", "checks: {schema: {dialect: mysql}}", "checks.schema.dialect: detected -> mysql"},
		{"dialect gone", "checks: {schema: {dialect: mysql}}", "", "checks.schema.dialect: mysql -> detected"},
		{"migrations gone", "checks: {schema: {migrations: [a/**, b/**]}}", "checks: {schema: {migrations: [a/**]}}", "checks.schema.migrations: a/**, b/** -> a/**"},
		{"migrations added", "checks: {schema: {migrations: [a/**]}}", "checks: {schema: {migrations: [b/**, a/**]}}", ""},
		{"deployed entry gone", "checks: {schema: {deployed: [{environment: p}, {tag: v*}]}}", "checks: {schema: {deployed: [{tag: v*}]}}",
			"checks.schema.deployed: environment: p, tag: v* -> tag: v*"},
		{"deployed entry changed", "checks: {schema: {deployed: [{branch: x}]}}", "checks: {schema: {deployed: [{ref: x}]}}",
			"checks.schema.deployed: branch: x -> ref: x"},
		{"deployed chosen instead of the default", "", "checks: {schema: {deployed: [{release: latest}]}}",
			"checks.schema.deployed: the newest version tag and the base -> release: latest"},
		{"deployed back to the default", "checks: {schema: {deployed: [{release: latest}]}}", "checks: {schema: {deployed: []}}",
			"checks.schema.deployed: release: latest -> the newest version tag and the base"},
		{"deployed entry added", "checks: {schema: {deployed: [{release: latest}]}}", "checks: {schema: {deployed: [{branch: x}, {release: latest}]}}", ""},

		{"approvals lowered", "", "checks: {deletions: {approvals: 0}}", "checks.deletions.approvals: 1 -> 0"},
		{"approvals raised", "", "checks: {deletions: {approvals: 2}}", ""},
		{"environment added", "checks: {deletions: {environments: [a]}}", "checks: {deletions: {environments: [a, b]}}", "checks.deletions.environments: a -> a, b"},
		{"environments emptied", "checks: {deletions: {environments: [a]}}", "checks: {deletions: {environments: []}}", "checks.deletions.environments: a -> any"},
		{"environment gone", "checks: {deletions: {environments: [a, b]}}", "checks: {deletions: {environments: [b]}}", ""},
		{"environments demanded", "", "checks: {deletions: {environments: [a]}}", ""},

		{"rule lowered", "rules: {images/mutable-tag: block}", "rules: {images/mutable-tag: warn}", "rules.images/mutable-tag: block -> warn"},
		{"rule off", "", "rules: {images/floating-version: off}", "rules.images/floating-version: warn, its own -> off"},
		{"rule raised", "", "rules: {images/floating-version: block}", ""},
		{"rule that is off by itself", "", "rules: {images/unpinned: note}", ""},
		{"rule entry gone, its own is milder", "rules: {images/floating-version: block}", "", "rules.images/floating-version: block -> warn, its own"},
		{"rule entry gone, its own is as hard", "rules: {images/mutable-tag: block}", "", ""},
		{"rule entry gone, its own is harder", "rules: {images/mutable-tag: off}", "", ""},
		{"rule entry gone, its own is milder for some images", "rules: {images/default-tag: block}", "", "rules.images/default-tag: block -> warn, its own"},
		{"rule entry as hard as its own hardest", "", "rules: {images/default-tag: block}", ""},
		{"rule written out under pin: digest, which blocks everywhere", "checks: {images: {pin: digest}}",
			"checks: {images: {pin: digest}}\nrules: {images/mutable-tag: block}", "rules.images/mutable-tag: block, by pin: digest -> block"},
		{"rule no longer written out under pin: digest", "checks: {images: {pin: digest}}\nrules: {images/unpinned: warn}", "checks: {images: {pin: digest}}", ""},

		{"exception added", "", exception, "exceptions images/mutable-tag a.yml redis:latest: none -> until 2026-12-31"},
		{"exception gone", exception, "", ""},
		{"exception with another reason", exception, strings.Replace(exception, "reason: r", "reason: better", 1), ""},
		{"exception shorter", exception, strings.Replace(exception, "2026-12-31", "2026-09-30", 1), ""},
		{"exception longer", exception, strings.Replace(exception, "2026-12-31", "2027-06-30", 1),
			"exceptions images/mutable-tag a.yml redis:latest: until 2026-12-31 -> until 2027-06-30"},
		{"exception a year further", exception, strings.Replace(exception, "2026-12-31", "2027-12-31", 1),
			"exceptions images/mutable-tag a.yml redis:latest: until 2026-12-31 -> until 2027-12-31"},
		{"exception too far ahead counts sooner when it ends sooner", strings.Replace(exception, "2026-12-31", "2029-12-31", 1), exception,
			"exceptions images/mutable-tag a.yml redis:latest: until 2029-12-31 -> until 2026-12-31"},
		{"exception loses its subject", exception, wide, "exceptions images/mutable-tag a.yml: none -> until 2026-12-31"},
		{"exception gains a subject", wide, exception, ""},
		{"exception for another path", wide, strings.Replace(wide, "a.yml", "'*.yml'", 1), "exceptions images/mutable-tag *.yml: none -> until 2026-12-31"},
		{"exception for another rule", wide, strings.Replace(wide, "mutable-tag", "default-tag", 1), "exceptions images/default-tag a.yml: none -> until 2026-12-31"},
		{"exception that has ended added", "", strings.Replace(wide, "2026-12-31", "2026-06-30", 1), ""},
		{"exception that ends today added", "", strings.Replace(wide, "2026-12-31", "2026-07-01", 1), "exceptions images/mutable-tag a.yml: none -> until 2026-07-01"},
		{"exception that has ended taken up again", strings.Replace(wide, "2026-12-31", "2026-06-30", 1), wide,
			"exceptions images/mutable-tag a.yml: until 2026-06-30 -> until 2026-12-31"},
		{"exception without reason added", "", "exceptions: [{rule: images/mutable-tag, path: a.yml, until: 2026-12-31}]", ""},
		{"exception without end added", "", "exceptions: [{rule: images/mutable-tag, path: a.yml, reason: r}]", ""},
		{"exception gets its reason", "exceptions: [{rule: images/mutable-tag, path: a.yml, until: 2026-12-31}]", wide,
			"exceptions images/mutable-tag a.yml: none -> until 2026-12-31"},
		{"exception twice", wide, strings.Replace(wide, "]", ", {rule: images/mutable-tag, path: a.yml, reason: r, until: 2026-12-31}]", 1), ""},

		{"the same written otherwise",
			"checks: {images: {level: warn, own: [a, b]}}\nrules: {images/mutable-tag: warn}",
			"rules:\n  \"images/mutable-tag\": &x 'warn' # as before\nchecks:\n  images:\n    own: ['b', a, a]\n    level: \"warn\"", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := told(Looser(parsed(t, nil, Read, c.before), parsed(t, nil, Read, c.after), catalogue(), changeDay()))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want (-) and got (+):\n%s", diff)
			}
		})
	}
}

// TestLooserOfOrganisation: what an organisation's own file, which may lock keys, adds.
func TestLooserOfOrganisation(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"lock gone", "locked: [checks.images.level]", "", "locked checks.images.level: locked -> free"},
		{"lock gone, the one above holds", "locked: [checks.images.level, checks.images]\nchecks: {images: {pin: digest, third_party: block}}",
			"locked: [checks.images]\nchecks: {images: {pin: digest}}", ""},
		{"lock above becomes one below", "locked: [rules]", "locked: [rules.images/mutable-tag]", "locked rules: locked -> free"},
		{"lock of what does not judge", "locked: [comment, details]", "", ""},
		{"lock of exceptions gone", "locked: [exceptions]", "", "locked exceptions: locked -> free"},
		{"lock added where nothing harder can be set", "", "locked: [checks.images.level, rules.images/mutable-tag, exceptions, checks.images.paths]", ""},
		{"lock added where a repository may be harder", "", "locked: [checks.images.pin]", "locked checks.images.pin: free -> locked"},
		{"lock added with its milder value", "", "checks: {images: {level: warn}}\nlocked: [checks.images]",
			"checks.images.level: block -> warn\nlocked checks.images: free -> locked"},
		{"lock added over ignored paths", "checks: {images: {paths: {ignore: [a]}}}", "checks: {images: {paths: {ignore: [a]}}}\nlocked: [checks.images.paths]",
			"locked checks.images.paths: free -> locked"},
		{"locks in another order", "locked: [checks.images.level, rules]", "locked: [rules, checks.images.level]", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := told(Looser(parsed(t, nil, ReadOrganisation, c.before), parsed(t, nil, ReadOrganisation, c.after), catalogue(), changeDay()))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want (-) and got (+):\n%s", diff)
			}
		})
	}
}

// TestLooserUnderOrganisation: what counts is what holds, with the organisation's defaults.
func TestLooserUnderOrganisation(t *testing.T) {
	for _, c := range []struct{ name, org, before, after, want string }{
		{"a locked key cannot be loosened", "checks: {images: {level: block}}\nlocked: [checks.images.level]", "", "checks: {images: {level: off}}", ""},
		{"harder than the organisation, gone", "checks: {images: {level: warn}}", "checks: {images: {level: block}}", "", "checks.images.level: block -> warn"},
		{"milder than the organisation, gone", "checks: {images: {level: block}}", "checks: {images: {level: warn}}", "", ""},
		{"the organisation's exception written again", "exceptions: [{rule: images/mutable-tag, path: a, reason: r, until: 2026-12-31}]",
			"", "exceptions: [{rule: images/mutable-tag, path: a, reason: r, until: 2026-12-31}]", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			org, problems := ReadOrganisation(orgSource, []byte("version: 1\n"+c.org), knownRules())
			if problems != nil {
				t.Fatal(problems)
			}
			got := told(Looser(parsed(t, org, Read, c.before), parsed(t, org, Read, c.after), catalogue(), changeDay()))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want (-) and got (+):\n%s", diff)
			}
		})
	}
}

// TestLooserUnknownSeverity: of a rule whose own severity nobody tells the worst is taken.
func TestLooserUnknownSeverity(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"", "rules: {images/unpinned: warn}", "rules.images/unpinned: its own -> warn"},
		{"", "rules: {images/unpinned: block}", ""},
		{"rules: {images/unpinned: note}", "", "rules.images/unpinned: note -> its own"},
		{"rules: {images/unpinned: off}", "", ""},
	} {
		got := told(Looser(parsed(t, nil, Read, c.before), parsed(t, nil, Read, c.after), nil, changeDay()))
		if got != c.want {
			t.Errorf("%q -> %q: want %q, got %q", c.before, c.after, c.want, got)
		}
	}
}

type documentReader func(source string, data []byte, rules []string) (*Document, []Problem)

func parsed(t *testing.T, org *Document, read documentReader, text string) *Policy {
	t.Helper()
	doc, problems := read(Path, []byte("version: 1\n"+text+"\n"), knownRules())
	if problems != nil {
		t.Fatal(problems)
	}
	p, _ := Resolve(org, doc)
	return p
}

// told writes loosenings one to a line.
func told(list []Loosening) string {
	var lines []string
	for _, l := range list {
		name := l.Key
		if l.Subject != l.Key {
			name += " " + l.Subject
		}
		if l.Why == "" {
			name += " (no why)"
		}
		lines = append(lines, fmt.Sprintf("%s: %s -> %s", name, l.Before, l.After))
	}
	return strings.Join(lines, "\n")
}
