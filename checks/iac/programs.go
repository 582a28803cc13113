package iac

import (
	"bytes"
	"fmt"
	"path"
	"regexp"

	"github.com/checkrein/checkrein/checks"
)

// maxProgram is how much of a program is looked at, in bytes.
const maxProgram = 256 << 10

// Programs finds code that builds infrastructure and plainly names images: CDK,
// Pulumi, Dagger, Jsonnet. No program is read: that it names images is told, so that
// nobody takes silence for a yes. Most source files cost one look for a library's name.
func Programs() Reader {
	return Reader{
		Name:  "programs",
		Where: "`.jsonnet`, `.libsonnet`; `.ts`, `.py`, `.go` at paths that speak of it (`infra`, `cdk`, `stacks`, `deploy`, `ci` and the like)",
		What:  "none: CDK, Dagger, Pulumi or Jsonnet that plainly names an image is told as not read",
		Path:  func(p string) bool { return libraries(p) != nil },
		Read:  readProgram,
	}
}

// library is a way to build infrastructure by program.
type library struct {
	name string
	// words: one of them is in every program that uses the library.
	words []string
	// uses matches the line that brings it in; nil: the file's extension says it.
	uses *regexp.Regexp
	// image matches what plainly names an image.
	image *regexp.Regexp
}

// quotes open and close a text in the languages that are looked at.
const quotes = "[\"'`]"

var (
	cdkImage = regexp.MustCompile(`(?:ContainerImage|DockerImage|BuildImage)[._](?:(?i:from_?(?:docker_?)?registry))\(\s*(?:jsii\.String\(\s*)?` + quotes +
		`|\b[iI]mage["']?\s*[:=]\s*` + quotes + `[\w./-]+:[\w][\w.-]*` + quotes)
	daggerUses = regexp.MustCompile(`["'](?:@?dagger\.io/dagger|dagger/[\w-]+/internal/dagger)["']|(?m:^\s*(?:import|from)\s+dagger\b)`)
	// daggerImage: Container().From("x"), container().from_("x"), over several lines too.
	daggerImage = regexp.MustCompile(`(?i:container)\([^()]*(?:\([^()]*\)[^()]*)*\)\s*\.(?:From|from|from_)\(\s*` + quotes + `[\w./:@-]+` + quotes)
	pulumiUses  = regexp.MustCompile(`["']@pulumi/|github\.com/pulumi/|(?m:^\s*(?:import|from)\s+pulumi)`)
	// pulumiImage is an image with a slash, a tag or a digest, or any beside the word container.
	pulumiImage = regexp.MustCompile(`\b[iI]mage["']?\s*[:=]\s*(?:pulumi\.String\(\s*)?` + quotes + `[\w.-]+[/:@][\w./${}:@-]+` + quotes +
		`|\bcontainers?["']?\s*[:=]\s*\[?\s*\{[^{}]*?\bimage["']?\s*:\s*` + quotes + `[\w./-]+` + quotes)
	// machineImage is that of a virtual machine.
	machineImage = regexp.MustCompile(quotes + `(?:https?://|projects/|[\w-]+-cloud/|linode/)`)
	jsonnetImage = regexp.MustCompile(`\b\w*[iI]mage['"]?\s*\+?:{1,3}\s*['"][\w.-]+(?:[/:][\w.:/@-]*)+['"]|` +
		`['"](?:[\w-]+\.)*(?:docker|quay|ghcr|gcr|k8s)\.(?:io|com)/[\w./-]+(?:[:@][\w.:-]+)?['"]`)
)

// otherProgram matches the paths of programs that build nothing themselves: tests,
// declarations, what is generated, what others wrote.
var otherProgram = regexp.MustCompile(`(?:^|/)(?:vendor|node_modules|testdata|site-packages|__tests__|tests?)/|(?:_test\.go|\.pb\.go|\.d\.ts|\.(?:test|spec)\.ts|(?:^|/)test_[^/]*\.py)$`)

// buildsThings matches the paths at which programs stand that build infrastructure. A
// change to any other source file must cost nothing.
var buildsThings = regexp.MustCompile(`(?i)(?:^|[/._-])(?:cdk|pulumi|dagger|infra|infrastructure|iac|stacks?|constructs?|deploy|deployments?|ci)(?:[/._-])|[a-z]Stack\.ts$`)

// libraries are those that a file at this path may use; nil for any other file.
func libraries(p string) []library {
	switch path.Ext(p) { // before any expression: every path of a tree gets here
	case ".ts", ".py", ".go":
		if !buildsThings.MatchString(p) || otherProgram.MatchString(p) {
			return nil
		}
		return []library{
			{name: "CDK", words: []string{"aws-cdk", "aws_cdk", "awscdk"}, image: cdkImage},
			{name: "Dagger", words: []string{"dagger"}, uses: daggerUses, image: daggerImage},
			{name: "Pulumi", words: []string{"pulumi"}, uses: pulumiUses, image: pulumiImage},
		}
	case ".jsonnet", ".libsonnet":
		if otherProgram.MatchString(p) {
			return nil
		}
		return []library{{name: "Jsonnet", words: []string{":"}, image: jsonnetImage}}
	}
	return nil
}

func readProgram(p string, data []byte) *File {
	if len(data) > maxProgram {
		data = data[:maxProgram]
	}
	for _, l := range libraries(p) {
		if !l.isIn(data) {
			continue
		}
		at := l.find(data)
		if at == nil {
			continue
		}
		return &File{Format: "programs", Unread: []Unread{{
			Line: 1 + bytes.Count(data[:l.nameAt(data, at)], []byte{'\n'}), Kind: checks.Unsupported,
			Reason: fmt.Sprintf("%s names images by program, which is not read", l.name),
		}}}
	}
	return nil
}

func (l library) isIn(data []byte) bool {
	for _, word := range l.words {
		if bytes.Contains(data, []byte(word)) {
			return l.uses == nil || l.uses.Match(data)
		}
	}
	return false
}

// find is where the program first names an image; nil: nowhere.
func (l library) find(data []byte) []int {
	const most = 100
	for _, at := range l.image.FindAllIndex(data, most) {
		if !machineImage.Match(data[at[0]:at[1]]) {
			return at
		}
	}
	return nil
}

// imageWord is what names an image inside of what a library's pattern matched.
var imageWord = regexp.MustCompile(`(?i)registry\(|\.from_?\(|image["']?\s*\+?[:=]`)

// nameAt is where a match names the image: it may begin lines before.
func (l library) nameAt(data []byte, match []int) int {
	found := imageWord.FindAllIndex(data[match[0]:match[1]], -1)
	if len(found) == 0 {
		return match[0]
	}
	return match[0] + found[len(found)-1][0]
}
