package iac

import (
	"fmt"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/effort"
)

func TestComposePath(t *testing.T) {
	for path, want := range map[string]bool{
		"compose.yml": true, "a/docker-compose.override.yaml": true, "x.compose.yml": true,
		"stack.yml":      true, // content decides
		"compose.yml.j2": false, "compose.json": false, "compose": false,
	} {
		if got := Compose().Path(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestComposeHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	bomb := "x-0: &a0 {image: a}\n"
	for i := range 30 {
		bomb += fmt.Sprintf("x-%d: &a%d {<<: [*a%d, *a%d], b: [*a%d, *a%d]}\n", i+1, i+1, i, i, i, i)
	}
	flow := strings.Builder{}
	for i := range 2000 {
		fmt.Fprintf(&flow, "s%d: {image: 'a:${T:-latest}', x: %s}, ", i, strings.Repeat("y", 400))
	}
	extends := strings.Builder{}
	extends.WriteString("services:\n")
	for i := range 4000 {
		fmt.Fprintf(&extends, "  s%d: {image: a, extends: s%d}\n", i, (i+1)%4000)
	}
	for name, text := range map[string]string{
		"alias bomb":         bomb + "services:\n  a: *a30\n  b:\n    volumes: [*a30, *a30]\n",
		"one long line":      "services: {" + flow.String() + "}\n",
		"a long value":       "services:\n  a:\n    image: " + strings.Repeat("${A:-", 200_000) + "\n",
		"deep substitution":  "services:\n  a:\n    image: " + strings.Repeat("${A:-", 800) + strings.Repeat("}", 800) + "\n",
		"a cycle of extends": extends.String(),
		"no breaks":          "services" + strings.Repeat(":", 1<<19),
		"only braces":        strings.Repeat("{", 1<<19) + "services",
		"only spaces":        strings.Repeat(" ", 1<<19) + "services",
	} {
		t.Run(name, func(t *testing.T) {
			var file *File
			took, peak := effort.Of(func() { file = readCompose("compose.yml", []byte(text)) })
			checkFile(t, []byte(text), file)
			if took > hostileTime || peak > hostileHeap {
				t.Errorf("%v, %d MB", took, peak>>20)
			}
			t.Logf("%v, %d MB, %d sites, unread %v", took, peak>>20, len(file.Sites), file.Unread)
		})
	}
}

func TestDotenvHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	names := strings.Builder{}
	for i := range 12_000 {
		fmt.Fprintf(&names, "IMAGE_TAG_%d=a\n", i)
	}
	doubling := "TAG_0=a\n"
	for i := range 100 {
		doubling += fmt.Sprintf("TAG_%d=$TAG_%d$TAG_%d\n", i+1, i, i)
	}
	for name, text := range map[string]string{
		"many names":      names.String(),
		"one line":        "IMAGE_TAG=" + strings.Repeat("a", 1<<19),
		"open quotes":     strings.Repeat("IMAGE_TAG=\"\n", 20_000),
		"odd open quotes": strings.Repeat("IMAGE_TAG='\"\n", 20_000),
		"doubling":        doubling,
		"not text":        "IMAGE_TAG=\x00\xff",
	} {
		t.Run(name, func(t *testing.T) {
			var file *File
			took, peak := effort.Of(func() { file = readDotenv(".env", []byte(text)) })
			checkFile(t, []byte(text), file)
			if took > hostileTime || peak > hostileHeap {
				t.Errorf("%v, %d MB", took, peak>>20)
			}
			t.Logf("%v, %d MB, %d names, unread %v", took, peak>>20, len(file.Gives), file.Unread)
		})
	}
}
