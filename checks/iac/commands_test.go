package iac

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestCommands: what is done with which image, at which line; "?" is an image or a tag that is not known.
func TestCommands(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"several tags", "a.sh", "docker build -t shop:1 --tag=shop -t \"$REG/shop:2\" .", "1 build shop:1, 1 build shop:latest"},
		{"a prefix of make", "Makefile", "all:\n\t-@podman build . -t shop:x && podman push shop:x", "2 build shop:x, 2 push shop:x"},
		{"over lines", "a.sh", "x=1\ndocker build \\\n  -t shop:x \\\n  .\ndocker push shop:x", "2 build shop:x, 5 push shop:x"},
		{"a variable with one value", "Makefile", "IMG ?= acme/shop:x\nCONTAINER_TOOL ?= docker\na:\n\t$(CONTAINER_TOOL) build -t ${IMG} .", "4 build acme/shop:x"},
		{"a variable with two values", "Makefile", "IMG = a:x\nIMG = b:x\na:\n\tdocker build -t $(IMG) .\n\tdocker push $(IMG)", "5 push ?"},
		{"a default in place", "a.sh", "docker build -t shop:${TAG:-dev} .", "1 build shop:dev"},
		{"only a shell can tell", "a.sh", "docker build -t shop:$(git rev-parse HEAD) .", "1 build shop:?"},
		{"pushed at once", "a.sh", "docker buildx build --push -t acme/shop:x .", "1 build acme/shop:x, 1 push acme/shop:x"},
		{"flags that may push", "Makefile", "a:\n\tdocker buildx build $(ARGS) -t acme/shop:x .", "2 build acme/shop:x, 2 push acme/shop:x"},
		{"a registry's port", "a.sh", "docker build -t localhost:5000/shop .", "1 build localhost:5000/shop:latest"},
		{"into a cluster", "a.sh", "kind load docker-image shop:x --name c\nminikube image load shop:y", "1 load shop:x, 2 load shop:y"},
		{"another image", "Makefile", "deploy:\n\tcd config && $(KUSTOMIZE) edit set image controller=${IMG}", "2 replace controller:latest"},
		{"contexts", "a.sh", "docker buildx build --build-context tools=../tools .", "1 context tools:latest"},
		{"what others push", "a.sh", "skopeo copy docker://a docker://b", "1 push ?"},
		{"of all services", "a.sh", "docker compose push", "1 push ?"},
		{"said, not done", "a.sh", "# docker build -t a .\necho \"docker build -t b .\"", ""},
		{"steps of a pipeline", ".gitlab-ci.yml", "build:\n  image: docker:27.3.1\n  script:\n    - docker build -t acme/shop:$CI_COMMIT_SHA .\n    - docker push acme/shop:$CI_COMMIT_SHA",
			"4 build acme/shop:?, 5 push acme/shop:?"},
		{"a tool that pushes by itself", ".goreleaser.yaml", "dockers: []", "1 push ?"},
		{"Tilt", "Tiltfile", "docker_build('shop', '.')", "1 build shop:?"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			if file := Read(test.file, []byte(test.text)); file != nil {
				for _, m := range file.Makes {
					got = append(got, fmt.Sprintf("%d %s %s", m.Line, m.Do, shownMake(m)))
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func shownMake(m Make) string {
	switch {
	case m.Name == "":
		return "?"
	case m.Tag == "":
		return m.Name + ":?"
	}
	return m.Name + ":" + m.Tag
}

// TestHostileCommands: variables that make much of little, and lines that look like commands all the way.
func TestHostileCommands(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	big := "A=" + strings.Repeat("x", 1000) + "\n"
	for name, text := range map[string]string{
		"long values":      big + strings.Repeat("docker build -t "+strings.Repeat("$(A)", 250)+" .\n", 1000),
		"values of values": big + "B=" + strings.Repeat("$(A)", 200) + "\nC=" + strings.Repeat("$(B)", 200) + "\n" + strings.Repeat("docker build -t $(C) .\n", 40_000),
		"itself":           "A=$(A)$(A)\n" + strings.Repeat("docker build -t $(A) .\n", 40_000),
		"one line":         strings.Repeat("docker build -t a:b ", 50_000),
		"continued":        strings.Repeat("docker build -t a:b \\\n", 45_000),
		"parentheses":      "docker build -t " + strings.Repeat("$(a ", 250_000),
		"braces":           strings.Repeat("docker push ${{ a "+strings.Repeat("$(x", 100)+"\n", 3000),
		"many tags":        strings.Repeat("docker build -t a -t b -t c .\n", 30_000),
		"variables":        strings.Repeat("docker_a=b\n", 90_000),
	} {
		t.Run(name, func(t *testing.T) {
			data := []byte(text[:min(len(text), 1<<20)])
			took, heap := effort.Of(func() { Read("Makefile", data) })
			if took > hostileTime || heap > hostileHeap {
				t.Errorf("took %v, %d MB", took, heap>>20)
			}
		})
	}
}

// The look through a text for all words at once is that for one word after the other.
func TestMayCommand(t *testing.T) {
	texts := []string{"", "d", "k", "go vet ./...", "dockes build", "\\x64ocker", "\\X64", "\\U", "\\n", "a\\", "DOC\u212aER", "do\u00e7ker", "\u00e7 docker", "ko  build", "acr-build"}
	for _, word := range commandWords() {
		texts = append(texts, word, strings.ToUpper(word), "x"+word[:len(word)-1], "- run: "+word+" x", word[1:]+word, strings.ToUpper(word[:2])+word[2:])
	}
	for _, text := range texts {
		if want, got := mentions(bytes.ToLower([]byte(text)), commandWords()...), mayCommand([]byte(text)); want != got {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
