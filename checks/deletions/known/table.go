package known

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// The table is text: a row begins at the margin with its name, its class and its marks (whole,
// local, later, kube); what is said of it follows, indented, a word and the rest of the line:
//
//	says      completes "this …"
//	run       a pattern of a command (pattern.go)
//	request   a pattern of a request (request.go)
//	call      a pattern of a call in a script for the API (calls.go)
//	uses      a pattern of an action (uses.go)
//	dry       the flag or the input that makes it a dry run, in any of its spellings
//	unsaid    such a switch that only some of the row's programs or actions have, and so is not what to add
//	armed     the flag or the input without which it is a dry run
//	preview   a pattern of another command that only shows what would go
//	try       that command as one would type it
//	look      a command that shows what is there, but not what would go
//	target    flags or inputs that name what goes; "args" for the arguments (the default)
//	guard, note, facts   as in Row
//	like      an example that is the row; after " -> " its target, "dry" and what is chosen
//	unlike    a look-alike that is not, and that nothing else in the table flags
//
// The first row in the order of the table that a command matches is what the command does.
//
//go:embed table/*.txt
var files embed.FS

// The parts of the table in order: what is harmless and what is only local is asked first.
var order = []string{"programs", "harmless", "images", "packages", "infrastructure", "cloud", "data", "refs", "requests", "actions", "unsafe"}

// matcher is what a row matches with.
type matcher struct {
	runs, previews []pattern
	dry, armed     []token
	targets        []string
	requests       []requestPattern
	calls          []callPattern
	uses           []usePattern
	unsafe         []unsafe
	unlike         []string
}

// book is the table, read, with what finds rows fast.
type book struct {
	rows     []*Row
	byID     map[string]*Row
	styles   map[string]style
	images   []image // container images that are a program
	heads    map[string][]candidate
	globbed  []candidate         // whose program is a pattern
	skipped  map[string][]string // first arguments that say nothing, by program
	scripts  []scripted
	harmless []usePattern
	clusters []pattern
	makers   []usePattern
}

// candidate is a pattern and the row it stands in.
type candidate struct {
	pattern
	row     *Row
	preview bool
}

// image tells which program a container image runs.
type image struct{ glob, program string }

var load = sync.OnceValue(func() *book {
	b, err := parse(readPart)
	if err != nil {
		panic(err) // the table is part of the program, and a test reads it
	}
	return b
})

func readPart(part string) (string, error) {
	data, err := files.ReadFile("table/" + part + ".txt")
	return string(data), err
}

// Rows are all rows of the table, in its order.
func Rows() []Row {
	var rows []Row
	for _, r := range load().rows {
		rows = append(rows, *r)
	}
	return rows
}

func parse(part func(string) (string, error)) (*book, error) {
	b := &book{byID: map[string]*Row{}, styles: map[string]style{}, skipped: map[string][]string{}, heads: map[string][]candidate{}}
	for _, name := range order {
		text, err := part(name)
		if err != nil {
			return nil, fmt.Errorf("reading the part %q of the table: %w", name, err)
		}
		if err := b.part(name, text); err != nil {
			return nil, err
		}
	}
	for _, r := range b.rows {
		b.index(r)
	}
	return b, nil
}

func (b *book) part(name, text string) error {
	var row *Row
	for n, line := range strings.Split(text, "\n") {
		var err error
		switch body := strings.TrimSpace(line); {
		case body == "" || body[0] == '#':
		case name == "programs":
			err = b.program(body)
		case line[0] != ' ' && name == "unsafe":
			if row = b.byID[body]; row == nil {
				err = fmt.Errorf("no row is called %q", body)
			}
		case line[0] != ' ':
			row, err = b.row(body)
		case row == nil:
			err = fmt.Errorf("a line of no row")
		default:
			key, value, _ := strings.Cut(body, " ")
			err = row.set(key, strings.TrimSpace(value))
		}
		if err != nil {
			return fmt.Errorf("table/%s.txt:%d: %w", name, n+1, err)
		}
	}
	return nil
}

func (b *book) row(line string) (*Row, error) {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return nil, fmt.Errorf("want a name, a class and marks, found %q", line)
	}
	r := &Row{ID: fields[0], Class: Class(fields[1])}
	if b.byID[r.ID] != nil {
		return nil, fmt.Errorf("%q stands there twice", r.ID)
	}
	if !slices.Contains([]Class{Images, Packages, Infrastructure, Data, Refs, Harmless}, r.Class) {
		return nil, fmt.Errorf("unknown class %q", r.Class)
	}
	for _, mark := range fields[2:] {
		switch mark {
		case "whole":
			r.Whole = true
		case "local":
			r.Local = true
		case "later":
			r.Later = true
		case "kube":
			r.Kube = true
		default:
			return nil, fmt.Errorf("unknown mark %q", mark)
		}
	}
	b.rows, b.byID[r.ID] = append(b.rows, r), r
	return r, nil
}

func (r *Row) set(key, value string) (err error) {
	m := &r.match
	switch key {
	case "says":
		r.Says = value
	case "guard":
		r.Guard = value
	case "note":
		r.Note = value
	case "run":
		m.runs, err = extend(m.runs, value, parsePattern)
	case "preview":
		m.previews, err = extend(m.previews, value, parsePattern)
	case "request":
		m.requests, err = extend(m.requests, value, parseRequest)
	case "call":
		m.calls, err = extend(m.calls, value, parseCall)
	case "uses":
		m.uses, err = extend(m.uses, value, parseUse)
	case "unsafe":
		m.unsafe, err = extend(m.unsafe, value, parseUnsafe)
	case "dry":
		err = r.setDry(value)
	case "unsaid":
		m.dry, err = extend(m.dry, value, parseInput)
	case "armed":
		m.armed, err = extend(m.armed, value, parseInput)
	case "try":
		r.Dry = Dry{Preview: value}
	case "look":
		r.Look = value
	case "target":
		m.targets = strings.Fields(value)
	case "facts":
		r.Facts, err = numbers(value)
	case "like":
		r.Likes = append(r.Likes, value)
	case "unlike":
		m.unlike = append(m.unlike, value)
	default:
		err = fmt.Errorf("unknown word %q", key)
	}
	return err
}

func (r *Row) setDry(value string) error {
	t, err := parseInput(value)
	if err != nil {
		return err
	}
	if len(r.match.dry) == 0 {
		first := t.names[0]
		switch {
		case len(r.match.uses) > 0:
			r.Dry = Dry{Input: first + ": " + strings.Join(append(t.values, "true")[:1], "")}
		case t.values != nil:
			r.Dry = Dry{Flag: first + "=" + t.values[0]}
		default:
			r.Dry = Dry{Flag: first}
		}
	}
	r.match.dry = append(r.match.dry, t)
	return nil
}

// parseInput reads a flag, or the input of an action, with or without a value.
func parseInput(text string) (token, error) {
	name, value, valued := strings.Cut(text, "=")
	t := token{kind: flagged, names: strings.Split(name, "|")}
	if valued {
		t.values = strings.Split(value, "|")
	}
	return t, nil
}

func extend[T any](all []T, line string, parse func(string) (T, error)) ([]T, error) {
	one, err := parse(line)
	return append(all, one), err
}

// numbers reads "27 28 30-32".
func numbers(text string) ([]int, error) {
	var all []int
	for _, f := range strings.Fields(text) {
		first, last, ranged := strings.Cut(f, "-")
		from, err := strconv.Atoi(first)
		to := from
		if ranged && err == nil {
			to, err = strconv.Atoi(last)
		}
		if err != nil {
			return nil, fmt.Errorf("numbers of patterns: %w", err)
		}
		for n := from; n <= to; n++ {
			all = append(all, n)
		}
	}
	return all, nil
}

// program reads a line of the part "programs":
//
//	takes PROGRAM|PROGRAM [long] --flag …   flags that take the next word as their value
//	skips PROGRAM word …                    first arguments that change nothing: "gcloud beta"
//	image GLOB PROGRAM                      a container image whose command that program is
//	harmless PATTERN                        an action that deletes nothing
//	script ACTION INPUT DIALECT [remote]    an action that runs an input as commands
//	cluster PATTERN                         a command that makes a cluster for the job alone
//	cluster-action PATTERN                  an action that does
func (b *book) program(line string) (err error) {
	fields := strings.Fields(line)
	key, value, _ := strings.Cut(line, " ")
	switch {
	case key == "takes" && len(fields) > 2:
		s := style{valued: map[string]bool{}}
		for _, f := range fields[2:] {
			s.long = s.long || f == "long"
		}
		for _, f := range fields[2:] {
			s.valued[s.canonical(f)] = true
		}
		for _, p := range strings.Split(fields[1], "|") {
			b.styles[p] = s
		}
	case key == "skips" && len(fields) > 2:
		b.skipped[fields[1]] = fields[2:]
	case key == "image" && len(fields) == 3:
		b.images = append(b.images, image{fields[1], fields[2]})
	case key == "script" && len(fields) > 3:
		b.scripts = append(b.scripts, scripted{fields[1], Inline{fields[2], shell.Dialect(fields[3]), len(fields) > 4}})
	case key == "harmless":
		b.harmless, err = extend(b.harmless, value, parseUse)
	case key == "cluster":
		b.clusters, err = extend(b.clusters, value, parsePattern)
	case key == "cluster-action":
		b.makers, err = extend(b.makers, value, parseUse)
	default:
		err = fmt.Errorf("cannot be read: %q", line)
	}
	return err
}

func (b *book) index(r *Row) {
	add := func(p pattern, preview bool) {
		c := candidate{p, r, preview}
		for _, head := range p.heads {
			if strings.Contains(head, "*") {
				c.heads = []string{head, strings.ToLower(head)}
				b.globbed = append(b.globbed, c)
				continue
			}
			b.heads[strings.ToLower(head)] = append(b.heads[strings.ToLower(head)], c)
		}
	}
	for _, p := range r.match.previews {
		add(p, true)
	}
	for _, p := range r.match.runs {
		add(p, false)
	}
}
