package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/checkrein/checkrein/checks"
)

// Style is how text looks on its terminal.
type Style struct {
	Color bool
	Width int // columns; 0: unknown
}

const (
	usualWidth = 100 // where the terminal's is unknown; sentences are never wider
	leastWidth = 40
)

// Colours in the terms of a terminal (ECMA-48, select graphic rendition).
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "1;32"
	yellow = "1;33"
	cyan   = "1;36"
)

func (s Style) columns() int {
	if s.Width == 0 {
		return usualWidth
	}
	return max(s.Width, leastWidth)
}

// paint colours text that is already plain.
func (s Style) paint(color, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func colorOf(severity checks.Severity) string {
	switch severity {
	case checks.Block:
		return red
	case checks.Warn:
		return yellow
	}
	return cyan
}

// wrap breaks a sentence into lines that end before the right margin. The first line
// begins behind head, the others below its end.
func (s Style) wrap(head, text string) string {
	indent := columns(head)
	room := min(s.columns(), usualWidth) - indent
	var b strings.Builder
	b.WriteString(head)
	used := 0
	for word := range strings.FieldsSeq(Plain(text)) {
		switch n := columns(word); {
		case used == 0:
			used = n
		case used+1+n > room:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			used = n
		default:
			b.WriteByte(' ')
			used += 1 + n
		}
		b.WriteString(word)
	}
	return b.String() + "\n"
}

// columns is how many columns a terminal needs for plain text.
func columns(s string) int {
	if printable(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if r < utf8.RuneSelf {
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	if unicode.In(r, unicode.Mn, unicode.Me) { // they stand on the character before them
		return 0
	}
	return 1
}

func write(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
