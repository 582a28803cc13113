package iac

import (
	"bytes"
	"regexp"
	"strings"
)

// gap stands for a part of a text that is not known.
const gap = '\uFFFC'

var (
	// setVar is an assignment of a makefile, a script, a Taskfile or a pipeline's env.
	setVar = regexp.MustCompile(`^[ \t-]*(?:export[ \t]+|readonly[ \t]+|local[ \t]+|declare[ \t]+(?:-\w+[ \t]+)?|override[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*(\?=|:::?=|:=|=|:[ \t])[ \t]*(.*)$`)
	// commandSub is what only a shell can answer; a function of make is one too.
	commandSub = regexp.MustCompile("\\$\\([^()]*[ ,/][^()]*(?:\\([^()]*\\)[^()]*)*\\)|\\{\\{[^}]*\\}\\}|`[^`]*`")
	commandVar = regexp.MustCompile(`\$\{\{\s*env\.(\w+)\s*\}\}|\$\{\{[^}]*\}\}|\$\$?\{(\w+)(?::?[-=]([^${}]*))?\}|\$\((\w+)\)|\$\$?(\w+)|\$\$?\{[^}]*\}|\$\(\)`)
)

const (
	maxCommandVars  = 2000
	maxCommandDepth = 8
	maxExpanded     = 512 << 10 // bytes that all expansions of a file pass over
	maxFilledIn     = 64 << 10
)

// commandVars are the values that names have in a text; of one that gets several it is not known which.
func commandVars(data []byte) map[string]string {
	vars := map[string]string{}
	for line := range bytes.Lines(data) {
		if len(line) > 1024 || !bytes.ContainsAny(line, "=:") || len(vars) >= maxCommandVars {
			continue
		}
		m := setVar.FindSubmatch(bytes.TrimRight(line, " \t\r\n"))
		if m == nil {
			continue
		}
		name, value := string(m[1]), strings.TrimSpace(inlineComment.ReplaceAllString(string(m[3]), ""))
		value = strings.Trim(value, `"'`)
		if strings.HasPrefix(value, "${"+name+":-") || strings.HasPrefix(value, "${"+name+"-") || strings.HasPrefix(value, "${"+name+":=") {
			value = strings.TrimSuffix(strings.TrimLeft(value[len(name)+2:], ":-="), "}") // X=${X:-value}
		}
		if before, known := vars[name]; known && before != value {
			value = string(gap)
		}
		vars[name] = value
	}
	return vars
}

// expand puts values in the place of names, and gaps where there is none.
func (c *commands) expand(line string) string {
	for range maxCommandDepth {
		if c.expanded += len(line); !strings.ContainsAny(line, "${`") || c.expanded > maxExpanded {
			return line
		}
		next := commandSub.ReplaceAllString(commandVar.ReplaceAllStringFunc(line, c.variable), string(gap))
		if next == line || len(next) > maxCommandLine {
			break
		}
		line = next
	}
	return line
}

func (c *commands) variable(written string) string {
	m := commandVar.FindStringSubmatch(written)
	name := m[1] + m[2] + m[4] + m[5]
	value, known := c.vars[name]
	switch {
	case known && name != "":
		if c.filledIn += len(value); c.filledIn > maxFilledIn {
			return string(gap)
		}
		return value
	case m[3] != "":
		return m[3]
	case strings.Contains(strings.ToLower(name), "docker") || toolNames.MatchString(name):
		return "docker" // $(DOCKER), ${CONTAINER_TOOL}: whatever builds
	}
	return string(gap)
}

var toolNames = regexp.MustCompile(`(?i)^(container_?(tool|engine|cmd|runtime|cli|builder)|engine|builder|podman|oci_bin|runtime)$`)
