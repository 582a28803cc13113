package policy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// knownRules stands in for the catalogue.
func knownRules() []string {
	return []string{"images/mutable-tag", "images/default-tag", "images/floating-version", "images/unpinned", "policy/loosened"}
}

const full = `version: 1
comment: on-problem
details: always
checks:
  images:
    level: block
    third_party: warn
    own: [ghcr.io/acme/**]
    pin: digest
    registries: [ghcr.io, "localhost:5000"]
    paths: {ignore: [examples/**]}
  schema:
    dialect: postgres
    migrations: [db/migrations/**]
    deployed: [{environment: production}, {release: latest}, {tag: "v*"}]
  deletions:
    approvals: 2
    environments: [cleanup]
rules: {images/floating-version: block}
exceptions:
  - rule: images/mutable-tag
    path: compose.yml
    subject: redis:latest
    reason: local development only
    until: 2027-01-31
`

func fullPolicy() *Policy {
	return &Policy{
		Comment: OnProblem,
		Details: Always,
		Images: Images{
			Level: checks.Block, ThirdParty: checks.Warn, Own: []string{"ghcr.io/acme/**"}, Pin: PinDigest,
			Registries: []string{"ghcr.io", "localhost:5000"}, Ignore: []string{"examples/**"},
		},
		Schema: Schema{
			Level: checks.Block, Dialect: "postgres", Migrations: []string{"db/migrations/**"},
			Deployed: []Deployed{{Environment: "production"}, {Release: "latest"}, {Tag: "v*"}},
		},
		Deletions: Deletions{Level: checks.Block, Approvals: 2, Environments: []string{"cleanup"}},
		Rules:     map[string]checks.Severity{"images/floating-version": checks.Block},
		Exceptions: []Exception{{
			Rule: "images/mutable-tag", Path: "compose.yml", Subject: "redis:latest",
			Reason: "local development only", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC),
			Line: 21, Source: Path,
		}},
	}
}

func TestParseFull(t *testing.T) {
	for name, text := range map[string]string{
		"as written": full,
		"CRLF":       strings.ReplaceAll(full, "\n", "\r\n"),
		"BOM":        "\ufeff" + full,
	} {
		p, problems := Parse(Path, []byte(text), knownRules())
		if problems != nil {
			t.Fatalf("%s: %v", name, problems)
		}
		if diff := cmp.Diff(fullPolicy(), p); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# only comments\n# version: 2\n", "\ufeff", "---\n", "{}", "null\n"} {
		p, problems := Parse(Path, []byte(text), knownRules())
		if problems != nil {
			t.Errorf("%q: %v", text, problems)
			continue
		}
		if diff := cmp.Diff(Default(), p); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// schemaSays is what the JSON Schema is expected to say of a case.
type schemaSays int

const (
	agrees   schemaSays = iota // invalid when there are problems, valid when there are none
	accepts                    // valid, although there are problems that no schema can know
	refuses                    // invalid, although it only makes an exception that does not count
	notAsked                   // the YAML itself does not parse as one plain document
)

type parseCase struct {
	name, text string
	want       []string
	schema     schemaSays
}

func parseCases() []parseCase {
	return []parseCase{
		{"full", full, nil, agrees},
		{"minimal", "version: 1\n", nil, agrees},
		{"blocks without values", "version: 1\nchecks:\nrules:\nexceptions:\n", nil, agrees},
		{"check without values", "version: 1\nchecks:\n  images:\n", nil, agrees},
		{"empty list", "version: 1\nchecks: {images: {own: []}}\n", nil, agrees},
		{"no version", "comment: never\n", []string{`1:1: version is missing: begin with "version: 1"`}, agrees},
		{"version 2", "version: 2\n", []string{`1:10: version must be 1`}, agrees},
		{"version as text", "version: '1'\n", []string{`1:10: version must be 1`}, agrees},
		{"not a mapping", "- version: 1\n", []string{`1:1: the policy must hold keys, not a list`}, agrees},
		{"only text", "hello\n", []string{`1:1: the policy must hold keys, not a text`}, agrees},
		{"unknown key", "version: 1\ncoment: never\n", []string{`2:1: unknown key "coment"; did you mean "comment"?`}, agrees},
		{"unknown key, nothing near", "version: 1\nslack: x\n", []string{`2:1: unknown key "slack"`}, agrees},
		{"unknown key below", "version: 1\nchecks:\n  images:\n    lvl: warn\n",
			[]string{`4:5: unknown key "lvl" in checks.images; did you mean "level"?`}, agrees},
		{"unknown check", "version: 1\nchecks:\n  image: {level: warn}\n",
			[]string{`3:3: unknown key "image" in checks; did you mean "images"?`}, agrees},
		{"key twice", "version: 1\ncomment: never\ncomment: always\n",
			[]string{`3:1: key "comment" stands twice, first on line 2`}, notAsked},
		{"bad word", "version: 1\nchecks: {images: {level: blocks}}\n",
			[]string{`2:26: checks.images.level is "blocks": want block, warn, off; did you mean "block"?`}, agrees},
		{"note is no level", "version: 1\nchecks: {schema: {level: note}}\n",
			[]string{`2:26: checks.schema.level is "note": want block, warn, off`}, agrees},
		{"bool for a word", "version: 1\nchecks: {images: {level: false}}\n",
			[]string{`2:26: checks.images.level must be text, not true or false`}, agrees},
		{"nothing for a word", "version: 1\ncomment:\n", []string{`2:9: comment must be text, not nothing`}, agrees},
		{"list for a word", "version: 1\ncomment: [never]\n", []string{`2:10: comment must be text, not a list`}, agrees},
		{"text for a list", "version: 1\nchecks: {images: {own: ghcr.io/acme/**}}\n",
			[]string{`2:24: checks.images.own must be a list, not a text`}, agrees},
		{"number in a list", "version: 1\nchecks: {images: {own: [1]}}\n",
			[]string{`2:25: checks.images.own must be text, not a number`}, agrees},
		{"text for a mapping", "version: 1\nchecks: images\n", []string{`2:9: checks must hold keys, not a text`}, agrees},
		{"too many approvals", "version: 1\nchecks: {deletions: {approvals: 11}}\n",
			[]string{`2:33: checks.deletions.approvals must be a whole number from 0 to 10`}, agrees},
		{"approvals below zero", "version: 1\nchecks: {deletions: {approvals: -1}}\n",
			[]string{`2:33: checks.deletions.approvals must be a whole number from 0 to 10`}, agrees},
		{"half an approval", "version: 1\nchecks: {deletions: {approvals: 1.5}}\n",
			[]string{`2:33: checks.deletions.approvals must be a whole number from 0 to 10`}, agrees},
		{"bad glob", "version: 1\nchecks: {images: {paths: {ignore: ['a[b']}}}\n",
			[]string{`2:36: checks.images.paths.ignore: "a[b" is not a glob`}, accepts},
		{"rooted glob", "version: 1\nchecks: {images: {paths: {ignore: [/examples/**]}}}\n",
			[]string{`2:36: checks.images.paths.ignore: "/examples/**" begins with "/" and matches nothing: paths are relative to the root of the repository`}, agrees},
		{"empty glob", "version: 1\nchecks: {schema: {migrations: ['']}}\n",
			[]string{`2:32: checks.schema.migrations: "" is empty`}, agrees},
		{"explosive glob", "version: 1\nchecks: {images: {paths: {ignore: ['{a,b}{a,b}{a,b}{a,b}{a,b}']}}}\n",
			[]string{`2:36: checks.images.paths.ignore: "{a,b}{a,b}{a,b}{a,b}{a,b}" has more than 4 braces or 16 commas`}, accepts},
		{"registry with a scheme", "version: 1\nchecks: {images: {registries: ['https://ghcr.io']}}\n",
			[]string{`2:32: checks.images.registries: "https://ghcr.io" is not a registry: write the host name alone, like ghcr.io`}, agrees},
		{"bad dialect", "version: 1\nchecks: {schema: {dialect: postgresql}}\n",
			[]string{`2:28: checks.schema.dialect is "postgresql": want postgres, mysql, sqlite; did you mean "postgres"?`}, agrees},
		{"deployed twice over", "version: 1\nchecks:\n  schema:\n    deployed: [{branch: a, tag: b}]\n",
			[]string{`4:16: checks.schema.deployed: each entry has exactly one of environment, release, branch, tag and ref`}, agrees},
		{"deployed as text", "version: 1\nchecks:\n  schema:\n    deployed: [production]\n",
			[]string{`4:16: checks.schema.deployed must hold keys, not a text`}, agrees},
		{"deployed without a name", "version: 1\nchecks:\n  schema:\n    deployed: [{branch: ''}]\n",
			[]string{`4:25: checks.schema.deployed.branch is empty`}, agrees},
		{"unknown rule", "version: 1\nrules: {images/mutable-tags: warn}\n",
			[]string{`2:9: unknown rule "images/mutable-tags"; did you mean "images/mutable-tag"?`}, accepts},
		{"rule without its check", "version: 1\nrules: {mutable-tag: warn}\n",
			[]string{`2:9: unknown rule "mutable-tag"; did you mean "images/mutable-tag"?`}, agrees},
		{"policy rule", "version: 1\nrules: {policy/loosened: off}\n",
			[]string{`2:9: policy/loosened guards the policy itself and always blocks`}, agrees},
		{"rule severity", "version: 1\nrules: {images/mutable-tag: error}\n",
			[]string{`2:29: rules.images/mutable-tag is "error": want block, warn, note, off`}, agrees},
		{"exception for an unknown rule", "version: 1\nexceptions:\n  - {rule: images/latest, path: a, reason: b, until: 2027-01-31}\n",
			[]string{`3:12: unknown rule "images/latest"`}, accepts},
		{"exception for the policy", "version: 1\nexceptions:\n  - {rule: policy/loosened, path: a, reason: b, until: 2027-01-31}\n",
			[]string{`3:12: policy/loosened guards the policy itself and always blocks`}, agrees},
		{"exception without rule and path", "version: 1\nexceptions:\n  - {reason: b, until: 2027-01-31}\n",
			[]string{`3:5: the exception has no rule`, `3:5: the exception has no path`}, agrees},
		{"exception with an unknown key", "version: 1\nexceptions:\n  - {rule: images/mutable-tag, path: a, reason: b, expires: 2027-01-31}\n",
			[]string{`3:52: unknown key "expires" in exceptions`}, agrees},
		{"empty exception", "version: 1\nexceptions:\n  -\n", []string{`3:4: exceptions has an empty entry`}, agrees},
		{"exception without a reason", "version: 1\nexceptions:\n  - {rule: images/mutable-tag, path: a, until: 2027-01-31}\n", nil, refuses},
		{"exception without an end", "version: 1\nexceptions:\n  - {rule: images/mutable-tag, path: a, reason: b}\n", nil, refuses},
		{"exception with a bad end", "version: 1\nexceptions:\n  - {rule: images/mutable-tag, path: a, reason: b, until: next year}\n", nil, refuses},
		{"locked in a repository", "version: 1\nlocked: [comment]\n",
			[]string{`2:9: only the organisation's policy, in its .github repository, can lock keys`}, accepts},
		{"alias", "version: 1\nchecks:\n  images: &x {level: warn}\n  schema: *x\n",
			[]string{`4:11: checks.schema must hold keys, not an alias: write the value out`}, notAsked},
		{"merge key", "version: 1\n<<: {comment: never}\n", []string{`2:1: unknown key "<<"`}, notAsked},
		{"second document", "version: 1\n---\nversion: 1\n", []string{`2:1: a second document begins: one file holds one policy`}, notAsked},
		{"broken YAML", "version: 1\nchecks: [\n", []string{`2:1: not YAML: did not find expected node content`}, notAsked},
		{"tab", "version: 1\nchecks:\n\timages: {}\n", []string{`3:1: not YAML: found character that cannot start any token`}, notAsked},
		{"not UTF-8", "version: 1\n# \xff\n", []string{`2:1: the line is not UTF-8`}, notAsked},
		{"two at once", "version: 1\ncomment: often\ndetails: seldom\n", []string{
			`2:10: comment is "often": want never, on-problem, always`,
			`3:10: details is "seldom": want never, on-problem, always`}, agrees},
	}
}

func TestParse(t *testing.T) {
	for _, c := range parseCases() {
		t.Run(c.name, func(t *testing.T) {
			p, problems := Parse(Path, []byte(c.text), knownRules())
			var got []string
			for _, problem := range problems {
				got = append(got, problem.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if (p == nil) != (problems != nil) {
				t.Errorf("policy %v beside %d problems", p, len(problems))
			}
		})
	}
}

func TestSchemaAgrees(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	text, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("policy.json", text); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range parseCases() {
		if c.schema == notAsked {
			continue
		}
		want := len(c.want) == 0
		switch c.schema {
		case accepts:
			want = true
		case refuses:
			want = false
		}
		if err := schema.Validate(instance(t, c.text)); (err == nil) != want {
			t.Errorf("%s: want valid %v, got %v", c.name, want, err)
		}
	}
}

// instance is a YAML text as an editor hands it to a schema: dates are texts.
func instance(t *testing.T, text string) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	plainDates(&doc)
	var value any
	if err := doc.Decode(&value); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	again, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func plainDates(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, child := range n.Content {
		plainDates(child)
	}
}

// TestSchemaKnowsEveryKey keeps the schema and the reader from drifting apart.
func TestSchemaKnowsEveryKey(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(JSONSchema(), &root); err != nil {
		t.Fatal(err)
	}
	got := schemaKeys(root["$defs"].(map[string]any), root, "")
	slices.Sort(got)
	want := file().keys("")
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys of the reader and of the schema (-reader +schema):\n%s", diff)
	}
}

func schemaKeys(defs, node map[string]any, key string) (all []string) {
	if ref, ok := node["$ref"].(string); ok {
		node = defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	properties, _ := node["properties"].(map[string]any)
	for name, value := range properties {
		all = append(all, below(key, name))
		all = append(all, schemaKeys(defs, value.(map[string]any), below(key, name))...)
	}
	return all
}

func TestExceptionsThatCannotCount(t *testing.T) {
	for entry, want := range map[string]string{
		"reason: x, until: 2027-01-31":       "",
		"reason: x, until: '2027-01-31'":     "",
		"until: 2027-01-31":                  "it gives no reason",
		"reason: , until: 2027-01-31":        "it gives no reason",
		"reason: ' ', until: 2027-01-31":     "it gives no reason",
		"reason: x":                          "it has no end date: until must be a day like 2027-01-31",
		"reason: x, until: ":                 "it has no end date: until must be a day like 2027-01-31",
		"reason: x, until: 2027-02-30":       "its end date is no day like 2027-01-31",
		"reason: x, until: 20270131":         "its end date is no day like 2027-01-31",
		"reason: x, until: 2027-01-31T12:00": "its end date is no day like 2027-01-31",
	} {
		text := "version: 1\nexceptions:\n  - {rule: images/mutable-tag, path: a.yml, " + entry + "}\n"
		p, problems := Parse(Path, []byte(text), knownRules())
		if problems != nil {
			t.Errorf("%s: %v", entry, problems)
			continue
		}
		if got := p.Exceptions[0].Problem; got != want {
			t.Errorf("%s: want problem %q, got %q", entry, want, got)
		}
	}
}
