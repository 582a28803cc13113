package iac

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/checkrein/checkrein/checks"
)

// Bounds of a Dockerfile, far above what anybody writes by hand.
const (
	maxDockerfile      = 1 << 20
	maxDockerfileLines = 20_000
	maxStages          = 256
	maxDockerfileSites = 1000
	maxUnread          = 20
)

const notYetDockerfile = "a template, not a Dockerfile yet"

// Dockerfile reads Dockerfiles and Containerfiles as BuildKit does: FROM, COPY
// --from, RUN --mount=from and the "# syntax=" line name images.
func Dockerfile() Reader {
	return Reader{
		Name: "dockerfile", Path: isDockerfilePath, Read: readDockerfile,
		Where: "`Dockerfile`, `Containerfile`, and names with them at either end (`Dockerfile.web`, `web.Dockerfile`)",
		What:  "`FROM`, `COPY --from`, `RUN --mount from=`, `# syntax=`; build stages, `ARG` with defaults, and with the arguments that Compose and development containers give",
	}
}

func readDockerfile(path string, data []byte) *File {
	if !fromLine.Match(data) && !isPlainDockerfile(path) {
		return nil
	}
	file := &File{Format: "dockerfile"}
	if reason := outsized(data); reason != "" {
		file.Unread = []Unread{{Kind: checks.Defeated, Reason: reason}}
		return file
	}
	if isDockerfileTemplate(path) {
		if at := templateMark.FindIndex(data); at != nil {
			line := newLineText(data).LineAt(at[0])
			file.Unread = []Unread{{Line: line, Kind: checks.Unsupported, Reason: notYetDockerfile}}
			return file
		}
	}
	d := &dockerfile{File: file, lineText: newLineText(data), escape: '\\', globals: map[string]buildArg{}}
	d.readSyntax()
	d.readInstructions()
	return file
}

// fromLine finds what every Dockerfile has; files that only bear a similar name have none.
var fromLine = regexp.MustCompile(`(?im)^(\x{feff})?[ \t]*FROM[ \t]`)

// anyInstruction finds a line that is neither empty nor a comment.
var anyInstruction = regexp.MustCompile(`(?m)^[^\S\n]*[^#\s]`)

// dockerfile is one file while it is read.
type dockerfile struct {
	*File
	*lineText
	escape   byte
	frontend string              // what the "# syntax=" line names
	template bool                // an instruction is only made by a template engine
	globals  map[string]buildArg // ARG before the first FROM

	stages int    // how many there are so far
	label  string // of the last one: name, else number
	// named and numbered are what can be named from here on, before and
	// beforeOrNumber from the stage that is being read: RUN knows names only, COPY numbers too.
	named, numbered, before, beforeOrNumber []string
}

// readInstructions reads what BuildKit's parser accepts; an instruction that it
// refuses is told and the others still count.
func (d *dockerfile) readInstructions() {
	result, err := parser.Parse(bytes.NewReader(skimmed(d.data)))
	if err != nil {
		if anyInstruction.Match(d.data) {
			d.refuse(errorLine(err), err)
		}
		return // nothing but comments builds nothing
	}
	d.escape = byte(result.EscapeToken) // a backslash or a backtick
	for _, node := range result.AST.Children {
		d.instruction(node)
		if d.stages > maxStages || len(d.Sites) > maxDockerfileSites || len(d.Unread) >= maxUnread {
			d.Unread = append(d.Unread, Unread{Line: node.StartLine, Kind: checks.Defeated,
				Reason: "more stages, images or errors than are read; the rest of the file was left out"})
			return
		}
	}
	if d.stages == 0 && len(d.Unread) == 0 {
		d.refuse(0, errors.New("no FROM instruction"))
	}
}

// instruction reads one instruction. Of one that BuildKit refuses the images still count.
func (d *dockerfile) instruction(node *parser.Node) {
	parsed, err := parseInstruction(node)
	if err != nil {
		d.refuse(node.StartLine, err)
	}
	logical := d.logicalAt(node.StartLine)
	switch command := parsed.(type) {
	case *instructions.ArgCommand:
		if d.stages == 0 {
			d.declare(logical, command.Args)
		}
		return
	case *instructions.Stage:
		d.from(logical, command)
		return
	}
	if d.stages > 0 {
		d.command(logical, node)
	} else if err == nil {
		d.refuse(node.StartLine, fmt.Errorf("%s before the first FROM", strings.ToUpper(node.Value)))
	}
}

// parseInstruction is BuildKit's, except for words so long that looking for a
// similar one, which BuildKit does for its error, would take its time.
func parseInstruction(node *parser.Node) (any, error) {
	const longest = 64
	if len(node.Value) > longest {
		return nil, fmt.Errorf("unknown instruction: %s…", cut(node.Value, longest))
	}
	for _, flag := range node.Flags {
		if name, _, _ := strings.Cut(flag, "="); len(name) > longest {
			return nil, fmt.Errorf("unknown flag: %s…", cut(name, longest))
		}
	}
	return instructions.ParseInstruction(node)
}

// command reads the images that an instruction of a stage names. ONBUILD's
// instruction runs in another build, yet pulls what it names here.
func (d *dockerfile) command(logical *logicalLine, node *parser.Node) {
	switch strings.ToLower(node.Value) {
	case "copy":
		d.copyFrom(logical)
	case "run":
		d.mountFrom(logical)
	case "onbuild":
		if logical.words == 1 && node.Next != nil && len(node.Next.Children) > 0 {
			logical.words = 2
			d.command(logical, node.Next.Children[0])
		}
	}
}

// refuse tells what BuildKit does not accept. The frontend that a "# syntax=" line
// names may know more; then the file is not malformed, there is only no reader for it.
func (d *dockerfile) refuse(line int, err error) {
	reason := cut(err.Error(), longestLine)
	kind := checks.Defeated
	switch {
	case d.frontend != "" && unknownWord.MatchString(reason):
		kind, reason = checks.Unsupported, fmt.Sprintf("%s (the file is read by %s)", reason, cut(d.frontend, longestLine))
	case d.template: // told once; what follows from it is no news
		return
	case line > 0 && templateMark.MatchString(d.logicalAt(line).text):
		d.template, d.Unread = true, nil
		kind, reason = checks.Unsupported, notYetDockerfile
	}
	d.Unread = append(d.Unread, Unread{Line: line, Kind: kind, Reason: reason})
}

// unknownWord matches BuildKit's errors about what a newer frontend, or another one, may know.
var unknownWord = regexp.MustCompile(`^unknown (instruction|flag): `)

func errorLine(err error) int {
	var located *parser.LocationError
	if errors.As(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		return located.Locations[0][0].Start.Line
	}
	return 0
}
