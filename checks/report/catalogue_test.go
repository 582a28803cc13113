package report

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks"
)

func catalogueRules() []checks.Rule {
	return []checks.Rule{
		{ID: "images/default-tag", Severity: checks.Block,
			Says: "A parameter, variable, argument or chart default reaches an image field and floats: it wins whenever the resource is re-created.",
			Why: "CloudCannon, 2022-05-18: a CloudFormation template named an image by a parameter whose default was latest.\n" +
				"Then a service was re-created from the template and fell back to latest.",
			Fix:     "Remove the default, or point it at an exact tag or a digest.",
			Example: "Parameters:\n  Tag:\n    Default: latest\n\nResources: {}\n"},
		{ID: "images/unpinned", Severity: checks.Off, Says: "An exact tag without a digest.", Why: "Tags can be moved.", Fix: "Add the digest.", Example: "image: redis:7.4.1\n"},
		{ID: "policy/loosened", Severity: checks.Block, Says: "This change makes its own judge milder.", Why: "A judge is not chosen by the judged.",
			Fix: "Ask for an approval.", Example: "checks: {images: {level: off}}"},
	}
}

func TestCatalogue(t *testing.T) {
	var b strings.Builder
	if err := Rules(&b, catalogueRules(), Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	for _, r := range catalogueRules() {
		b.WriteString("\n" + strings.Repeat("=", 80) + "\n")
		if err := Rule(&b, r, Style{Width: 80}); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, filepath.Join("..", "result", "catalogue.txt"), []byte(b.String()))
}
