package iac

import (
	"fmt"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/effort"
)

func TestDockerfilePath(t *testing.T) {
	cases := map[string]bool{
		"Dockerfile": true, "a/b/Dockerfile": true, "DOCKERFILE": true, "dockerfile": true, "Containerfile": true,
		"Dockerfile.web": true, "Dockerfile-web": true, "Dockerfile_web": true, "Containerfile.web": true,
		"web.Dockerfile": true, "web.dockerfile": true, "a/.Dockerfile": true, "Dockerfile.j2": true,
		"Dockerfile.go": true, // a service written in Go: content decides
		".dockerignore": false, "Dockerfile.dockerignore": false, "Dockerfile.md": false, "dockerfile.go": false,
		"dockerfile_test.go": false, "dockerfile-parse.py": false, "Dockerfile.yml": false, "dockerfiles": false,
		"Dockerfile/README": false, "mydockerfile": false,
	}
	for path, want := range cases {
		if got := Dockerfile().Path(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestDotenvPath(t *testing.T) {
	for path, want := range map[string]bool{".env": true, "a/.env": true, "a.env": false, ".env.example": false, "env": false} {
		if got := Dotenv().Path(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

// hostile are files that cost a naive reader its time or its memory.
func hostile() map[string]string {
	deep := strings.Repeat("${A:-", 50_000) + strings.Repeat("}", 50_000)
	doubling := "ARG A0=x\n"
	for i := range 200 {
		doubling += fmt.Sprintf("ARG A%d=$A%d$A%d\n", i+1, i, i)
	}
	stages := strings.Builder{}
	for i := range 15_000 {
		fmt.Fprintf(&stages, "FROM a AS s%d\n", i)
	}
	return map[string]string{
		"a line of 5 MB":             "FROM " + strings.Repeat("a", 5<<20),
		"100,000 instructions":       "FROM a\n" + strings.Repeat("RUN a\n", 100_000),
		"15,000 stages":              stages.String(),
		"doubling arguments":         doubling + "FROM $A200\n",
		"deep substitution":          "FROM " + deep[:60_000],
		"deep default":               "ARG X=" + strings.Repeat("${A:-", 5000) + "\nFROM $X\n",
		"deep heredoc":               "FROM a\nRUN <<X " + strings.ReplaceAll(deep, "-$", "-\\\n$"),
		"deep heredoc with comments": "FROM a\nRUN <<X \\\n" + strings.Repeat("${A:-'}'\\\n#\n", 50_000),
		"deep heredoc in pieces":     "FROM a\nRUN <\\\n<X \\\n" + strings.Repeat("$\\\n{A:-"+strings.Repeat("x", 100), 9000),
		"many heredocs":              "FROM a\nRUN " + strings.Repeat("<<A \\\n", 19_000),
		"long unknown instructions":  "FROM a\n" + strings.Repeat(strings.Repeat("x", 60_000)+"\n", 16),
		"one long unknown":           "FROM a\n" + strings.Repeat(strings.Repeat("x", 60_000)+"\\\n", 16),
		"long unknown flags":         "FROM a\n" + strings.Repeat("RUN --"+strings.Repeat("x", 60_000)+"\n", 16),
		"20,000 ONBUILD":             "FROM a\n" + strings.Repeat("ONBUILD RUN ls\n", 19_000),
		"20,000 bad instructions":    "FROM a\n" + strings.Repeat("FROM\n", 19_000),
		"many names in long lines":   "ARG A=b\n" + strings.Repeat("FROM "+strings.Repeat("$A", 30_000)+"\n", 15),
		"continuation lines only":    "FROM a\n" + strings.Repeat("\\\n", 19_000),
		"many mounts":                "FROM a\nRUN " + strings.Repeat("--mount=from=a,target=/a \\\n", 19_000),
		"binary":                     "\x00\xff\xfeFROM \x80\nFROM \xff:1\nARG A=\xff\n",
		"only breaks":                strings.Repeat("\n", 1<<20),
	}
}

func TestDockerfileHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			var file *File
			took, peak := effort.Of(func() { file = readDockerfile("Dockerfile", []byte(text)) })
			checkFile(t, []byte(text), file)
			if took > hostileTime || peak > hostileHeap {
				t.Errorf("%v, %d MB", took, peak>>20)
			}
			t.Logf("%v, %d MB", took, peak>>20)
		})
	}
}
