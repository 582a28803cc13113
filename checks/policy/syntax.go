package policy

import (
	"path"
	"strings"
)

// syntax is how a language writes comments and strings.
type syntax struct {
	line   []string    // what begins a comment that ends with the line
	block  [][2]string // what begins and ends other comments
	quotes []quote     // longest first
	alone  bool        // a comment has its line to itself (Dockerfile)
	spaced bool        // a comment begins the line or follows a blank (shell)
}

// quote is one kind of string.
type quote struct {
	mark   string
	escape bool // a backslash keeps the next character from ending it
	lines  bool // it may go over several lines
}

// syntaxOf is the syntax of a file by its name; nil when it has no comments that are
// read. YAML has a scanner of its own.
func syntaxOf(name string) *syntax {
	base := strings.ToLower(path.Base(name))
	switch {
	case isDockerfile(base):
		return &syntax{line: []string{"#"}, alone: true}
	case base == ".env" || strings.HasPrefix(base, ".env."):
		return shell()
	case base == "makefile":
		return &syntax{line: []string{"#"}, spaced: true}
	case base == "jenkinsfile":
		return curly()
	}
	return syntaxOfExtension(path.Ext(base))
}

func isDockerfile(base string) bool {
	for _, name := range []string{"dockerfile", "containerfile"} {
		if base == name || strings.HasPrefix(base, name+".") || strings.HasSuffix(base, "."+name) {
			return true
		}
	}
	return false
}

func syntaxOfExtension(extension string) *syntax {
	switch extension {
	case ".env", ".sh", ".bash":
		return shell()
	case ".mk":
		return &syntax{line: []string{"#"}, spaced: true}
	case ".py", ".rb", ".toml":
		return &syntax{line: []string{"#"}, quotes: []quote{{`"""`, true, true}, {`'''`, true, true}, {`"`, true, false}, {`'`, true, false}}}
	case ".tf", ".tfvars", ".hcl", ".nomad":
		return &syntax{line: []string{"#", "//"}, block: [][2]string{{"/*", "*/"}}, quotes: []quote{{`"`, true, false}}}
	case ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".go", ".java", ".kt", ".kts", ".scala",
		".groovy", ".gradle", ".cs", ".rs", ".swift", ".php", ".prisma", ".bicep", ".jsonc", ".json5":
		return curly()
	case ".sql":
		return &syntax{line: []string{"--"}, block: [][2]string{{"/*", "*/"}}, quotes: []quote{{`'`, false, true}, {`"`, false, true}}}
	case ".md", ".html", ".htm", ".xml":
		return &syntax{block: [][2]string{{"<!--", "-->"}}}
	case ".ini":
		return &syntax{line: []string{";", "#"}, alone: true}
	}
	return nil
}

func shell() *syntax {
	return &syntax{line: []string{"#"}, spaced: true, quotes: []quote{{`"`, true, true}, {`'`, false, true}}}
}

func curly() *syntax {
	return &syntax{line: []string{"//"}, block: [][2]string{{"/*", "*/"}},
		quotes: []quote{{"`", true, true}, {`"`, true, false}, {`'`, true, false}}}
}

// scan reads the whole text.
func (x *syntax) scan(s *scanner) {
	for !s.done() {
		if !x.comment(s) && !x.quoted(s) {
			s.step()
		}
	}
}

// comment reads the comment that begins at pos, if one does.
func (x *syntax) comment(s *scanner) bool {
	for _, marks := range x.block {
		if s.has(marks[0]) {
			s.blockComment(marks[0], marks[1])
			return true
		}
	}
	if x.alone && !s.first() || x.spaced && !s.spaced() {
		return false
	}
	for _, mark := range x.line {
		if s.has(mark) {
			s.lineComment(mark)
			return true
		}
	}
	return false
}

// quoted moves over the string that begins at pos, if one does.
func (x *syntax) quoted(s *scanner) bool {
	for _, q := range x.quotes {
		if s.has(q.mark) {
			s.skip(len(q.mark))
			q.skipRest(s)
			return true
		}
	}
	return false
}

// skipRest moves behind the end of a string: its mark, the end of the line where it
// cannot go further, or the end of the text.
func (q quote) skipRest(s *scanner) {
	for !s.done() {
		switch {
		case q.escape && s.text[s.pos] == '\\':
			s.skip(2)
		case s.has(q.mark):
			s.skip(len(q.mark))
			return
		case !q.lines && s.text[s.pos] == '\n':
			return
		default:
			s.step()
		}
	}
}
