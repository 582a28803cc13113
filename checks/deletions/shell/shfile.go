package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// fileName is how a file that the text writes is kept among the variables: no variable is
// called so. Empty: it is not known which file it is.
func (w walk) fileName(v value) string {
	name, known := v.known()
	dir, here := w.scope.folder().now.known()
	if !known || !here || name == "" || strings.HasPrefix(name, "/dev/") {
		return ""
	}
	if !path.IsAbs(name) {
		name = path.Join(dir, name)
	}
	return "file " + path.Clean(name)
}

// keepFiles keeps what a statement writes to a file; nil: something that is not known.
func (w walk) keepFiles(redirs []*syntax.Redirect, out output) {
	for _, r := range redirs {
		if r.Op != syntax.RdrOut && r.Op != syntax.AppOut && r.Op != syntax.RdrClob || r.N != nil && r.N.Value != "1" {
			continue
		}
		target := &syntax.Word{Parts: slices.Clone(r.Word.Parts)}
		if slices.ContainsFunc(target.Parts, runsSomething) {
			continue
		}
		w.keepFile(w.fileName(w.joined(target)), out, r.Op == syntax.AppOut)
	}
}

func runsSomething(p syntax.WordPart) bool {
	switch p.(type) {
	case *syntax.CmdSubst, *syntax.ProcSubst:
		return true
	}
	return false
}

func (w walk) keepFile(name string, text value, more bool) {
	if name == "" {
		return
	}
	if text == nil {
		w.scope.set(name, variable{unset: true})
		return
	}
	if more {
		before, ok := w.scope.lookup(w.reader, name)
		if !ok {
			return // it may have held something
		}
		text = append(slices.Clip(before.value), text...)
	}
	if w.spend(text.size()) {
		w.scope.set(name, variable{value: text})
	}
}

// file is what a file holds that the text wrote before.
func (w walk) file(v value) (value, bool) {
	name := w.fileName(v)
	if name == "" {
		return nil, false
	}
	held, ok := w.scope.lookup(w.reader, name)
	return held.value, ok
}

// ownScript runs a script that the text wrote itself: by its path, or by `source`.
func (w walk) ownScript(name string, fields []field) bool {
	file, args := fields[0].value, fields[1:]
	sourced := (name == "." || name == "source") && len(fields) > 1
	if sourced {
		file, args = fields[1].value, fields[2:]
	} else if !strings.Contains(name, "/") {
		return false
	}
	text, ok := w.file(file)
	if !ok {
		return false
	}
	if slices.Contains(w.running, "file "+name) {
		return true
	}
	w.running = append(slices.Clip(w.running), "file "+name)
	words := &arguments{words: args}
	if sourced && len(args) == 0 {
		words = nil
	}
	w.inWrapper(name).script(text, dialectOf(text), words, feed{piped: -1})
	return true
}

// dialectOf is the dialect that the first line of a script names.
func dialectOf(text value) Dialect {
	first, _, _ := strings.Cut(text.begins(), "\n")
	words := strings.Fields(strings.ReplaceAll(strings.TrimPrefix(first, "#!"), "/", " "))
	if strings.HasPrefix(first, "#!") {
		for _, word := range slices.Backward(words) {
			if d, ok := shellOf(word); ok {
				return d
			}
		}
	}
	return Sh
}
