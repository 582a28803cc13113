package shell

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// builtin does what a command does to the shell that runs it, and tells what it writes.
func (w walk) builtin(name string, fields []field, in feed) output {
	args := fields[1:]
	switch name {
	case "cd", "pushd", "popd":
		w.move(name, args)
	case "read", "mapfile", "readarray":
		for _, f := range args {
			if t := f.text(); t != "" && !strings.HasPrefix(t, "-") {
				w.scope.set(t, variable{value: unknown("$"+t, f.from, f.to)})
			}
		}
	case "unset":
		for _, f := range args {
			if t := f.text(); t != "" {
				w.scope.set(t, variable{unset: true})
			}
		}
	case "set":
		w.setArguments(args)
	case "shift":
		w.shift(args)
	case "echo":
		return echoed(fields)
	case "printf":
		return printed(args)
	case "tee":
		for _, f := range args {
			if !strings.HasPrefix(f.begins(), "-") {
				w.keepFile(w.fileName(f.value), in.stdin, args[0].text() == "-a")
			}
		}
		return in.stdin
	case "cat":
		if in.stdin != nil && (len(args) == 0 || args[0].text() == "-") {
			return in.stdin
		}
	}
	return nil
}

// move follows the folder commands run in.
func (w walk) move(name string, args []field) {
	f := w.scope.folder()
	for len(args) > 0 && slices.Contains([]string{"--", "-P", "-L"}, args[0].text()) {
		args = args[1:]
	}
	next := folder{before: f.now, stack: f.stack}
	switch {
	case name == "popd" && len(f.stack) > 0:
		next.now, next.stack = f.stack[len(f.stack)-1], f.stack[:len(f.stack)-1]
	case name == "popd":
		next.now = unknown("popd", 0, 0)
	case len(args) == 0:
		next.now = literal("~", 0, 0)
	case args[0].text() == "-":
		next.now = f.before
	default:
		next.now = under(f.now, args[0].value)
	}
	if name == "pushd" && len(f.stack) < maxDepth {
		next.stack = append(slices.Clip(f.stack), f.now)
	}
	w.spend(next.now.size())
	w.scope.dir = &next
}

// under is a folder seen from another.
func under(base, dir value) value {
	begin := dir.begins()
	if strings.HasPrefix(begin, "/") || strings.HasPrefix(begin, "~") || begin == "" || len(base) == 0 {
		return cleaned(dir)
	}
	return cleaned(append(append(slices.Clip(base), literal("/", 0, 0)...), dir...))
}

func cleaned(dir value) value {
	text, known := dir.known()
	if !known {
		return dir
	}
	if text = path.Clean(text); text == "." {
		return nil
	}
	return literal(text, 0, 0)
}

// setArguments is `set -- a b`.
func (w walk) setArguments(args []field) {
	for i, f := range args {
		t := f.text()
		if t == "--" {
			w.scope.args = &arguments{words: args[i+1:]}
			return
		}
		if !strings.HasPrefix(t, "-") && !strings.HasPrefix(t, "+") {
			if i == 0 {
				w.scope.args = &arguments{words: args}
			}
			return
		}
	}
}

func (w walk) shift(args []field) {
	now := w.scope.arguments()
	n := 1
	if len(args) > 0 {
		var err error
		if n, err = strconv.Atoi(args[0].text()); err != nil || n < 0 {
			w.scope.args = &arguments{unknown: true}
			return
		}
	}
	w.scope.args = &arguments{words: now.words[min(n, len(now.words)):], unknown: now.unknown}
}

// echoed is what echo writes.
func echoed(fields []field) output {
	at := fields[len(fields)-1].to
	args, end, backslashes := fields[1:], "\n", false
	for len(args) > 0 && slices.Contains([]string{"-n", "-e", "-ne", "-en", "-E"}, args[0].text()) {
		if strings.Contains(args[0].text(), "n") {
			end = ""
		}
		backslashes = backslashes || strings.Contains(args[0].text(), "e")
		args = args[1:]
	}
	v := joinedBy(" ", args)
	if backslashes {
		v = unbackslashedValue(v)
	}
	return append(slices.Clip(v), literal(end, at, at)...)
}

func unbackslashedValue(v value) value {
	v = slices.Clone(v)
	for i := range v {
		if strings.Contains(v[i].text, `\`) {
			v[i].text, v[i].fixed = unbackslashed(v[i].text), true
		}
	}
	return v
}

// unbackslashed is a text with `\n`, `\t` and their like as what they stand for.
func unbackslashed(text string) string {
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\\`, `\`, `\'`, "'", `\"`, `"`).Replace(text)
}

// printed is what printf writes, of formats with nothing but %s, %d and %%.
func printed(args []field) output {
	if len(args) > 0 && args[0].text() == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return nil
	}
	format, known := args[0].known()
	if !known || strings.HasPrefix(format, "-v") {
		return nil
	}
	format, at := unbackslashed(format), args[0]
	var v value
	for args = args[1:]; ; {
		used := 0
		for rest := format; rest != ""; {
			n := strings.IndexByte(rest, '%')
			if n < 0 || n+1 == len(rest) {
				v = append(v, literal(rest, at.from, at.to)...)
				break
			}
			v = append(v, literal(rest[:n], at.from, at.to)...)
			switch rest[n+1] {
			case '%':
				v = append(v, literal("%", at.from, at.to)...)
			case 's', 'd', 'q', 'b':
				if used < len(args) {
					v = append(v, args[used].value...)
				}
				used++
			default:
				return nil
			}
			rest = rest[n+2:]
		}
		if used == 0 || used >= len(args) {
			return v
		}
		args = args[used:]
	}
}
