package known

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// A pattern of an action is its name, a glob or several, and what its inputs must be:
//
//	pulumi/actions command=destroy|down
//	owner/name purge        an input that is switched on
//	owner/name purge?=true  an input that is so, or is not written
//	owner/name !keep        an input that is not switched on
//	owner/name @<3          a tag below v3
type usePattern struct {
	names  []string
	tokens []useToken
}

type useToken struct {
	input   string
	values  []string
	not     bool
	absent  bool // not written will do
	version int  // a major version; 0: none
	below   bool
}

func parseUse(line string) (usePattern, error) {
	f := strings.Fields(line)
	if len(f) == 0 {
		return usePattern{}, fmt.Errorf("a pattern without an action")
	}
	tokens, err := parseUseTokens(f[1:])
	return usePattern{strings.Split(strings.ToLower(f[0]), "|"), tokens}, err
}

func parseUseTokens(fields []string) ([]useToken, error) {
	var all []useToken
	for _, f := range fields {
		var t useToken
		if version, is := strings.CutPrefix(f, "@"); is {
			version, t.below = strings.CutPrefix(version, "<")
			n, err := strconv.Atoi(version)
			if err != nil {
				return nil, fmt.Errorf("a major version: %w", err)
			}
			t.version = n
			all = append(all, t)
			continue
		}
		f, t.not = strings.CutPrefix(f, "!")
		name, value, valued := strings.Cut(f, "=")
		t.input, t.absent = strings.CutSuffix(name, "?")
		if valued {
			t.values = strings.Split(value, "|")
		}
		all = append(all, t)
	}
	return all, nil
}

// input is the value of an input as the action gets it; letter case of names does not count.
func (a Action) input(name string) (string, bool) {
	if v, set := a.With[name]; set {
		return v, true
	}
	for k, v := range a.With {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return "", false
}

// longestName is longer than any name of an action, in bytes.
const longestName = 400

func (p usePattern) match(a Action) bool {
	return len(a.Name) < longestName && oneOf(p.names, strings.ToLower(strings.Trim(a.Name, "/"))) && holdAll(p.tokens, a)
}

func holdAll(tokens []useToken, a Action) bool {
	return !slices.ContainsFunc(tokens, func(t useToken) bool { return t.holds(a) == t.not })
}

// holds reports whether an input is what the token says. A value that is chosen from outside
// may be it; so may one that cannot be read be switched on, and off.
func (t useToken) holds(a Action) bool {
	if t.version > 0 {
		n, told := major(a.Ref)
		return told && (t.below && n < t.version || !t.below && n == t.version)
	}
	text, set := a.input(t.input)
	v := word(text)
	switch {
	case !set:
		return t.absent
	case t.values == nil && !v.Known():
		return !t.not
	case t.values == nil:
		return on(text)
	case !v.Known() && len(chosen(v.From)) > 0:
		return !t.not
	}
	return oneOf(t.values, strings.ToLower(strings.TrimSpace(v.Text)))
}

// major is the major version that a tag names.
func major(ref string) (int, bool) {
	digits, _, _ := strings.Cut(strings.TrimPrefix(ref, "v"), ".")
	n, err := strconv.Atoi(digits)
	return n, err == nil && len(digits) < 4
}

// Inline is an input that an action runs as commands.
type Inline struct {
	Input   string // in lower case
	Dialect shell.Dialect
	Remote  bool // they run on another machine
}

// scripted is an action that runs an input as commands.
type scripted struct {
	action string
	Inline
}

// Inlines are the inputs that an action runs as commands, for shell.Read; the script of
// actions/github-script is for Calls as well.
func Inlines(a Action) []Inline {
	var all []Inline
	for _, s := range load().scripts {
		if strings.EqualFold(s.action, a.Name) {
			all = append(all, s.Inline)
		}
	}
	return all
}

// image is what an image does that is used as an action ("docker://alpine/helm:3") with its
// arguments.
func (b *book) image(a Action, image string) []Deed {
	if a.Ref != "" {
		image += "@" + a.Ref
	}
	words := []shell.Word{{Text: image}}
	args, _ := a.input("args")
	words = append(words, fields(args)...)
	return Commands(shell.Command{Words: b.entered(words, nil), Piped: -1})
}

// fields takes arguments apart at spaces outside expressions.
func fields(text string) []shell.Word {
	var all []shell.Word
	whole := word(text)
	from := whole.From
	for _, f := range strings.Fields(whole.Text) {
		n := min(strings.Count(f, shell.Gap), len(from))
		all = append(all, shell.Word{Text: strings.Trim(f, `"'`), From: from[:n:n]})
		from = from[n:]
	}
	return all
}

// Uses are the deletions of one use of an action; one, as a rule.
func Uses(a Action) []Deed {
	if image, is := strings.CutPrefix(a.Name, "docker://"); is {
		return load().image(a, image)
	}
	if strings.HasPrefix(a.Name, ".") {
		return nil // of the repository: its name says nothing, and its steps are read
	}
	for _, r := range load().rows {
		for _, p := range r.match.uses {
			if p.match(a) {
				return []Deed{r.used(a, p)}
			}
		}
	}
	return nil
}

func (r *Row) used(a Action, p usePattern) Deed {
	d := Deed{Row: r}
	var from, shows []string
	for _, name := range r.match.targets {
		if v, set := a.input(name); set {
			w := word(v)
			shows, from = append(shows, shown(w)), append(from, w.From...)
		}
	}
	d.Target = strings.Join(strings.Fields(strings.Join(shows, " ")), " ")
	for _, t := range p.tokens {
		if v, set := a.input(t.input); set && t.input != "" {
			from = append(from, word(v).From...)
		}
	}
	dry, switches := r.dryUse(a)
	d.Preview, d.Chosen = dry, chosen(append(from, switches...))
	if !dry {
		d.Unsafe = r.unsafeUse(a)
	}
	return d
}

// dryUse reports whether the inputs make it a dry run literally.
func (r *Row) dryUse(a Action) (dry bool, from []string) {
	input := func(name string) (w shell.Word, set bool) {
		v, set := a.input(name)
		w = word(v)
		from = append(from, w.From...)
		return w, set
	}
	for _, t := range r.match.dry {
		for _, name := range t.names {
			w, set := input(name)
			dry = dry || set && w.Known() && (t.values == nil && on(w.Text) || t.values != nil && oneOf(t.values, strings.ToLower(strings.TrimSpace(w.Text))))
		}
	}
	for _, t := range r.match.armed {
		armed := false
		for _, name := range t.names {
			w, set := input(name)
			armed = armed || set && (!w.Known() || on(w.Text) && t.values == nil || oneOf(t.values, strings.ToLower(strings.TrimSpace(w.Text))))
		}
		dry = dry || !armed
	}
	return dry, from
}

// DeletesNothing reports whether an action is known to delete nothing that matters.
func DeletesNothing(a Action) bool {
	b := load()
	if deeds := Uses(a); len(deeds) > 0 {
		return deeds[0].Row.Class == Harmless
	}
	return slices.ContainsFunc(b.harmless, func(p usePattern) bool { return p.match(a) && (p.owned() || !speaksOfDeletion(a.Name)) })
}

// owned reports whether a pattern is about somebody's actions, not about any of a certain name.
func (p usePattern) owned() bool {
	return !slices.ContainsFunc(p.names, func(name string) bool { return strings.HasPrefix(name, "*") })
}

// speaksOfDeletion: "setup" in a name says nothing where "remove" is in it, too.
func speaksOfDeletion(name string) bool {
	name = strings.ToLower(name)
	if strings.Contains(name, "cache") || strings.Contains(name, "artifact") {
		return false
	}
	return slices.ContainsFunc([]string{"remov", "wipe", "destroy", "purge", "nuke", "teardown", "delete"}, func(word string) bool { return strings.Contains(name, word) })
}

// LocalClusterAction reports whether an action makes a cluster that lives on the runner.
func LocalClusterAction(a Action) bool {
	return slices.ContainsFunc(load().makers, func(p usePattern) bool { return p.match(a) })
}
