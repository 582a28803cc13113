package iac

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Deed is what a command does with an image.
type Deed string

const (
	Builds   Deed = "build"   // makes it, under this name
	Pushes   Deed = "push"    // gives it to a registry
	Loads    Deed = "load"    // puts it into a cluster on this machine
	Context  Deed = "context" // names a folder or image that a Dockerfile takes as if it were an image
	Replaces Deed = "replace" // puts another image in the place of this one in a kustomization
)

// Make is one deed of a command or a step.
type Make struct {
	Do Deed `json:"do"`
	// Name is the image without its tag; empty: which image it is cannot be known here.
	Name string `json:"name,omitempty"`
	// Tag is the tag, "latest" where none is written; empty: it is not known.
	Tag  string `json:"tag,omitempty"`
	Line int    `json:"line"`
}

// Bounds of a file with commands.
const (
	maxCommands    = 1 << 20 // bytes
	maxMakes       = 1000
	maxCommandLine = 16 << 10
)

// Commands reads what makefiles, scripts and the settings of build tools do with images of
// their own: it names none, but tells which names the repository builds itself.
func Commands() Reader {
	return Reader{
		Name:  "commands",
		Where: "`Makefile`, `*.mk`, `*.sh`, `Taskfile.yml`, `justfile`, `Jenkinsfile`, `Tiltfile`, `buildspec*.yml`, `docker-bake.hcl`, `.goreleaser.yml` and the like",
		What:  "none itself: what they build and push, see [images that are built here](#images-that-are-built-here)",
		Path:  isCommandFile,
		Read:  readCommands,
	}
}

// HasCommands reports whether a file at this path may say what a repository builds and pushes.
func HasCommands(p string) bool {
	return isCommandFile(p) || strings.HasPrefix(p, ".github/") && isYAMLName(p) || composeName.MatchString(path.Base(p)) ||
		skaffoldName.MatchString(path.Base(p)) || slices.ContainsFunc(pipelines(), func(r Reader) bool { return r.Path(p) })
}

var commandFiles = regexp.MustCompile(`^(?i:(gnu)?makefile(\.\w+)?|.+\.(mk|sh|bash)|taskfile\.ya?ml|\.?justfile|jenkinsfile.*|tiltfile|buildspec[^/]*\.ya?ml|` +
	`docker-bake[^/]*\.(hcl|json)|\.?goreleaser[^/]*\.ya?ml|\.ko\.ya?ml|werf[^/]*\.ya?ml)$`)

// isCommandFile asks the expression only of names that hold a word that it asks for.
func isCommandFile(p string) bool {
	base := strings.ToLower(path.Base(p))
	switch path.Ext(base) {
	case ".mk", ".sh", ".bash":
	case ".hcl", ".json", ".yml", ".yaml":
		if !slices.ContainsFunc([]string{"taskfile", "makefile", "jenkinsfile", "buildspec", "docker-bake", "goreleaser", ".ko.", "werf"},
			func(word string) bool { return strings.Contains(base, word) }) {
			return false
		}
	default:
		if !strings.Contains(base, "file") {
			return false
		}
	}
	return commandFiles.MatchString(base)
}

func readCommands(p string, data []byte) *File {
	if len(data) > maxCommands || bytes.IndexByte(data, 0) >= 0 {
		return nil
	}
	base := strings.ToLower(path.Base(p))
	var makes []Make
	switch {
	case strings.HasPrefix(base, "docker-bake"):
		makes = bakeMakes(data)
	case strings.Contains(base, "goreleaser"), strings.HasPrefix(base, ".ko."), strings.HasPrefix(base, "werf"):
		makes = []Make{{Do: Pushes, Line: 1}} // these tools push what they build, under names that they make up
	case base == "tiltfile":
		makes = tiltMakes(data)
	default:
		makes = commandMakes(data)
	}
	if len(makes) == 0 {
		return nil
	}
	return &File{Format: "commands", Makes: makes}
}

// withCommands are the formats with commands among their steps.
func withCommands(format string) bool {
	switch format {
	case "github-actions", "gitlab-ci", "circleci", "azure-pipelines", "bitbucket-pipelines", "cloud-build", "drone", "woodpecker":
		return true
	}
	return false
}

// unnamedPush are commands and steps that push under names which are not looked for.
var unnamedPush = regexp.MustCompile(`(?i)\b(crane (push|copy|cp)|skopeo (copy|sync)|imgpkg push|oras push|kaniko|goreleaser|jib(:build|\b)|gcloud builds submit|acr build|pack build .*--publish|ko (build|publish|apply|resolve)|(docker-compose|docker compose|docker stack|podman-compose)\b.* push|bake\b.*--push|push-to-registry@|build-and-push|docker-build-push)\b|` +
	`uses:\s*\S*\.github/workflows/\S*(docker|image|container|publish|release|build|push)`)

// commandMakes are the deeds of the commands in a text: a script, a makefile, a pipeline.
func commandMakes(data []byte) []Make {
	if len(data) > maxCommands || !mayCommand(data) {
		return nil
	}
	c := &commands{vars: commandVars(data)}
	number := 0
	for len(data) > 0 && len(c.makes) < maxMakes {
		number++
		line, rest, used := continuedLine(data)
		data = rest
		c.line(line, number)
		number += used
	}
	if len(data) > 0 || c.expanded > maxExpanded { // what was left out may push any
		c.makes = append(c.makes, Make{Do: Pushes, Line: number})
	}
	return c.makes
}

// continuedLine is the first line with those that it is continued on, and how many these are.
func continuedLine(data []byte) (line string, rest []byte, more int) {
	var b strings.Builder
	for {
		text, after, found := bytes.Cut(data, []byte("\n"))
		text = bytes.TrimRight(text, " \t\r")
		data = after
		if b.Len()+len(text) > maxCommandLine {
			return "", data, more
		}
		open, continued := bytes.CutSuffix(text, []byte(`\`))
		b.Write(open)
		if !continued || !found {
			return b.String(), data, more
		}
		b.WriteByte(' ')
		more++
	}
}

// commands is one text while it is read.
type commands struct {
	vars  map[string]string
	makes []Make
	// expanded and filledIn are bytes so far: see maxExpanded.
	expanded, filledIn int
}

func (c *commands) add(do Deed, image string, line int) {
	name, tag := parts(image)
	switch {
	case strings.ContainsRune(name, gap) || name == "":
		if do == Pushes { // it may be any
			c.makes = append(c.makes, Make{Do: do, Line: line})
		}
		return
	case strings.ContainsRune(tag, gap):
		tag = ""
	case tag == "":
		tag = "latest"
	}
	if len(name) <= 255 && len(tag) <= 128 {
		c.makes = append(c.makes, Make{Do: do, Name: name, Tag: tag, Line: line})
	}
}

// parts takes an image's name and tag apart; a digest is left out.
func parts(image string) (name, tag string) {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
		return image[:colon], image[colon+1:]
	}
	return image, ""
}

// line reads the commands of one line.
func (c *commands) line(line string, number int) {
	trimmed := strings.TrimLeft(line, " \t-@+")
	if strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "echo ") || strings.HasPrefix(trimmed, "printf ") || !mayMake(line) {
		return
	}
	if mayPush(line) && unnamedPush.MatchString(line) {
		c.makes = append(c.makes, Make{Do: Pushes, Line: number})
	}
	words := commandLine(c.expand(trimmed))
	for i := range words {
		if i == 0 || !isBuildTool(words[i-1]) {
			c.other(words[i:], number)
			continue
		}
		c.tool(words[i:], number)
	}
}

func mayMake(line string) bool {
	line = strings.ToLower(line)
	for _, word := range []string{"build", "push", "bud", "load", "import", "image", "publish", "kaniko", "crane", "skopeo", "goreleaser", "jib", "copy", " ko ", "bake"} {
		if strings.Contains(line, word) {
			return true
		}
	}
	return false
}

// mayPush spares most lines the expression.
func mayPush(line string) bool {
	line = strings.ToLower(line)
	for _, word := range []string{"push", "publish", "copy", " cp", "sync", "kaniko", "goreleaser", "jib", "submit", "acr", "ko ", "workflows/"} {
		if strings.Contains(line, word) {
			return true
		}
	}
	return false
}

var buildTool = regexp.MustCompile(`(?i)^([/\w.-]*/)?(docker|podman|nerdctl|buildah|finch)$`)

func isBuildTool(word string) bool { return buildTool.MatchString(word) }

// tool reads what follows the name of a tool that builds images.
func (c *commands) tool(words []string, line int) {
	for len(words) > 0 && (words[0] == "buildx" || words[0] == "image" || words[0] == "builder" || strings.HasPrefix(words[0], "--")) {
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	switch words[0] {
	case "build", "bud", "build-using-dockerfile":
		c.build(words[1:], line)
	case "push":
		for _, word := range command(words[1:]) {
			if !strings.HasPrefix(word, "-") {
				c.add(Pushes, word, line)
				return
			}
		}
		c.add(Pushes, "", line)
	}
}

func (c *commands) build(words []string, line int) {
	words = command(words)
	push := false
	for i, word := range words {
		push = push || word == "--push" || word == "--push=true" || strings.Contains(word, "type=registry") || strings.Contains(word, "push=true") ||
			word == string(gap) && (i == 0 || !strings.HasPrefix(words[i-1], "-")) // flags that are not known
	}
	for i, word := range words {
		flag, value, inline := strings.Cut(word, "=")
		if !inline && i+1 < len(words) {
			value = words[i+1]
		}
		switch flag {
		case "-t", "--tag":
			c.add(Builds, value, line)
			if push {
				c.add(Pushes, value, line)
			}
		case "--build-context":
			if name, _, ok := strings.Cut(value, "="); ok {
				c.add(Context, name, line)
			}
		}
	}
}

// other reads the commands that bring images into clusters, and into kustomizations.
func (c *commands) other(words []string, line int) {
	starts := func(prefix ...string) bool {
		return len(words) > len(prefix) && slices.Equal(words[:len(prefix)], prefix)
	}
	switch {
	case starts("load", "docker-image"), starts("image", "load"), starts("image", "import"), starts("images", "import"):
		for i, word := range command(words[2:]) {
			if !strings.HasPrefix(word, "-") && !strings.HasPrefix(words[i+1], "-") {
				c.add(Loads, word, line)
			}
		}
	case starts("edit", "set", "image"):
		for _, word := range command(words[3:]) {
			if name, _, ok := strings.Cut(word, "="); ok {
				c.add(Replaces, name, line)
			}
		}
	}
}

// command is what belongs to one command: up to what ends it.
func command(words []string) []string {
	if end := slices.IndexFunc(words, func(w string) bool {
		return w == ";" || w == "&&" || w == "||" || w == "|" || w == ">" || w == "#" || w == ")"
	}); end >= 0 {
		return words[:end]
	}
	return words
}

var commandEnds = strings.NewReplacer(`"`, "", `'`, "", "&&", " && ", "||", " || ", ";", " ; ", "`", " ", "$(", " ", ")", " ) ")

// commandLine is a line cut into words; quotes count for nothing.
func commandLine(line string) []string { return strings.Fields(commandEnds.Replace(line)) }
