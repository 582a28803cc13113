package shell

import (
	"slices"
	"strings"
)

// prompt reads the source as lines for the command prompt of Windows.
func (w walk) prompt() {
	text := w.src.text
	open := 0
	for from := 0; from < len(text) && w.step(1); {
		end := from
		for {
			n := strings.IndexByte(text[end:], '\n')
			if n < 0 {
				end = len(text)
				break
			}
			end += n
			if !strings.HasSuffix(strings.TrimRight(text[from:end], "\r"), "^") {
				break
			}
			end++
		}
		w.promptLine(from, end, &open)
		from = end + 1
	}
}

// promptLine reads the commands of one line; open: how many brackets are.
func (w walk) promptLine(from, to int, open *int) {
	piped, listed := -1, false
	for from < to && w.step(1) {
		fields, next, operator := w.promptWords(from, to, open)
		before := len(w.commands)
		if !listed { // what stands in the brackets of a `for … in (…)` is no command
			w.promptCommand(fields, piped)
		}
		listed = len(fields) > 0 && strings.EqualFold(fields[len(fields)-1].text(), "in")
		piped = -1
		if operator == "|" && len(w.commands) > before {
			piped = len(w.commands) - 1
		}
		from = max(next, from+1)
	}
}

// promptWords reads words up to `&`, `|` or a bracket.
func (w walk) promptWords(from, to int, open *int) (fields []field, next int, operator string) {
	text := w.src.text
	var v value
	start, begun, quoted := from, false, false
	flush := func(end int) {
		if begun {
			fields = append(fields, field{v, w.src.at(start), w.src.until(end)})
		}
		v, begun = nil, false
	}
	for i := from; i < to && w.spend(pieceCost) && !w.full(fields); {
		c := text[i]
		switch {
		case c == '"':
			if !begun {
				start, begun = i, true
			}
			quoted = !quoted
			i++
		case c == '^' && !quoted:
			if i+1 < to && (text[i+1] == '\n' || text[i+1] == '\r') {
				i += 2
				continue
			}
			if i++; i < to {
				v, start, begun = append(v, w.src.run(i, i+1)...), startOf(start, i-1, begun), true
				i++
			}
		case !quoted && (c == '&' || c == '|'):
			flush(i)
			n := 1
			if i+1 < to && text[i+1] == c {
				n = 2
			}
			return fields, i + n, text[i : i+n]
		case !quoted && c == '(' && !begun && opensBlock(fields):
			*open++
			return fields, i + 1, ""
		case !quoted && c == ')' && *open > 0:
			*open--
			flush(i)
			return fields, i + 1, ""
		case !quoted && (c == '>' || c == '<'):
			flush(i)
			for i < to && strings.IndexByte("<>& ", text[i]) >= 0 {
				i++
			}
			for i < to && strings.IndexByte(" \t&|()", text[i]) < 0 {
				i++
			}
		case !quoted && strings.IndexByte(" \t\r\n,;=", c) >= 0 && (c != '=' && c != ',' && c != ';' || !begun):
			flush(i)
			i++
		case c == '%':
			value, end := w.promptVariable(i, to)
			v, start, begun = append(v, value...), startOf(start, i, begun), true
			i = end
		default:
			end := i + 1
			for end < to && strings.IndexByte(" \t\r\n,;=\"^&|()<>%", text[end]) < 0 {
				end++
			}
			v, start, begun = append(v, w.src.run(i, end)...), startOf(start, i, begun), true
			i = end
		}
	}
	flush(to)
	return fields, to, ""
}

// opensBlock tells whether a bracket behind these words begins commands, and is not one of them.
func opensBlock(fields []field) bool {
	if len(fields) == 0 {
		return true
	}
	first, last := strings.ToLower(fields[0].text()), strings.ToLower(fields[len(fields)-1].text())
	return slices.Contains([]string{"if", "for", "else", "do"}, first) || last == "in" || last == "do" || last == "else"
}

func startOf(start, i int, begun bool) int {
	if begun {
		return start
	}
	return i
}

// promptVariable is %X%, %1 or %%i, and where it ends.
func (w walk) promptVariable(i, to int) (value, int) {
	text := w.src.text
	end := i + 1
	if end < to && text[end] == '%' {
		end++
	}
	if end < to && (end == i+2 || text[end] >= '0' && text[end] <= '9' || text[end] == '~') {
		end = promptParameter(text[:to], end)
		return unknown(text[i:end], w.src.at(i), w.src.until(end)), end
	}
	n := strings.IndexAny(text[end:to], "% \n")
	if n <= 0 || text[end+n] != '%' {
		return w.src.run(i, i+1), i + 1
	}
	name := text[end : end+n]
	end += n + 1
	v, ok := w.scope.lookup(w.reader, name)
	if !ok {
		return unknown(clip(text[i:end]), w.src.at(i), w.src.until(end)), end
	}
	w.spend(v.size())
	return v.standing(w.src.at(i), w.src.until(end)), end
}

// promptParameter is the end of `1`, `~dp0` or `~nxi`, which begins at i.
func promptParameter(text string, i int) int {
	if i < len(text) && text[i] == '~' {
		for i++; i < len(text) && strings.IndexByte("fdpnxsatz", text[i]) >= 0; {
			i++
		}
	}
	return min(i+1, len(text))
}

// promptCommand runs one command, without `@`, `call` and the heads of ifs and loops.
func (w walk) promptCommand(fields []field, piped int) {
	for len(fields) > 0 {
		if t := fields[0].begins(); strings.HasPrefix(t, "@") {
			fields = slices.Clone(fields)
			fields[0].value, fields[0].from = fields[0].slice(1, len(fields[0].flat())), fields[0].from+1
		}
		name := strings.ToLower(fields[0].text())
		switch {
		case name == "rem" || strings.HasPrefix(name, ":"):
			return
		case name == "if":
			fields = promptIf(fields)
			continue
		case name == "for", name == "in":
			return
		case name == "do", name == "else":
			fields = fields[1:]
			continue
		case name == "call" && len(fields) > 1:
			w = w.inWrapper("call")
			fields = fields[1:]
			continue
		case name == "set" && len(fields) > 1:
			w.promptSet(fields[1:])
			return
		case name == "cd" && len(fields) > 2 && strings.EqualFold(fields[1].text(), "/d"):
			fields = slices.Delete(slices.Clone(fields), 1, 2)
			continue
		case name == "":
			if len(fields[0].flat()) == 0 {
				return
			}
		}
		if !slices.Contains([]string{"trap", "eval", "find", "exec", "time"}, name) {
			w.run(fields, feed{piped: piped})
			return
		}
		w.emitted(fields, feed{piped: piped})
		return
	}
}

// promptIf leaves off the condition of an if.
func promptIf(fields []field) []field {
	fields = fields[1:]
	for len(fields) > 0 && (strings.EqualFold(fields[0].text(), "/i") || strings.EqualFold(fields[0].text(), "not")) {
		fields = fields[1:]
	}
	if len(fields) == 0 {
		return nil
	}
	n := 1 // a==b
	switch strings.ToLower(fields[0].text()) {
	case "exist", "defined", "errorlevel":
		n = 2
	default:
		if !strings.Contains(fields[0].flat(), "==") {
			n = 3 // a EQU b
		}
	}
	return fields[min(n, len(fields)):]
}

// promptSet is `set X=…` and `set "X=…"`.
func (w walk) promptSet(words []field) {
	v := joinedBy(" ", words)
	name, ok := isAssignment(v)
	if !ok {
		return
	}
	v = v.slice(len(name)+1, len(v.flat()))
	before, set := w.scope.lookup(w.reader, name)
	if set && !same(before.value, v) {
		v = unknown("%"+name+"%", 0, 0)
	}
	w.spend(v.size())
	w.scope.set(name, variable{value: v})
}
