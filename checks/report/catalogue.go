package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
)

// Rules writes the rule catalogue: one rule a line, its default severity and what it says.
func Rules(w io.Writer, rules []checks.Rule, style Style) error {
	widest := 0
	for _, r := range rules {
		widest = max(widest, len(r.ID))
	}
	var b strings.Builder
	for _, r := range rules {
		b.WriteString(style.wrap(fmt.Sprintf("%-*s  %-5s  ", widest, Plain(r.ID), r.Severity), r.Says))
	}
	b.WriteString("\n" + style.wrap("", "checkrein rules ID tells why a rule exists, how to mend what it finds and how to except it."))
	return write(w, defused(b.String()))
}

// Rule writes one rule in full: what, why, an example, how to mend it, how to except it.
func Rule(w io.Writer, r checks.Rule, style Style) error {
	r.ID = Plain(r.ID)
	c := &catalogue{Style: style}
	c.b.WriteString(c.paint(bold, r.ID) + " (" + defaultSeverity(r.Severity) + ")\n\n")
	c.b.WriteString(c.wrap("", r.Says))
	c.section("Why")
	for line := range strings.SplitSeq(r.Why, "\n") {
		c.b.WriteString(c.wrap("  ", line))
	}
	c.section("Example")
	c.block(r.Example)
	c.section("How to fix")
	for line := range strings.SplitSeq(r.Fix, "\n") {
		c.b.WriteString(c.wrap("  ", line))
	}
	c.section("How to except")
	c.except(r)
	return write(w, defused(c.b.String()))
}

func defaultSeverity(s checks.Severity) string {
	if s == checks.Off {
		return "off by default"
	}
	return string(s) + " by default"
}

// catalogue gathers the text of one rule.
type catalogue struct {
	Style
	b strings.Builder
}

func (c *catalogue) section(title string) { c.b.WriteString("\n" + c.paint(bold, title) + "\n") }

// block prints lines as they stand.
func (c *catalogue) block(text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		c.b.WriteString(strings.TrimRight("    "+Plain(expand(line)), " ") + "\n")
	}
}

func (c *catalogue) except(r checks.Rule) {
	if strings.HasPrefix(r.ID, "policy/") {
		c.b.WriteString(c.wrap("  ", "Not at all: this rule guards the policy itself."))
		return
	}
	c.b.WriteString(c.wrap("  ", "For a while, in "+policy.Path+" of the base branch, with a reason and a last day at most a year ahead:"))
	c.block("exceptions:\n  - rule: " + r.ID + "\n    path: path/to/file.yml    # a glob\n    subject: name:tag          # optional, narrows\n" +
		"    reason: why it may stay\n    until: YYYY-MM-DD")
	c.b.WriteString(c.wrap("  ", "For one place, by a comment on its line or alone on the line above:"))
	c.block("# checkrein:ignore " + r.ID + " until=YYYY-MM-DD reason=\"why it may stay\"")
	c.b.WriteString(c.wrap("  ", "Everywhere, by another severity (block, warn, note, off) in "+policy.Path+":"))
	c.block("rules: {" + r.ID + ": " + milder(r.Severity) + "}")
}

// milder is the severity that an example gives a rule.
func milder(s checks.Severity) string {
	if s.Rank() > checks.Warn.Rank() {
		return string(checks.Warn)
	}
	return string(checks.Off)
}
