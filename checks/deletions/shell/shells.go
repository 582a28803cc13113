package shell

import (
	"slices"
	"strings"
)

// script runs a word, or what is read, as a script; args are its $1, $2, ….
func (w walk) script(v value, dialect Dialect, args *arguments, in feed) {
	if len(v) == 0 {
		return
	}
	if !w.spend(v.size()) {
		return
	}
	if args != nil {
		w.scope = w.scope.child()
		w.scope.args = args
	}
	w.first = in
	w.reader.read(sourceOf(v), dialect, w)
}

// shell runs the script that a shell is given as a word or to read; done: it is given one.
func (w walk) shell(name string, fields []field, in feed) (done bool) {
	dialect, ok := shellOf(name)
	if !ok {
		return false
	}
	args := fields[1:]
	i := operand(dialect, args)
	options := args
	if i >= 0 {
		options = args[:i]
	}
	if flag := slices.IndexFunc(options, func(f field) bool { return isScriptOption(dialect, f.text()) }); flag >= 0 {
		words := args[flag+1:]
		if takesNext(dialect, args[flag]) { // `-ceuo pipefail`
			words = words[min(1, len(words)):]
		}
		return w.handed(name+" "+scriptOption(dialect, args[flag].text()), dialect, words, in)
	}
	if i >= 0 {
		if text, ok := w.file(args[i].value); ok && !slices.Contains(w.running, args[i].text()) {
			w.running = append(slices.Clip(w.running), args[i].text())
			w.inWrapper(name).script(text, dialect, &arguments{words: args[i+1:]}, feed{piped: -1})
			return true
		}
	}
	reads := i < 0 || slices.ContainsFunc(options, func(f field) bool { return f.text() == "-s" || f.text() == "-" })
	if !reads || in.stdin == nil {
		return false
	}
	var words []field
	if i >= 0 {
		words = args[i:]
	}
	w.inWrapper(name).script(in.stdin, dialect, &arguments{words: words}, feed{piped: -1})
	return true
}

// operand is the index of the first word that is neither an option nor what one takes; -1:
// there is none.
func operand(dialect Dialect, args []field) int {
	for i := 0; i < len(args); i++ {
		switch {
		case !isOption(dialect, args[i]):
			return i
		case takesNext(dialect, args[i]): // `-o pipefail`
			i++
		}
	}
	return -1
}

// handed runs a script that is followed by $0, $1, ….
func (w walk) handed(wrapper string, dialect Dialect, words []field, in feed) bool {
	for len(words) > 0 && isOption(dialect, words[0]) && dialect == Sh {
		words = words[1:]
	}
	if len(words) == 0 {
		return false
	}
	script := words[0].value
	args := &arguments{}
	if len(words) > 2 {
		args.words = words[2:]
	}
	if dialect == PowerShell || dialect == Cmd {
		script = joinedBy(" ", words)
	}
	w.inWrapper(wrapper).script(script, dialect, args, in)
	return true
}

func shellOf(name string) (Dialect, bool) {
	name = strings.TrimSuffix(strings.ToLower(name), ".exe")
	switch name {
	case "sh", "bash", "dash", "zsh", "ksh", "ash":
		return Sh, true
	case "pwsh", "powershell":
		return PowerShell, true
	case "cmd":
		return Cmd, true
	case "python", "python3", "python2":
		return Python, true
	case "node", "nodejs":
		return JavaScript, true
	}
	return "", false
}

func isOption(d Dialect, f field) bool {
	t := f.begins()
	if d == Cmd {
		return strings.HasPrefix(t, "/")
	}
	return strings.HasPrefix(t, "-") || d == Sh && strings.HasPrefix(t, "+")
}

// takesNext tells whether an option takes the next word.
func takesNext(d Dialect, f field) bool {
	t := strings.ToLower(f.text())
	switch d {
	case Sh:
		return strings.HasPrefix(t, "-") && !strings.HasPrefix(t, "--") && strings.HasSuffix(t, "o") ||
			t == "--rcfile" || t == "--init-file"
	case PowerShell:
		return slices.Contains([]string{"-executionpolicy", "-ep", "-ex", "-version", "-workingdirectory", "-wd", "-outputformat", "-windowstyle"}, t)
	}
	return false
}

func isScriptOption(d Dialect, t string) bool { return scriptOption(d, t) != "" }

// scriptOption is the option behind which a script stands, as it is told; empty: it is none.
func scriptOption(d Dialect, t string) string {
	lower := strings.ToLower(t)
	switch d {
	case Sh:
		if strings.HasPrefix(t, "-") && !strings.HasPrefix(t, "--") && strings.Contains(t, "c") {
			return "-c"
		}
	case PowerShell:
		if len(lower) > 1 && strings.HasPrefix("-command", lower) {
			return "-Command"
		}
	case Cmd:
		if lower == "/c" || lower == "/k" {
			return "/c"
		}
	case Python:
		if t == "-c" {
			return "-c"
		}
	case JavaScript:
		if t == "-e" || t == "--eval" || t == "-p" {
			return "-e"
		}
	}
	return ""
}

// evaluated runs the words of eval, and the first word of trap.
func (w walk) evaluated(name string, fields []field, in feed) (output, bool) {
	words := fields[1:]
	for len(words) > 0 && words[0].text() == "--" {
		words = words[1:]
	}
	if name == "trap" {
		if len(words) < 2 || strings.HasPrefix(words[0].begins(), "-") || len(words[0].flat()) == 0 {
			return nil, false
		}
		words = words[:1]
	}
	if len(words) == 0 {
		return nil, false
	}
	if name == "trap" {
		w = w.within()
	}
	w.inWrapper(name).script(joinedBy(" ", words), Sh, nil, in)
	return nil, true
}

// here reports whether a host of ssh is the machine itself: a port of it leads to a virtual one.
func here(host string) bool {
	_, name, named := strings.Cut(host, "@")
	if !named {
		name = host
	}
	return name == "localhost" || name == "127.0.0.1" || name == "::1"
}

// ssh runs what it is told, or given to read, elsewhere.
func (w walk) ssh(fields []field, in feed) (output, bool) {
	spec := wrapper{takes: "-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w"}
	words := spec.options(fields[1:])
	if len(words) == 0 {
		return nil, false
	}
	host := words[0].text()
	words = spec.options(words[1:])
	if len(words) > 0 && words[0].text() == "--" {
		words = words[1:]
	}
	script := joinedBy(" ", words)
	if len(words) == 0 {
		script, in = in.stdin, feed{piped: -1}
	}
	if len(script) == 0 {
		return nil, false
	}
	name := "ssh"
	if here(host) {
		name = "ssh localhost" // a machine within this one
	}
	remote := w.inWrapper(name)
	remote.scope = &scope{args: &arguments{}} // nothing that is set here is set there
	remote.script(script, Sh, nil, in)
	return nil, true
}
