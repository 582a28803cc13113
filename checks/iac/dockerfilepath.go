package iac

import (
	"path"
	"regexp"
	"strings"
)

var (
	// dockerfileName matches Dockerfile, Dockerfile.web, Dockerfile-web, web.Dockerfile and the same with Containerfile.
	dockerfileName = regexp.MustCompile(`(?i)^((docker|container)file([._-].*)?|.*\.(docker|container)file)$`)
	// otherName matches what bears such a name and is documentation or data about one.
	otherName = regexp.MustCompile(`(?i)\.(dockerignore|containerignore|md|mdx|markdown|rst|adoc|html?|json|jsonc|ya?ml|toml|xml|lock|snap|patch|diff|golden|pdf|png|svg)$`)
	// sourceName matches source code about Dockerfiles. With a capital letter
	// ("Dockerfile.go") it may be the one of the Go service: content decides.
	sourceName = regexp.MustCompile(`^(docker|container)file([_-].*)?\.(go|py|js|ts|rs|rb|java|kt|cs|php|c|cc|cpp|h|sh|lua|vim)$`)
	// templateName matches what a template engine turns into a Dockerfile.
	templateName = regexp.MustCompile(`(?i)\.(j2|jinja2?|tmpl|tpl|template|erb|in|mustache|hbs|gotmpl|ejs|m4)$`)
	// templateMark is what such an engine replaces.
	templateMark = regexp.MustCompile(`\{\{|\{%|<%|%%\w+%%|@\w+@`)
)

func isDockerfilePath(p string) bool {
	base := path.Base(p)
	if !saysWord(base, "file") {
		return false
	}
	return dockerfileName.MatchString(base) && !otherName.MatchString(base) && !sourceName.MatchString(base)
}

// saysWord is the cheap look that spares most names the expressions: a word in any letters.
func saysWord(base, word string) bool {
	for ; len(base) >= len(word); base = base[1:] {
		if strings.EqualFold(base[:len(word)], word) {
			return true
		}
	}
	return false
}

// isPlainDockerfile reports whether the name alone says that the file must be one.
func isPlainDockerfile(p string) bool {
	switch strings.ToLower(path.Base(p)) {
	case "dockerfile", "containerfile":
		return true
	}
	return false
}

func isDockerfileTemplate(p string) bool { return templateName.MatchString(path.Base(p)) }
