package known

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// A pattern of a command is a line of tokens:
//
//	aws|awslocal    the program, or either; `*` for any run of letters
//	s3 rm|mv        subcommands in this order; flags and their values may stand between
//	destroy?        a subcommand, or a word that is chosen from outside ("${{ inputs.action }}")
//	--recursive|-r  a flag that must stand there, in any of its spellings
//	-X|--request=A|B  a flag with a value
//	@s3://*|gs://*  an argument after the subcommands that looks so
//	*               at least one argument more; before a subcommand: any one word
//	$DOCKER_HOST    a variable set for the command; `$NAME=glob` with such a value
//	{sql}           a test that is written in Go, by name (tests.go)
//	!token          none of that
type pattern struct {
	written string
	heads   []string
	tokens  []token
}

type kind int

const (
	subcommand kind = iota
	flagged
	argument
	variable
	test
)

type token struct {
	kind   kind
	not    bool
	maybe  bool
	names  []string // of subcommands, flags, variables and tests
	values []string // globs; nil: any
}

func parsePattern(line string) (pattern, error) {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return pattern{}, fmt.Errorf("a pattern without a program")
	}
	p := pattern{written: line, heads: strings.Split(fields[0], "|")}
	for _, f := range fields[1:] {
		t, err := parseToken(f)
		if err != nil {
			return pattern{}, fmt.Errorf("pattern %q: %w", line, err)
		}
		p.tokens = append(p.tokens, t)
	}
	for n := range p.tokens {
		t := &p.tokens[n]
		inner := slices.ContainsFunc(p.tokens[n:], func(t token) bool { return t.kind == subcommand })
		if t.kind == argument && t.values[0] == "*" && inner {
			t.kind, t.names = subcommand, t.values
		}
	}
	return p, nil
}

func parseToken(text string) (token, error) {
	var t token
	text, t.not = strings.CutPrefix(text, "!")
	name, value, valued := strings.Cut(text, "=")
	if valued {
		t.values = strings.Split(value, "|")
	}
	switch {
	case text == "":
		return t, fmt.Errorf("an empty token")
	case text == "*":
		t.kind, t.values = argument, []string{"*"}
	case text[0] == '@':
		t.kind, t.values = argument, strings.Split(text[1:], "|")
	case text[0] == '-':
		t.kind, t.names = flagged, strings.Split(name, "|")
	case text[0] == '$':
		t.kind, t.names = variable, strings.Split(name[1:], "|")
	case text[0] == '{':
		t.kind, t.names = test, []string{strings.Trim(text, "{}")}
		if namedTest(t.names[0]) == nil {
			return t, fmt.Errorf("no test is called %s", text)
		}
	default:
		text, t.maybe = strings.CutSuffix(text, "?")
		t.names = strings.Split(text, "|")
	}
	return t, nil
}

// match reports whether the pattern is what the command does; in.rest is set then.
func (p pattern) match(in *invocation) bool {
	at := 0
	for _, t := range p.tokens {
		if t.kind != subcommand {
			continue
		}
		if at = t.find(in.args, at); at < 0 {
			return false
		}
	}
	in.rest = at
	for _, t := range p.tokens {
		if t.kind != subcommand && t.holds(in) == t.not {
			return false
		}
	}
	return true
}

// find is the index after the subcommand that the token names; -1: it is not the next.
func (t token) find(args []arg, at int) int {
	for ; at < len(args); at++ {
		a := args[at]
		if oneOf(t.names, a.Text) || t.maybe && a.Text == shell.Gap && len(chosen(a.From)) > 0 {
			return at + 1
		}
		if !a.loose {
			return -1
		}
	}
	return -1
}

// holds reports whether the token is there, a `!` before it left aside.
func (t token) holds(in *invocation) bool {
	switch t.kind {
	case argument:
		return slices.ContainsFunc(in.args[in.rest:], func(a arg) bool { return oneOf(t.values, a.Text) }) ||
			in.fed && len(t.values) == 1 && t.values[0] == "*"
	case variable:
		return slices.ContainsFunc(t.names, func(name string) bool {
			v, set := in.env[name]
			return set && (t.values == nil || oneOf(t.values, v.Text))
		})
	case test:
		return namedTest(t.names[0])(in)
	}
	return slices.ContainsFunc(t.names, func(name string) bool {
		return slices.ContainsFunc(in.get(name), t.value)
	})
}

// value reports whether one occurrence of a flag is what the token wants. A flag that is
// switched off ("--recursive=false") is not there.
func (t token) value(f flag) bool {
	if t.values == nil {
		return !f.given || !f.Known() || on(f.Text) || f.Text == ""
	}
	return f.given && oneOf(t.values, f.Text)
}
