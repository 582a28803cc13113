// Package yamltext knows what the YAML library does not tell of a text: where in bytes its
// positions are, how much there is to parse, and whether what it made is safe to walk.
package yamltext

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// EstimateNodes is an upper bound of the values that a text holds, by its indicators, and
// far from it only for prose full of commas. A value costs the library about 300 bytes.
func EstimateNodes(data []byte) int {
	nodes := 1
	for i, c := range data {
		switch c {
		case ':', '?', '-':
			if i+1 == len(data) || bytes.IndexByte([]byte(" \t\r\n\"'{[,]}"), data[i+1]) >= 0 || i > 0 && data[i-1] == '"' {
				nodes += 2
			}
		case ',', '{':
			nodes += 2
		case '[':
			nodes++
		}
	}
	return nodes
}

// Unsafe says what makes a document unsafe to walk: that it nests deeper than so many
// levels, or an alias inside what it stands for. Empty when nothing does.
func Unsafe(root *yaml.Node, levels int) string {
	open := map[*yaml.Node]bool{}
	var look func(n *yaml.Node, depth int) string
	look = func(n *yaml.Node, depth int) string {
		if depth > levels {
			return fmt.Sprintf("nested more than %d deep", levels)
		}
		if n.Kind == yaml.AliasNode && open[n.Alias] {
			return "an alias inside the value that it stands for"
		}
		if n.Anchor != "" && n.Kind != yaml.AliasNode {
			open[n] = true
			defer delete(open, n)
		}
		for _, child := range n.Content {
			if reason := look(child, depth+1); reason != "" {
				return reason
			}
		}
		return ""
	}
	return look(root, 1)
}

// InvalidUTF8 is the offset of the first byte that is not UTF-8; the length where there is none.
func InvalidUTF8(data []byte) int {
	at := 0
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size < 2 {
			break
		}
		at += size
	}
	return at
}

var (
	errorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	// parserError are the messages whose line the library counts from 0, the others from 1.
	parserError = regexp.MustCompile(`^did not find expected (?:<document start>|node content|',' or|'-' indicator|key)`)
)

// Malformed takes the library's error apart: the 1-based line, 0 where it names none, and
// what is wrong there. The line of an error at the end may be the one after the last.
func Malformed(err error) (line int, reason string) {
	reason = err.Error()
	m := errorLine.FindStringSubmatch(reason)
	if m == nil {
		return 0, reason
	}
	reason = reason[len(m[0]):]
	line, convErr := strconv.Atoi(m[1])
	if convErr != nil {
		return 0, reason
	}
	if parserError.MatchString(reason) {
		line++
	}
	return line, reason
}
