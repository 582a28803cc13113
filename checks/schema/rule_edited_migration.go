package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
)

const editedMigrationID = "schema/edited-migration"

func editedMigration() checks.Rule {
	return checks.Rule{
		ID:       editedMigrationID,
		Severity: checks.Block,
		Says:     "A migration that a deployed commit already has was changed or removed; a pure rename is fine.",
		Why: "What ran does not run again: databases that have it keep the old form, new ones get the new, and from then on the two differ.\n" +
			"Runners that keep checksums (Flyway, Liquibase, Prisma, Atlas) refuse to start at the next deployment.",
		Fix:     "Restore the file as it was, and put the change into a new migration.",
		Example: "-- V7__users.sql, deployed last week\nALTER TABLE users ADD COLUMN email text NOT NULL;   -- was: text. schema/edited-migration\n",
	}
}

// checksummed are the runners that refuse a file whose bytes are not those that ran.
var checksummed = map[string]string{"flyway": "Flyway", "liquibase": "Liquibase", "prisma": "Prisma", "atlas": "Atlas"}

// maxRemoved are the removed migrations told one by one; of more the first tells them all.
const maxRemoved = 3

// edited are the migrations of a deployed commit that the head has otherwise, or not at all.
func (h *history) edited(head *side, l *migrations.Line) []outcome {
	if h.line == nil || l == nil {
		return nil
	}
	now := head.history(l)
	var list, removed []outcome
	for _, f := range h.line.Migrations {
		old := h.side.blobs[f.Path]
		other := now.names[identity(f)]
		switch {
		case now.blobs[old] || old == "" || other == nil && (now.ids[f.ID] || now.squashed(f)):
		case other == nil:
			removed = append(removed, outcome{rule: editedMigrationID, at: catalog.Place{Path: f.Path}, subject: f.Name,
				title: fmt.Sprintf("migration %s is removed, and %s has it", f.Name, h.side.name),
				why:   "Databases that ran it keep what it did; those made from now on never get it." + refuses(l.Format),
				proof: []proof{{at: top(f), note: "the migration as it was deployed"}}})
		case checksummed[l.Format] != "" || !alike(h.side, f, head, other):
			list = append(list, outcome{rule: editedMigrationID, at: catalog.Place{Path: other.Path}, subject: f.Name,
				title: fmt.Sprintf("migration %s is changed, and %s has it as it was", f.Name, h.side.name),
				why:   "It does not run again: databases that ran it stay as they are, and those made from now on are others." + refuses(l.Format),
				proof: []proof{{at: top(f), note: "the migration as it was deployed"}}})
		}
	}
	if n := len(removed); n > maxRemoved {
		removed[0].title = fmt.Sprintf("%d migrations are removed that %s has, %s the first", n, h.side.name, removed[0].subject)
		removed = removed[:1]
	}
	return append(list, removed...)
}

func refuses(format string) string {
	if runner := checksummed[format]; runner != "" {
		return " " + runner + " compares checksums, and refuses to run."
	}
	return ""
}

// top is the first statement of a migration, or its beginning.
func top(f *migrations.File) catalog.Place {
	for _, step := range f.Steps {
		for _, s := range step.Statements {
			return s.At
		}
	}
	return catalog.Place{Path: f.Path}
}

// alike reports whether two files do the same: they differ in comments, blanks and what runs
// backwards alone; or, where they call methods, in how the calls are written.
func alike(a *side, x *migrations.File, b *side, y *migrations.File) bool {
	if calls[x.Format] && calls[y.Format] && x.Unread == "" && y.Unread == "" && effect(x) == effect(y) {
		return true
	}
	old, errOld := a.tree.Read(x.Path)
	now, errNow := b.tree.Read(y.Path)
	if errOld != nil || errNow != nil {
		return false
	}
	return forward(x, string(old)) == forward(y, string(now))
}

// calls are the formats whose files call methods that change the schema: much of what can be
// said there (validators, choices, labels) changes none.
var calls = map[string]bool{"django": true, "rails": true, "alembic": true, "script": true, "typeorm": true}

// effect is what a file does to a schema, wherever in the file it stands.
func effect(f *migrations.File) string {
	var b strings.Builder
	for _, step := range f.Steps {
		for _, s := range step.Statements {
			data, err := catalog.EncodeChanges(s.Changes)
			if s.Unread != "" || err != nil || len(s.Changes) > 0 && writes(s.Changes) {
				data = []byte(strings.Join(strings.Fields(s.Text), " "))
			}
			b.Write(standing.ReplaceAll(data, nil))
			b.WriteString("\n")
		}
		fmt.Fprint(&b, step.Transaction, "|")
	}
	return b.String()
}

// standing is where an encoded change stands.
var standing = regexp.MustCompile(`"Path":"(?:[^"\\]|\\.)*","Span":\{[^{}]*\},"Line":"(?:[^"\\]|\\.)*"`)

// writes reports whether changes are to rows: what is written stands in the text alone.
func writes(list []catalog.Change) bool {
	return slices.ContainsFunc(list, func(c catalog.Change) bool {
		_, ok := c.(catalog.WriteData)
		return ok
	})
}

// forward are the statements of a file that run forward, blanks evened out.
func forward(f *migrations.File, text string) string {
	var b strings.Builder
	lines := strings.SplitAfter(text, "\n")
	for _, step := range f.Steps {
		for _, s := range step.Statements {
			b.WriteString(strings.Join(strings.Fields(uncommented(slice(lines, s.At.Span))), " "))
			b.WriteString(";")
		}
		fmt.Fprint(&b, step.Transaction, "|")
	}
	if b.Len() == 0 {
		return text
	}
	return b.String()
}

// slice is the text of a span.
func slice(lines []string, at checks.Span) string {
	var b strings.Builder
	for n := at.Line; n <= at.EndLine && n <= len(lines) && n > 0; n++ {
		line := lines[n-1]
		end, start := len(line), 0
		if n == at.EndLine {
			end = min(end, at.EndColumn-1)
		}
		if n == at.Line {
			start = min(at.Column-1, end)
		}
		b.WriteString(line[max(0, start):max(0, end)])
	}
	return b.String()
}

// uncommented takes the comments of whole lines out of a statement.
func uncommented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "--") || strings.HasPrefix(trimmed, "//") {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}
