// Package shell reads the text of commands: which programs it starts, with which words,
// seen through wrappers, functions, variables and here-documents. Nothing is run.
package shell

import (
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// Gap stands in a word for each part that is not known.
const Gap = "\uFFFC"

// Dialect is the language of a text.
type Dialect string

const (
	Sh         Dialect = "sh" // POSIX shell and bash
	PowerShell Dialect = "pwsh"
	Cmd        Dialect = "cmd"
	Python     Dialect = "python"
	JavaScript Dialect = "javascript"
)

// Position is a place in a file: 1-based, columns in bytes.
type Position struct{ Line, Column int }

// Text is a piece of a file that some shell reads: a `run:` without its indentation, a
// recipe, a whole script.
type Text struct {
	Body string
	// Lines tells for each line of Body where in the file it begins.
	Lines []Position
}

// Whole is the text that a file is.
func Whole(data []byte) Text {
	t := Text{Body: string(data)}
	for n := range strings.Count(t.Body, "\n") + 1 {
		t.Lines = append(t.Lines, Position{n + 1, 1})
	}
	return t
}

// Input is a text and what is known around it.
type Input struct {
	Text    Text
	Dialect Dialect
	// Env are the variables that are set around the text, as written, `${{ … }}` included.
	Env map[string]string
	// Args are $1, $2, …; nil: not known.
	Args []Word
}

// Script is what a text does, in the order in which it stands there.
type Script struct {
	Commands []Command
	Unread   []Unread
}

// Unread is a place that could not be read as the dialect.
type Unread struct {
	checks.Span
	Reason string
	// Defeated: reading stopped at a bound, or failed: what stands after it was not looked at.
	Defeated bool
}

// Word is one word of a command, quotes and expansions done where they can be.
type Word struct {
	Text string // with Gap for each part that is not known
	// From tells of each gap, in order, what it hangs on, as written: "inputs.tag", "vars.X",
	// "$TAG", "$1", "$(date +%s)".
	From []string
}

// Known reports whether all of the word is.
func (w Word) Known() bool { return len(w.From) == 0 }

// Command is one command that is started.
type Command struct {
	checks.Span        // from its first word, wrappers included, to its last
	Words       []Word // the program first, wrappers taken off
	Written     string // as it stands in the file, on one line, clipped to 200 bytes
	// Wrappers are those taken off, the outermost first: "sudo", "xargs", "bash -c".
	Wrappers []string
	// Stdin is what it is given to read: a here-document, a here-string, what an echo, a
	// printf or a cat of a here-document before it in the pipe writes; nil: not known, or nothing.
	Stdin *Word
	// Piped is the command before it in the pipe, as an index into Script.Commands; -1: none.
	Piped int
	// Env are variables set for it: before the command, by env, by an export above.
	Env map[string]Word
	// Dir is where it runs, by the `cd`s with known folders before it; empty: where the text begins.
	Dir Word
	// Calls are the places of the function calls that lead to it, the outermost first.
	Calls []checks.Span
	// When are the conditions of the ifs and cases around it, as written, the outermost first.
	When []string
}
