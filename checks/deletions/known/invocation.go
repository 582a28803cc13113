package known

import (
	"path"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// invocation is a command as its program would read it.
type invocation struct {
	program string
	args    []arg
	flags   map[string][]flag
	style   style
	rest    int // args from here on follow the subcommands that a pattern named
	env     map[string]shell.Word
	stdin   *shell.Word
	fed     bool       // by xargs: words unknown follow
	dir     shell.Word // where it runs
	foreign bool       // on another machine: ssh, kubectl exec
}

// arg is a word that is neither a flag nor known to be the value of one.
type arg struct {
	shell.Word
	loose bool // it follows a flag that nothing is known of: it may be that flag's value
}

// flag is one occurrence of a flag.
type flag struct {
	shell.Word      // its value
	given      bool // it has one
}

// style is how a program reads its flags.
type style struct {
	long   bool            // -name is --name
	folded bool            // letter case does not count: PowerShell
	valued map[string]bool // flags that take the next word
}

// base is the name of the program in a word: no folder, no .exe.
func base(w shell.Word) string {
	name := path.Base(strings.ReplaceAll(w.Text, `\`, "/"))
	if cutoff := strings.TrimSuffix(strings.ToLower(name), ".exe"); len(cutoff) < len(name) {
		name = name[:len(cutoff)]
	}
	return name
}

// read takes the words of a command apart.
func read(program string, words []shell.Word, s style) *invocation {
	in := &invocation{program: program, style: s, args: make([]arg, 0, len(words)), flags: map[string][]flag{}}
	loose := false
	for n := 0; n < len(words); n++ {
		w := words[n]
		if w.Text == "--" {
			for _, w := range words[n+1:] {
				in.args = append(in.args, arg{Word: w})
			}
			break
		}
		if !strings.HasPrefix(w.Text, "-") || w.Text == "-" {
			in.args = append(in.args, arg{w, loose})
			loose = false
			continue
		}
		name, value := s.flag(in, w)
		switch {
		case name == "":
			loose = false
		case value == nil && s.takes(name) && n+1 < len(words):
			n++
			in.add(name, flag{words[n], true})
			loose = false
		case value == nil:
			in.add(name, flag{})
			loose = !s.takes(name)
		default:
			in.add(name, flag{*value, true})
			loose = false
		}
	}
	return in
}

// Most flags that a command is read with, and most occurrences of one; of more the last counts.
const mostFlags, mostOccurrences = 4096, 1024

// takes reports whether the next word is the value of a flag: it is of all that are given
// credentials, which are never for showing.
func (s style) takes(name string) bool {
	return s.valued[name] || credential.MatchString(name)
}

var credential = regexp.MustCompile(`(?i)^--[a-z0-9-]*(?:token|password|passwd|secret-key|api-key|apikey)$`)

func (in *invocation) add(name string, f flag) {
	all, there := in.flags[name]
	switch {
	case !there && len(in.flags) >= mostFlags:
	case len(all) == mostOccurrences:
		all[len(all)-1] = f
	default:
		in.flags[name] = append(all, f)
	}
}

// get are the occurrences of a flag, as the program names it.
func (in *invocation) get(name string) []flag { return in.flags[in.style.canonical(name)] }

func (s style) canonical(name string) string {
	if s.long || s.folded {
		name = "--" + strings.TrimLeft(name, "-")
	}
	return s.name(name)
}

// flag reads one word as a flag; flags before the last of a cluster are added to in. A nil
// value: it has none, or it is the next word.
func (s style) flag(in *invocation, w shell.Word) (name string, value *shell.Word) {
	text := w.Text
	if s.long || s.folded {
		text = "--" + strings.TrimLeft(text, "-")
	}
	separators := "="
	if s.folded {
		separators = ":"
	}
	shift := len(text) - len(w.Text)
	if strings.HasPrefix(text, "--") || len(text) == 2 {
		at := strings.IndexAny(text, separators)
		if at < 0 {
			return s.name(text), nil
		}
		v := cut(w, at+1-shift)
		return s.name(text[:at]), &v
	}
	return s.cluster(in, w)
}

func (s style) name(text string) string {
	if s.folded {
		return strings.ToLower(text)
	}
	return text
}

// cluster reads -rf, -XDELETE, -n=5 and -p:x.
func (s style) cluster(in *invocation, w shell.Word) (string, *shell.Word) {
	for n := 1; n < len(w.Text); n++ {
		name := "-" + w.Text[n:n+1]
		next := n + 1
		switch {
		case next == len(w.Text):
			return name, nil
		case w.Text[next] == '=':
			v := cut(w, next+1)
			return name, &v
		case s.valued[name]:
			v := cut(w, next)
			return name, &v
		}
		in.add(name, flag{})
	}
	return "", nil
}

// literal reports whether a flag is switched on by what stands there.
func (f flag) literal() bool { return !f.given || f.Known() && on(f.Text) }

// on reports whether a value switches something on, as programs and actions read it.
func on(value string) bool {
	switch strings.ToLower(strings.Trim(value, ` "'`)) {
	case "", "false", "0", "no", "off", "none", "n", "f", "$false":
		return false
	}
	return true
}
