package sql

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// sorted compares lists whatever their order.
var sorted = cmp.Transformer("sorted", func(list []string) []string { return slices.Sorted(slices.Values(list)) })

// testQueries reads one statement each. The place of every table and column that it
// names must hold that name.
func testQueries(t *testing.T, d catalog.Dialect, tests map[string][]string) {
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			script := Read(d, Whole("a.sql", text))
			if len(script.Statements) != 1 {
				t.Fatalf("%d statements", len(script.Statements))
			}
			s := script.Statements[0]
			if s.Unread != "" {
				t.Fatal(s.Unread)
			}
			got := describeStatement(s)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if s.Query != nil {
				checkPlaces(t, text, s.Query)
			}
		})
	}
}

// describeStatement tells a query and the data that it writes, one line each.
func describeStatement(s Statement) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, change := range s.Changes {
		if w, ok := change.(catalog.WriteData); ok {
			line := "data " + w.Kind + " " + w.Table.String()
			for _, from := range w.From {
				line += " from " + from.String()
			}
			if w.All {
				line += " all"
			}
			lines = append(lines, line)
		}
	}
	if s.Query == nil {
		return lines
	}
	for _, use := range s.Query.Tables {
		if use.Written {
			add("table %s written", use.Name)
			continue
		}
		add("table %s", use.Name)
	}
	lines = append(lines, describeMentions("read", s.Query.Reads)...)
	lines = append(lines, describeMentions("write", s.Query.Writes)...)
	for _, call := range s.Query.Calls {
		add("call %s %d", call.Name, call.Args)
	}
	if i := s.Query.Insert; i != nil {
		if i.Positional {
			add("insert positional %d", i.Values)
		} else {
			add("insert %s", strings.Join(i.Columns, ","))
		}
		lines = append(lines, describeConflict(i.Conflict)...)
	}
	return lines
}

func describeMentions(verb string, mentions []catalog.Mention) []string {
	var lines []string
	for _, m := range mentions {
		var names []string
		for _, name := range m.Tables {
			names = append(names, name.String())
		}
		line := verb + " " + strings.Join(names, ",") + "." + m.Column
		if m.Maybe {
			line += " maybe"
		}
		lines = append(lines, line)
	}
	return lines
}

func describeConflict(x *Conflict) []string {
	if x == nil {
		return nil
	}
	line := "conflict " + strings.Join(x.Columns, ",")
	if x.Any {
		line += "any"
	}
	if x.Update {
		line += " update"
	}
	if x.Where != "" {
		line += " where " + x.Where
	}
	return []string{line}
}

// checkPlaces: the place of a name ends with that name, quoted or not.
func checkPlaces(t *testing.T, text string, q *Query) {
	t.Helper()
	check := func(name string, at catalog.Place) {
		if at.Span.Line != 1 || at.Span.EndColumn > len(text)+1 {
			t.Errorf("%s is at %+v", name, at.Span)
			return
		}
		spelled := strings.Trim(text[at.Span.Column-1:at.Span.EndColumn-1], "`\"[]")
		if !strings.EqualFold(spelled, name) && !strings.HasSuffix(strings.ToLower(spelled), "."+strings.ToLower(name)) {
			t.Errorf("%s is at %q", name, spelled)
		}
	}
	for _, use := range q.Tables {
		check(use.Name.Object, use.At)
	}
	for _, m := range slices.Concat(q.Reads, q.Writes) {
		check(m.Column, m.At)
	}
	for _, call := range q.Calls {
		check(call.Name.Object, call.At)
	}
}
