package iac

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
)

// logicalLine is an instruction as BuildKit joins it from lines that end with the
// escape character, with the place of every byte: BuildKit itself tells lines only.
type logicalLine struct {
	text  string
	line  int // where it begins
	words int // how many words name the instruction: 2 for "ONBUILD COPY"
	parts []linePart
}

// linePart says where a run of the joined text stands in the file.
type linePart struct{ at, offset int }

// logicalAt joins the instruction that begins on a 1-based line; a heredoc's
// content is not part of it.
func (d *dockerfile) logicalAt(line int) *logicalLine {
	l := &logicalLine{line: line, words: 1}
	var joined strings.Builder
	for n := line; n <= d.LineCount(); n++ {
		from := d.Start(n)
		text := d.lineBytes(n)
		switch {
		case n == line:
			trimmed := bytes.TrimLeftFunc(bytes.TrimPrefix(text, []byte("\ufeff")), unicode.IsSpace)
			from += len(text) - len(trimmed)
			text = trimmed
		case isDockerfileFiller(text):
			continue
		}
		text, more := cutContinuation(text, d.escape)
		l.parts = append(l.parts, linePart{at: joined.Len(), offset: from})
		joined.Write(text)
		if !more {
			break
		}
	}
	l.text = joined.String()
	return l
}

// lineBytes is a 1-based line without its line break.
func (d *dockerfile) lineBytes(line int) []byte {
	return bytes.TrimRight(d.data[d.Start(line):d.Start(line+1)], "\r\n")
}

// quote is a 1-based line as it may be quoted: empty when it is no text.
func (d *dockerfile) quote(line int) string {
	if text := d.lineOf(line); utf8.ValidString(text) {
		return text
	}
	return ""
}

// isDockerfileFiller reports whether a line inside an instruction is passed over.
func isDockerfileFiller(line []byte) bool {
	line = bytes.TrimLeftFunc(line, unicode.IsSpace)
	return len(line) == 0 || line[0] == '#'
}

// cutContinuation takes the escape character off a line that goes on; one that
// is escaped itself does not count.
func cutContinuation(line []byte, escape byte) (rest []byte, more bool) {
	trimmed := bytes.TrimRight(line, " \t")
	last := len(trimmed) - 1
	if last < 0 || trimmed[last] != escape || last > 0 && trimmed[last-1] == escape {
		return line, false
	}
	return trimmed[:last], true
}

// offset is where a byte of the joined text stands in the file.
func (l *logicalLine) offset(at int) int {
	i := sort.Search(len(l.parts), func(i int) bool { return l.parts[i].at > at }) - 1
	for i > 0 && l.parts[i].at == at && at == len(l.text) {
		i--
	}
	return l.parts[i].offset + at - l.parts[i].at
}

// passage is the part [from, to) of the joined text.
func (d *dockerfile) passage(l *logicalLine, from, to int) passage {
	return passage{text: l.text[from:to], line: d.quote, span: func(a, b int) checks.Span {
		start := l.offset(from + a)
		if a == b {
			return d.SpanOf(start, start)
		}
		return d.SpanOf(start, l.offset(from+b-1)+1)
	}}
}

// wordsEnd is the offset behind the words that name the instruction.
func (l *logicalLine) wordsEnd() int {
	at := 0
	for range l.words {
		at = skipSpaces(l.text, at)
		for at < len(l.text) && !isDockerSpace(l.text[at]) {
			at++
		}
	}
	return at
}

// word is a range of the joined text.
type word struct{ from, to int }

// arguments are the words behind the instruction's name; quotes and escapes hold a word together.
func (l *logicalLine) arguments(escape byte) []word {
	var words []word
	for at := skipSpaces(l.text, l.wordsEnd()); at < len(l.text); at = skipSpaces(l.text, at) {
		w := word{from: at}
		at = wordEnd(l.text, at, escape)
		w.to = at
		words = append(words, w)
	}
	return words
}

// flags are the words behind the instruction's name that begin with "--".
func (l *logicalLine) flags(escape byte) []word {
	var words []word
	for at := skipSpaces(l.text, l.wordsEnd()); strings.HasPrefix(l.text[at:], "--"); at = skipSpaces(l.text, at) {
		w := word{from: at}
		at = wordEnd(l.text, at, escape)
		w.to = at
		words = append(words, w)
	}
	return words
}

func skipSpaces(text string, at int) int {
	for at < len(text) && isDockerSpace(text[at]) {
		at++
	}
	return at
}

func isDockerSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func wordEnd(text string, at int, escape byte) int {
	var quote byte
	for ; at < len(text); at++ {
		c := text[at]
		switch {
		case c == escape && quote != '\'':
			at++
		case quote == 0 && isDockerSpace(c):
			return at
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		}
	}
	return len(text)
}

// outsized says why a Dockerfile is not handed to the parser; empty when it may be.
func outsized(data []byte) string {
	switch {
	case len(data) > maxDockerfile:
		return "a Dockerfile larger than 1 MiB"
	case bytes.Count(data, []byte{'\n'}) > maxDockerfileLines:
		return fmt.Sprintf("a Dockerfile of more than %d lines", maxDockerfileLines)
	case nestsWithoutBound(data):
		return "an instruction with a heredoc and thousands of substitutions"
	}
	return ""
}

// nestsWithoutBound guards the parser: it reads the line of a heredoc by calling
// itself for every "${" and copies the rest each time. Lines are joined on either
// escape character and across comments, and single bytes are counted, because a
// line break may stand between two: no instruction is ever underrated.
func nestsWithoutBound(data []byte) bool {
	const work = 1 << 26
	size, substitutions, heredoc := 0, 0, false
	for line := range bytes.Lines(data) {
		size += len(line)
		substitutions += bytes.Count(line, []byte("{"))
		heredoc = heredoc || bytes.Contains(line, []byte("<"))
		if heredoc && size*substitutions > work {
			return true
		}
		end := bytes.TrimRight(line, " \t\r\n")
		if !isDockerfileFiller(line) && !bytes.HasSuffix(end, []byte("\\")) && !bytes.HasSuffix(end, []byte("`")) {
			size, substitutions, heredoc = 0, 0, false
		}
	}
	return false
}
