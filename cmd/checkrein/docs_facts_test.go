package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/policy"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// firstCells are the quoted names in the first column of a table.
func firstCells(rows [][]string) []string {
	var names []string
	for _, row := range rows {
		for _, m := range quoted.FindAllStringSubmatch(row[0], -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

func inStep(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-product +document):\n%s", what, diff)
	}
}

// TestQuickStart: two commands show what this is and that it works.
func TestQuickStart(t *testing.T) {
	readme := readDocument(t, "README.md")
	_, section, found := strings.Cut(readme.text(), "\n## Quick start\n")
	commands := newDocument("", section).blocks()
	if !found || len(commands) == 0 {
		t.Fatal("there is no quick start")
	}
	got := newDocument("", section).content(commands[0])
	if diff := cmp.Diff("go run ./cmd/drill\ngo test ./...\n", got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadmeRules(t *testing.T) {
	rows := readDocument(t, "README.md").rows("Rules")
	var want []string
	for _, r := range all.Rules() {
		want = append(want, fmt.Sprintf("[`%s`](docs/rules.md#%[1]s) %s", r.ID, r.Severity))
	}
	var got []string
	for _, row := range rows {
		got = append(got, row[0]+" "+row[1])
	}
	inStep(t, "rules", want, got)
}

func TestReadmeEnvironment(t *testing.T) {
	var want []string
	for _, v := range app.Variables() {
		want = append(want, v.Name)
	}
	readme := readDocument(t, "README.md")
	inStep(t, "variables", sorted(want), firstCells(readme.rows("Environment")))
	for _, v := range app.Variables() {
		if v.Default != "" && !strings.Contains(readme.text(), "`"+v.Default+"`") {
			t.Errorf("the default %s of %s is not told", v.Default, v.Name)
		}
	}
}

// TestGuardEnvironment: docs/guard.md tells every variable of the guard with its default.
func TestGuardEnvironment(t *testing.T) {
	var want []string
	for _, v := range app.GuardVariables() {
		want = append(want, v.Name)
	}
	guard := readDocument(t, "docs/guard.md")
	rows := guard.rows("Environment of the guard")
	inStep(t, "variables", sorted(want), firstCells(rows))
	for _, v := range app.GuardVariables() {
		for _, row := range rows {
			if strings.Contains(row[0], "`"+v.Name+"`") && v.Default != "" && row[2] != "`"+v.Default+"`" {
				t.Errorf("the default of %s is told as %s, and is %s", v.Name, row[2], v.Default)
			}
		}
	}
	for _, v := range guardShared() {
		if !strings.Contains(guard.text(), "`"+v.Name+"`") {
			t.Errorf("%s is not told", v.Name)
		}
	}
}

func TestReadmePermissions(t *testing.T) {
	var manifest struct {
		Permissions map[string]string `yaml:"default_permissions"`
		Events      []string          `yaml:"default_events"`
	}
	if err := yaml.Unmarshal(checkrein.Manifest, &manifest); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for name, level := range manifest.Permissions {
		want = append(want, fmt.Sprintf("`%s` %s", name, level))
	}
	readme := readDocument(t, "README.md")
	for _, row := range readme.rows("Permissions") {
		got = append(got, row[0]+" "+row[1])
	}
	inStep(t, "permissions", sorted(want), sorted(got))
	inStep(t, "events", sorted(manifest.Events), firstCells(readme.rows("Events")))
}

// TestPolicyKeys: docs/policy.md tells every key of the schema, and no other.
func TestPolicyKeys(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(policy.JSONSchema(), &root); err != nil {
		t.Fatal(err)
	}
	want := schemaKeys(root, root, "")
	inStep(t, "keys", sorted(want), firstCells(readDocument(t, "docs/policy.md").rows("Keys")))
}

// schemaKeys lists the dotted keys of a JSON schema that have no keys below them.
func schemaKeys(root, node map[string]any, key string) (keys []string) {
	if ref, ok := node["$ref"].(string); ok {
		node = root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	properties, _ := node["properties"].(map[string]any)
	if len(properties) == 0 {
		return []string{key}
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		keys = append(keys, schemaKeys(root, properties[name].(map[string]any), strings.TrimPrefix(key+"."+name, "."))...)
	}
	return keys
}

// TestTags puts every reference of the table in docs/images.md through the product.
func TestTags(t *testing.T) {
	rows := readDocument(t, "docs/images.md").rows("What a tag means")
	want := map[string]string{}
	compose := strings.Builder{}
	compose.WriteString("services:\n")
	for _, row := range rows {
		for _, m := range quoted.FindAllStringSubmatch(row[0], -1) {
			ref := strings.Replace(m[1], "sha256:…", "sha256:"+strings.Repeat("0123456789abcdef", 4), 1)
			want[ref] = strings.Trim(row[1], "`")
			fmt.Fprintf(&compose, "  s%d:\n    image: %s\n", len(want), ref)
		}
	}
	if len(want) < 40 {
		t.Fatalf("only %d references in the table", len(want))
	}
	t.Chdir(t.TempDir())
	write(t, map[string]string{"compose.yml": compose.String()})
	var out bytes.Buffer
	run(context.Background(), []string{"check", "--all", "--format", "json"}, &out, &out)
	var told struct{ Images []struct{ Ref, Class string } }
	if err := json.Unmarshal(out.Bytes(), &told); err != nil {
		t.Fatalf("%v:\n%s", err, out.String())
	}
	got := map[string]string{}
	for _, image := range told.Images {
		got[image.Ref] = image.Class
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("classes (-document +product):\n%s", diff)
	}
}

// TestThreats: every test that docs/threat-model.md names is there.
func TestThreats(t *testing.T) {
	d := readDocument(t, "docs/threat-model.md")
	rows := 0
	for _, line := range d.lines {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || cells[0] == "attack" {
			continue
		}
		rows++
		tests := quoted.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 4 || len(tests) == 0 {
			t.Errorf("no test proves: %s", line)
		}
		for _, m := range tests {
			if problem := missingTest(m[1]); problem != "" {
				t.Errorf("%s: %s", m[1], problem)
			}
		}
	}
	if rows < 20 {
		t.Errorf("only %d attacks are answered", rows)
	}
	if missingTest("app/webhook.TestHandlerAnswers/no such case") == "" || missingTest("app/webhook.TestNothing") == "" {
		t.Error("a test that is not there is not found out")
	}
}

var testName = regexp.MustCompile(`^([a-z/]+)\.((?:Test|Fuzz)\w+)(?:/(.+))?$`)

// missingTest says why a test written as folder.TestName/case is not there. A case is a
// quoted text of the test's file, or a txtar file of the package's testdata.
func missingTest(name string) string {
	m := testName.FindStringSubmatch(name)
	if m == nil {
		return "is not written as folder.TestName/case"
	}
	files, err := filepath.Glob(filepath.Join(root, m[1], "*_test.go"))
	if err != nil || len(files) == 0 {
		return "there are no tests in " + m[1]
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err.Error()
		}
		if !strings.Contains(string(data), "\nfunc "+m[2]+"(") {
			continue
		}
		if m[3] == "" || strings.Contains(string(data), `"`+m[3]+`"`) || hasScript(m[1], m[3]) {
			return ""
		}
		return "the test has no such case"
	}
	return "there is no such test in " + m[1]
}

func hasScript(folder, name string) bool {
	found, err := filepath.Glob(filepath.Join(root, folder, "testdata", "*", name+".txtar"))
	return err == nil && len(found) > 0
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks: every link inside the repository leads to something that is there.
func TestLinks(t *testing.T) {
	for _, d := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(d.text(), -1) {
			if strings.HasPrefix(m[1], "https://") {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			target := d
			if path != "" {
				full := filepath.Join(filepath.Dir(d.path), path)
				if _, err := os.Stat(filepath.Join(root, full)); err != nil {
					t.Errorf("%s links to %s: %v", d.path, m[1], err)
					continue
				}
				if anchor != "" {
					target = readDocument(t, full)
				}
			}
			if anchor != "" && !slices.Contains(anchors(target), anchor) {
				t.Errorf("%s links to %s: there is no such anchor", d.path, m[1])
			}
		}
	}
}

var (
	written   = regexp.MustCompile(`<a id="([^"]+)"></a>`)
	unlinking = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// anchors are the places in a document that a link can name: headings and written anchors.
func anchors(d *document) []string {
	var list []string
	for _, m := range written.FindAllStringSubmatch(d.text(), -1) {
		list = append(list, m[1])
	}
	for _, line := range d.lines {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			title = unlinking.ReplaceAllString(strings.ToLower(title), "")
			list = append(list, strings.ReplaceAll(title, " ", "-"))
		}
	}
	return list
}
