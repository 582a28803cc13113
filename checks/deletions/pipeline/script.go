package pipeline

import (
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/checks/yamltext"
)

// isScript: shell scripts anywhere, programs only in folders where a repository keeps what
// its pipelines run.
func isScript(p place) bool {
	switch p.ext {
	case ".sh", ".bash", ".ps1", ".cmd", ".bat":
		return true
	case ".py", ".js", ".mjs", ".cjs", ".ts":
		return !strings.HasSuffix(p.base, ".d.ts") && inToolFolder(p.path)
	}
	return false
}

// inToolFolder reports whether one of a path's folders holds tools of the repository, and
// none holds what was installed.
func inToolFolder(path string) bool {
	found := false
	for rest := path; ; {
		folder, after, more := strings.Cut(rest, "/")
		if !more {
			return found
		}
		switch folder {
		case "script", "scripts", "bin", "hack", "tools", "ci", ".github", ".ci", "build", "deploy", "ops":
			found = true
		case "node_modules":
			return false
		}
		rest = after
	}
}

func readScript(p place, data []byte) *File {
	dialect := shebang(data)
	if dialect == "" {
		dialect = dialectOfName(p.base)
	}
	if dialect == "" {
		dialect = shell.Sh
	}
	return &File{Format: Script, Text: wholeText(data), Dialect: dialect}
}

// wholeText is a file's text without the mark of a byte order, and with LF line ends.
func wholeText(data []byte) shell.Text {
	body := strings.TrimPrefix(string(data), yamltext.BOM)
	t := shell.Whole([]byte(strings.ReplaceAll(body, "\r\n", "\n")))
	if len(body) < len(data) {
		t.Lines[0].Column += len(yamltext.BOM)
	}
	return t
}
