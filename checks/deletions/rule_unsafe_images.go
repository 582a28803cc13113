package deletions

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
)

const unsafeImagesID = "deletions/unsafe-images"

func unsafeImages() checks.Rule {
	return checks.Rule{
		ID:       unsafeImagesID,
		Severity: checks.Block,
		Says:     "A clean-up of images would, by its settings, delete manifests that tagged images need.",
		Why: "Logto, 2023-12-17: \"untagged\" does not mean \"unused\". An image for several platforms is an index that is tagged, over manifests that are not; " +
			"so is every image that buildx pushes with its default attestation. A clean-up that takes untagged versions takes these, the tag stays, and a pull fails with MANIFEST_UNKNOWN. " +
			"To keep the newest N, or what is younger than some days, protects none of them.",
		Fix:     "Use a cleaner that reads indexes before it deletes, at a version that is named in the finding, or put `checkrein guard` in front of the registry's API: it refuses what a tag still needs.",
		Example: "- uses: actions/delete-package-versions@v5\n  with:\n    package-name: cloud\n    package-type: container\n    delete-only-untagged-versions: true   # deletions/unsafe-images\n",
	}
}

func (a *act) unsafeImages() (checks.Finding, bool) {
	unsafe := a.Unsafe
	if unsafe == "" && a.Row.Class == known.Images {
		unsafe = a.via.selects[a.jobKey()]
	}
	if unsafe == "" {
		return checks.Finding{}, false
	}
	f := a.finding(unsafeImagesID)
	f.Title = fmt.Sprintf("%s that tagged images need", a.does())
	f.Why = sentence(unsafe) + " " + a.story()
	f.Fix.Text = "Use a cleaner that reads indexes before it deletes. " + guardText(a.Row.Guard)
	f.Evidence = append(f.Evidence, a.settings()...)
	return f, true
}

// maxSettings bounds the inputs that are quoted.
const maxSettings = 4

// choosing are the words of inputs by which cleaners are told what to take and what to keep.
var choosing = regexp.MustCompile(`(?i)untagged|keep|min-versions|older|cut|tag|type|multi`)

// settings quotes the inputs that choose.
func (a *act) settings() []checks.Evidence {
	if a.step == nil || a.step.Uses == nil || a.command != nil {
		return nil
	}
	var all []checks.Evidence
	for _, name := range slices.Sorted(maps.Keys(a.step.With)) {
		if choosing.MatchString(name) && len(all) < maxSettings {
			all = append(all, a.quote(a.file, a.step.With[name].Span, "what it is told about "+name))
		}
	}
	return all
}

func guardText(guard string) string {
	if guard == "" {
		return ""
	}
	return "As for `checkrein guard` in front of the registry: " + strings.TrimSuffix(guard, ".") + "."
}

// sentence makes one of the end of one.
func sentence(text string) string {
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}
