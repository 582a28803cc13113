package shell

import (
	"slices"
	"strings"
)

// command reads the words of a command and runs it; what its blocks start comes after it.
func (p *pwsh) command(w walk, in feed) feed {
	before := len(p.commands)
	var fields []field
	for p.step(1) {
		p.blank(false)
		if p.i >= len(p.text) || strings.IndexByte("|;\n)}", p.text[p.i]) >= 0 || strings.HasPrefix(p.text[p.i:], "&&") {
			break
		}
		if p.redirection() {
			continue
		}
		if fields = append(fields, p.word(w)); p.full(fields) {
			break
		}
	}
	inner := slices.Clone(p.commands[before:])
	p.commands = p.commands[:before]
	out := p.started(w, fields, in)
	after := len(p.commands)
	for _, c := range inner {
		if c.Piped >= before {
			c.Piped += after - before
		}
		p.emit(c)
	}
	if after == before {
		return feed{piped: -1}
	}
	return feed{stdin: out, piped: after - 1}
}

// started runs a command with what PowerShell's own commands do.
func (p *pwsh) started(w walk, fields []field, in feed) output {
	if len(fields) == 0 {
		return nil
	}
	if len(fields) > 1 && fields[1].text() == "=" { // an entry of a hash table or an attribute
		return nil
	}
	name := strings.ToLower(fields[0].text())
	switch name {
	case "invoke-expression", "iex":
		args := slices.DeleteFunc(slices.Clone(fields[1:]), func(f field) bool { return strings.EqualFold(f.text(), "-Command") })
		if len(args) > 0 {
			w.inWrapper("Invoke-Expression").script(args[0].value, PowerShell, nil, feed{piped: -1})
			return nil
		}
	case "set-location", "push-location", "pop-location", "sl", "chdir":
		w.emitted(fields, in)
		words := slices.DeleteFunc(slices.Clone(fields[1:]), func(f field) bool { return strings.HasPrefix(f.begins(), "-") })
		w.move(map[string]string{"push-location": "pushd", "pop-location": "popd"}[name], words)
		return nil
	case "start-process", "saps":
		if words := startProcess(fields); len(words) > 0 {
			return w.inWrapper("Start-Process").run(words, in)
		}
	case "write-output":
		w.emitted(fields, in)
		return echoed(fields)
	case "trap", "eval", "find": // names of other things here
		w.emitted(fields, in)
		return nil
	}
	return w.run(fields, in)
}

// redirection goes over `> file`, `2>&1` and their like.
func (p *pwsh) redirection() bool {
	rest := p.text[p.i:]
	n := strings.IndexByte(rest[:min(len(rest), 2)], '>')
	if n < 0 || n == 1 && strings.IndexByte("0123456*", rest[0]) < 0 {
		return false
	}
	p.i += n + 1
	for p.i < len(p.text) && (p.text[p.i] == '>' || p.text[p.i] == '&') {
		p.i++
	}
	p.blank(false)
	for p.i < len(p.text) && strings.IndexByte(" \t\r\n;|)}", p.text[p.i]) < 0 {
		p.i++
	}
	return true
}

// startProcess is the program and the arguments that Start-Process is told.
func startProcess(fields []field) []field {
	var program, args []field
	for i := 1; i < len(fields); i++ {
		switch t := strings.ToLower(fields[i].text()); {
		case (t == "-argumentlist" || t == "-args") && i+1 < len(fields):
			i++
			args = listed(fields[i])
		case t == "-filepath" && i+1 < len(fields):
			i++
			program = fields[i : i+1]
		case t == "-workingdirectory" || t == "-verb" || t == "-windowstyle" || strings.HasPrefix(t, "-redirectstandard"):
			i++
		case strings.HasPrefix(t, "-"):
		case program == nil:
			program = fields[i : i+1]
		case args == nil:
			args = listed(fields[i])
		}
	}
	if program == nil {
		return nil
	}
	words := append(slices.Clone(program), args...)
	last := fields[len(fields)-1]
	words[0].from, words[len(words)-1].to = fields[0].from, last.to
	return words
}

// listed are the words of a list with commas, or of one text.
func listed(f field) []field {
	var out []field
	text := f.flat()
	for from := 0; from <= len(text); {
		to := len(text)
		if n := strings.IndexByte(text[from:], ','); n >= 0 {
			to = from + n
		}
		for _, v := range f.slice(from, to).fields() {
			out = append(out, field{v, f.from, f.to})
		}
		from = to + 1
	}
	return out
}
