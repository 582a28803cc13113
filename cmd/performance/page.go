package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// section is a heading of the page with its tables.
type section struct {
	title  string
	intro  string // how it is measured
	tables []table
}

// table is filled by measuring. What is counted is the same on every machine; of what is
// measured only the first column is.
type table struct {
	counted bool
	head    []string
	fill    func(ctx context.Context, b *bench, add func(cells ...string)) error
	notes   string // below it
}

// sections are what the page has, in its order.
func sections() []section {
	return []section{machine(), acknowledgements(), files(), events(), decisions(), memory(), sideBySide()}
}

const preamble = `# Performance

<!-- Written by go run ./cmd/performance -others -write docs/performance.md: change what writes it, not this page. -->

What Checkrein takes, measured by one command that anyone can run, in about four minutes and without an account:

<!-- not run: takes minutes -->
` + "```sh" + `
go run ./cmd/performance                                          # print it
go run ./cmd/performance -others -write docs/performance.md       # and make this page of it, with other people's tools
` + "```" + `

The product runs as a process of its own, as it is released, against a simulated GitHub and registry on the same machine, which
therefore share its cores. Counts are the same everywhere and are compared by a test with every change. Times are those of one machine
on one day: **read the ratios**, which hold the product against what the machine takes for the like, in the same run. A time is the
median of its runs, with the least and the most in brackets.
`

// page measures everything, prints it as it comes, and answers it as Markdown.
func (b *bench) page(ctx context.Context) (string, error) {
	began := time.Now()
	var text strings.Builder
	text.WriteString(preamble)
	for _, s := range sections() {
		fmt.Fprintf(b.out, "\n%s (%.0f s)\n", s.title, time.Since(began).Seconds())
		fmt.Fprintf(&text, "\n## %s\n", s.title)
		if s.intro != "" {
			fmt.Fprintf(&text, "\n%s\n", s.intro)
		}
		for _, t := range s.tables {
			if err := t.write(ctx, b, &text); err != nil {
				return "", fmt.Errorf("%s: %w", strings.ToLower(s.title), err)
			}
		}
	}
	return text.String(), nil
}

// The marks before a table say how much of it is the same everywhere.
const (
	markCounted  = "<!-- counted -->"
	markMeasured = "<!-- measured -->"
)

func (t table) write(ctx context.Context, b *bench, text *strings.Builder) error {
	mark := markMeasured
	if t.counted {
		mark = markCounted
	}
	fmt.Fprintf(text, "\n%s\n\n%s%s", mark, row(t.head), row(slices.Repeat([]string{"---"}, len(t.head))))
	b.print(t.head)
	err := t.fill(ctx, b, func(cells ...string) {
		text.WriteString(row(cells))
		b.print(cells)
	})
	if err != nil {
		return err
	}
	if t.notes != "" {
		fmt.Fprintf(text, "\n%s\n", t.notes)
	}
	return nil
}

func row(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// print shows a row on a terminal: names at the left, figures under each other.
func (b *bench) print(cells []string) {
	plain := strings.NewReplacer("`", "", "**", "")
	fmt.Fprintf(b.out, "  %-48s", plain.Replace(cells[0]))
	for _, c := range cells[1:] {
		fmt.Fprintf(b.out, "  %-22s", plain.Replace(c))
	}
	fmt.Fprintln(b.out)
}
