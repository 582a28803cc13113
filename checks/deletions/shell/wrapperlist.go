package shell

import (
	"slices"
	"strings"
)

// xargs starts its command with words that it reads.
func (w walk) xargs(fields []field, in feed) (output, bool) {
	words, place := fields[1:], ""
	for len(words) > 0 && strings.HasPrefix(words[0].begins(), "-") {
		t, n := words[0].text(), 1
		switch {
		case t == "--":
		case t == "-I" || t == "--replace" && len(words) > 1:
			if len(words) > 1 {
				place, n = words[1].text(), 2
			}
		case strings.HasPrefix(t, "-I"):
			place = t[2:]
		case strings.HasPrefix(t, "--replace="):
			place = t[len("--replace="):]
		case strings.HasPrefix(t, "-i") && t != "--":
			if place = t[2:]; place == "" {
				place = "{}"
			}
		case slices.Contains([]string{"-n", "-P", "-L", "-l", "-d", "-a", "-E", "-s", "--max-args", "--max-procs", "--delimiter", "--arg-file", "--max-lines"}, t):
			n = 2
		}
		words = words[min(n, len(words)):]
		if t == "--" {
			break
		}
	}
	if len(words) == 0 {
		return nil, false
	}
	words = filled(words, place, "xargs")
	if place == "" {
		last := words[len(words)-1]
		words = append(words, field{unknown("xargs", last.to, last.to), last.to, last.to})
	}
	words[0].from = fields[0].from
	w.inWrapper("xargs").run(words, feed{piped: in.piped})
	return nil, true
}

// filled puts a gap in each place of the words that is filled in later.
func filled(words []field, place, from string) []field {
	words = slices.Clone(words)
	if place == "" {
		return words
	}
	for i, f := range words {
		text := f.flat()
		if !strings.Contains(text, place) {
			continue
		}
		var v value
		begin := 0
		for {
			n := strings.Index(text[begin:], place)
			if n < 0 {
				break
			}
			v = append(v, f.slice(begin, begin+n)...)
			v = append(v, standingAs(f.slice(begin+n, begin+n+len(place)), from)...)
			begin += n + len(place)
		}
		words[i].value = append(v, f.slice(begin, len(text))...)
	}
	return words
}

// standingAs is a gap that stands where a value does.
func standingAs(v value, from string) value {
	return unknown(from, v[0].at, v[len(v)-1].end)
}

// parallel starts its command with words that it reads, or those after `:::`.
func (w walk) parallel(fields []field, in feed) (output, bool) {
	spec := wrapper{takes: "-j --jobs -P -a --arg-file -n -N --max-args --colsep -C -I --joblog --results --delay --retries --timeout -S --sshlogin"}
	words := spec.options(fields[1:])
	if i := slices.IndexFunc(words, func(f field) bool { return strings.HasPrefix(f.begins(), ":::") }); i >= 0 {
		words = words[:i]
	}
	if len(words) == 0 {
		return nil, false
	}
	w = w.inWrapper("parallel")
	words = filled(words, "{}", "parallel")
	if len(words) == 1 && strings.ContainsAny(words[0].flat(), " \n;|") {
		w.script(words[0].value, Sh, nil, feed{piped: in.piped})
		return nil, true
	}
	words[0].from, words[len(words)-1].to = fields[0].from, fields[len(fields)-1].to
	w.run(words, feed{piped: in.piped})
	return nil, true
}

// find is a command of its own, and starts others for what it finds.
func (w walk) find(name string, fields []field, in feed) {
	w.emitted(fields, in)
	for i := 0; i < len(fields); i++ {
		if !slices.Contains([]string{"-exec", "-execdir", "-ok", "-okdir", "-x", "--exec", "-X", "--exec-batch"}, fields[i].text()) {
			continue
		}
		words := fields[i+1:]
		n := slices.IndexFunc(words, func(f field) bool { return f.text() == ";" || f.text() == "+" })
		if n < 0 && name == "fd" {
			n = len(words)
		}
		if n <= 0 || i == 0 {
			continue
		}
		words = filled(words[:n], "{}", "find")
		words[0].from, words[n-1].to = fields[0].from, fields[len(fields)-1].to
		w.inWrapper(name+" -exec").run(words, feed{piped: -1})
		i += n
	}
}
