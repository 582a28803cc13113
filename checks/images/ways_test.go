package images

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

const floatingPod = "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: api, image: \"api:latest\"}]}\n"

// A base under more overlays than are told apart is judged as it is written, too:
// an overlay beyond the bound may leave the image as it is.
func TestManyWays(t *testing.T) {
	for overlays, want := range map[int]int{maxWays - 1: 0, maxWays: 1} {
		archive := &txtar.Archive{}
		add := func(name, data string) {
			archive.Files = append(archive.Files, txtar.File{Name: "head/" + name, Data: []byte(data)})
		}
		add("base/kustomization.yaml", "resources: [api.yaml]\n")
		add("base/api.yaml", floatingPod)
		for i := range overlays {
			add(fmt.Sprintf("o%d/kustomization.yaml", i), "resources: [../base]\nimages: [{name: api, newTag: 1.2.3}]\n")
		}
		if got := len(judgeArchive(t, archive).Findings); got != want {
			t.Errorf("%d overlays: %d findings, want %d", overlays, got, want)
		}
	}
}

// Layers in which every kustomization names every one of the next, and takes what it
// sets, do not take more time than there are files.
func TestHostileLayers(t *testing.T) {
	archive := &txtar.Archive{}
	const layers, width = 3, 60
	for layer := range layers {
		for i := range width {
			var b strings.Builder
			b.WriteString("components:\n")
			for next := range width {
				fmt.Fprintf(&b, "- ../l%d-%d\n", (layer+1)%layers, next)
			}
			b.WriteString("images:\n")
			for image := range 20 {
				fmt.Fprintf(&b, "- {name: i%d-%d-%d, newTag: latest}\n", layer, i, image)
			}
			archive.Files = append(archive.Files, txtar.File{Name: fmt.Sprintf("head/l%d-%d/kustomization.yaml", layer, i), Data: []byte(b.String())})
		}
	}
	start := time.Now()
	if got, want := len(judgeArchive(t, archive).Findings), layers*width*20; got != want {
		t.Errorf("%d findings, want %d", got, want)
	}
	if took := time.Since(start); took > time.Minute { // a quarter of a second, but for the race detector on a busy machine
		t.Errorf("took %v", took)
	}
}
