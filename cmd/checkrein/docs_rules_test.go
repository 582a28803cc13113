package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/all"
)

// TestRulesDocument keeps docs/rules.md, which every finding links to, in step with
// the catalogue; -update writes it.
func TestRulesDocument(t *testing.T) {
	want := rulesDocument(all.Rules())
	path := filepath.Join(root, "docs", "rules.md")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, readDocument(t, "docs/rules.md").text()); diff != "" {
		t.Errorf("docs/rules.md is out of step; go test ./cmd/checkrein -update (-catalogue +document):\n%s", diff)
	}
}

func rulesDocument(rules []checks.Rule) string {
	var b strings.Builder
	b.WriteString("# Rules\n\nThe catalogue as `checkrein rules` prints it, generated from the code. How to let a finding pass for a\n" +
		"while, and how to change a severity: [policy.md](policy.md).\n\n| rule | default | says |\n| --- | --- | --- |\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| [`%s`](#%[1]s) | %s | %s |\n", r.ID, r.Severity, cell(r.Says))
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n<a id=\"%s\"></a>\n\n## %[1]s\n\nDefault: %s. %s\n\n", r.ID, r.Severity, r.Says)
		fmt.Fprintf(&b, "**Why.** %s\n\n", strings.ReplaceAll(strings.TrimSpace(r.Why), "\n", " "))
		fmt.Fprintf(&b, "```\n%s\n```\n\n", strings.TrimRight(r.Example, "\n"))
		fmt.Fprintf(&b, "**How to fix.** %s\n\n", strings.ReplaceAll(strings.TrimSpace(r.Fix), "\n", " "))
		if strings.HasPrefix(r.ID, "policy/") {
			b.WriteString("**How to except.** Not at all: this rule guards the policy itself. Who may say yes to a looser one: [approvals.md](approvals.md).\n")
			continue
		}
		fmt.Fprintf(&b, "**How to except.** `checkrein rules %s` prints the entry for the policy and the comment for one place. For one pull request: [approvals.md](approvals.md).\n", r.ID)
	}
	return b.String()
}

// cell is a text that stays in its table cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
