package pipeline

import (
	"bytes"
	"path"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// dialectOf is the language that a `shell:` reads: a known name, or a command with one in
// it ("nix develop -c bash -e {0}"); of an expression the first text that names one. A
// program of any other name starts a shell ("msys2 {0}"), unless it is another language.
func dialectOf(command string, fallback shell.Dialect) shell.Dialect {
	commands := []string{command}
	if strings.Contains(command, "${{") {
		commands, _ = choices(command)
	}
	for _, c := range commands {
		if d, ok := dialectIn(c); ok {
			return d
		}
	}
	return fallback
}

func dialectIn(command string) (shell.Dialect, bool) {
	words := strings.Fields(command)
	for i := len(words) - 1; i >= 0; i-- {
		if d, ok := dialectOfProgram(words[i]); ok {
			return d, true
		}
	}
	for _, word := range words {
		if name := programName(word); otherLanguage(name) {
			return shell.Dialect(name), true
		}
	}
	return shell.Sh, strings.Contains(command, "{0}")
}

// otherLanguage reports whether a program reads a language that nothing here does.
func otherLanguage(program string) bool {
	switch program {
	case "ruby", "perl", "php", "lua", "luajit", "tclsh", "rscript", "r", "julia", "fish", "nu", "elvish", "xonsh", "awk", "gawk", "osascript",
		"groovy", "kotlin", "scala", "swift", "go", "runghc", "elixir", "escript", "racket", "guile", "sbcl", "raku", "make", "java", "ocaml":
		return true
	}
	return false
}

// programName is a program's name without its folder, version and ".exe".
func programName(word string) string {
	word = strings.ToLower(strings.Trim(word, `"'`))
	word = path.Base(strings.ReplaceAll(word, `\`, "/"))
	return strings.TrimRight(strings.TrimSuffix(word, ".exe"), "0123456789.")
}

func dialectOfProgram(word string) (shell.Dialect, bool) {
	switch programName(word) {
	case "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "bats":
		return shell.Sh, true
	case "pwsh", "powershell":
		return shell.PowerShell, true
	case "cmd":
		return shell.Cmd, true
	case "python", "pypy", "uv":
		return shell.Python, true
	case "node", "nodejs", "deno", "bun", "zx", "tsx", "ts-node":
		return shell.JavaScript, true
	}
	return "", false
}

// dialectOfName is the language of a file by its name's end; empty: it does not say.
func dialectOfName(name string) shell.Dialect {
	switch path.Ext(name) {
	case ".sh", ".bash", ".zsh", ".ksh":
		return shell.Sh
	case ".ps1", ".psm1":
		return shell.PowerShell
	case ".cmd", ".bat":
		return shell.Cmd
	case ".py":
		return shell.Python
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts":
		return shell.JavaScript
	}
	return ""
}

// shebang is the language that a text's first line asks for; empty: it has no such line.
func shebang(text []byte) shell.Dialect {
	line, ok := bytes.CutPrefix(text, []byte("#!"))
	if !ok {
		return ""
	}
	line, _, _ = bytes.Cut(line[:min(len(line), 200)], []byte("\n"))
	words := strings.Fields(string(line))
	for _, word := range words { // "/usr/bin/env -S bash -e"
		if d, ok := dialectOfProgram(word); ok {
			return d
		}
	}
	for _, word := range words {
		if name := programName(word); name != "env" && !strings.HasPrefix(word, "-") {
			return shell.Dialect(name)
		}
	}
	return ""
}
