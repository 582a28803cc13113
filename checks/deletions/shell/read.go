package shell

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
)

// What one text may cost.
const (
	maxCommands = 10_000
	maxParsed   = 128 << 10 // bytes of a text that is read as a whole; above, line by line
	maxSteps    = 300_000   // statements run, variables looked up, beyond two for each byte
	maxWords    = 1 << 20   // bytes of words, beyond those that stand in the text
	maxDepth    = 150       // of statements within statements, calls within calls
	maxFields   = 2048      // words of one command
	maxWrappers = 12        // around one command
	pieceCost   = 64        // bytes that a piece of a word costs besides its text
	maxWritten  = 200
	maxFrom     = 1024
)

// Read tells what a text does. It never fails: what could not be read is in Unread.
func Read(in Input) Script {
	r := &reader{in: in, lines: lineStarts(in.Text.Body), words: maxWords + len(in.Text.Body)}
	r.guarded(func() { r.read(rootSource(in.Text.Body, in.Dialect), in.Dialect, r.outermost()) })
	return Script{Commands: r.commands, Unread: r.unread}
}

// reader reads one text and all that stands in it.
type reader struct {
	in       Input
	lines    []int // where each line of the text begins
	commands []Command
	unread   []Unread
	steps    int
	words    int // bytes of words that may still be made
	defeated bool
	exports  exports
}

// read reads a source as a dialect; w is where it is started.
func (r *reader) read(src *source, dialect Dialect, w walk) {
	w.src = src
	if w.depth++; w.depth > maxDepth || r.defeated {
		r.defeat("nested too deep")
		return
	}
	switch dialect {
	case Sh, "":
		w.sh()
	case PowerShell:
		w.powerShell()
	case Cmd:
		w.prompt()
	case Python:
		w.program(python)
	case JavaScript:
		w.program(javaScript)
	default:
		r.unreadable(src, 0, fmt.Sprintf("no reader for %s", dialect))
	}
}

// guarded answers for parsers that panic: the text counts as unread.
func (r *reader) guarded(read func()) {
	defer func() {
		if caught := recover(); caught != nil {
			r.unread = append(r.unread, Unread{r.span(0, 0), fmt.Sprintf("reading it failed: %v", caught), true})
		}
	}()
	read()
}

// defeat stops all reading, once.
func (r *reader) defeat(reason string) {
	if !r.defeated {
		r.defeated = true
		r.unread = append(r.unread, Unread{r.span(0, 0), reason, true})
	}
}

// step counts one piece of work and tells whether there may be more.
func (r *reader) step(n int) bool {
	if r.steps += n; r.steps > maxSteps+2*len(r.in.Text.Body) {
		r.defeat("it does too much to be followed")
	}
	return !r.defeated
}

// spend counts bytes of words.
func (r *reader) spend(bytes int) bool {
	if r.words -= bytes; r.words < 0 {
		r.defeat("its words expand to more than 1 MB")
	}
	return !r.defeated
}

// full tells whether a command has as many words as are read of one.
func (r *reader) full(fields []field) bool {
	if len(fields) < maxFields {
		return false
	}
	r.defeat(fmt.Sprintf("a command of more than %d words", maxFields))
	return true
}

func (r *reader) unreadable(src *source, offset int, reason string) {
	at := src.at(min(offset, len(src.text)))
	r.unread = append(r.unread, Unread{r.span(at, at), reason, false})
}

func (r *reader) emit(c Command) int {
	if r.defeated {
		return -1
	}
	if len(r.commands) == maxCommands {
		r.defeat(fmt.Sprintf("more than %d commands", maxCommands))
		return -1
	}
	r.commands = append(r.commands, c)
	return len(r.commands) - 1
}

func lineStarts(body string) []int {
	starts := make([]int, 1, 1+strings.Count(body, "\n"))
	for i := range len(body) {
		if body[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// span is the place in the file of a piece of the text.
func (r *reader) span(from, to int) checks.Span {
	a, b := r.position(from), r.position(max(from, to))
	return checks.Span{Line: a.Line, Column: a.Column, EndLine: b.Line, EndColumn: b.Column}
}

func (r *reader) position(offset int) Position {
	i := sort.SearchInts(r.lines, offset+1) - 1
	at := Position{i + 1, 1} // of a text that does not tell its lines
	if i < len(r.in.Text.Lines) {
		at = r.in.Text.Lines[i]
	}
	return Position{at.Line, at.Column + offset - r.lines[i]}
}

// written is a piece of the text as it stands there, on one line.
func (r *reader) written(from, to int) string {
	cut := min(max(from, to), from+4*maxWritten)
	text := oneLine(strings.ReplaceAll(r.in.Text.Body[from:cut], "\\\n", " "))
	if len(text) <= maxWritten {
		return text
	}
	end := maxWritten - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
