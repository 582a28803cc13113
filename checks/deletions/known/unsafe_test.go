package known

import (
	"testing"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// What the settings of a cleaner mean for the platform images of tagged multi-platform images.
func TestUnsafe(t *testing.T) {
	const (
		gone = "unsafe"
		kept = ""
	)
	for _, c := range []struct{ use, want string }{
		{"actions/delete-package-versions@v5 package-name=cloud package-type=container delete-only-untagged-versions=true", gone},
		{"actions/delete-package-versions@v4 package-name=cloud package-type=container min-versions-to-keep=10", gone},
		{"actions/delete-package-versions@v5 package-name=cloud package-type=container num-old-versions-to-delete=3", gone},
		{"actions/delete-package-versions@v5 package-name=cloud package-type=container package-version-ids=1,2", kept},
		{"actions/delete-package-versions@v5 package-name=lib package-type=npm min-versions-to-keep=10", kept},
		{"Chizkiyahu/delete-untagged-ghcr-action@v6 package_name=cloud", gone},
		{"Chizkiyahu/delete-untagged-ghcr-action@v6 package_name=cloud except_untagged_multiplatform=false", gone},
		{"Chizkiyahu/delete-untagged-ghcr-action@v6 package_name=cloud except_untagged_multiplatform=${{ inputs.keep }}", gone},
		{"Chizkiyahu/delete-untagged-ghcr-action@v6 package_name=cloud except_untagged_multiplatform=true", kept},
		{"vlaurin/action-ghcr-prune@v0.6.0 container=cloud keep-last=5", gone},
		{"bots-house/ghcr-delete-image-action@v1.1.0 name=cloud tag=pr-1", kept},
		{"bots-house/ghcr-delete-image-action@v1.1.0 name=cloud untagged-keep-latest=3", gone},
		{"sacundim/delete-untagged-ghcr-action@main", gone},
		{"snok/container-retention-policy@v2 image-names=cloud cut-off=1w", gone},
		{"snok/container-retention-policy@v2.2.1 image-names=cloud untagged-only=true", gone},
		{"snok/container-retention-policy@v3.0.0 image-names=cloud cut-off=1w", kept},
		{"snok/container-retention-policy@v3 image-names=cloud cut-off=1w", kept},
		{"dataaxiom/ghcr-cleanup-action@v1 packages=cloud delete-untagged=true", kept},
		{"dataaxiom/ghcr-cleanup-action@v1 packages=cloud delete-tags=pr-*", kept},
		{"dataaxiom/ghcr-cleanup-action@0.9.0 packages=cloud", gone},
		{"dataaxiom/ghcr-cleanup-action@v1 packages=cloud dry-run=true", kept},
		{"actions/delete-package-versions@v5 package-name=cloud package-type=${{ matrix.type }} delete-only-untagged-versions=true", gone},
		{`az acr run --registry acme --cmd "acr purge --filter 'cloud:.*' --ago 30d --untagged" /dev/null`, kept},
		{`az acr run --registry acme --cmd "acr purge --filter 'cloud:.*' --ago 30d" /dev/null`, kept},
		{`aws ecr put-lifecycle-policy --repository-name cloud --lifecycle-policy-text '{"rules":[{"selection":{"tagStatus":"untagged"}}]}'`, gone},
		{`aws ecr put-lifecycle-policy --repository-name cloud --lifecycle-policy-text '{"rules":[{"selection":{"tagStatus":"tagged"}}]}'`, kept},
		{"gcrane gc gcr.io/acme/cloud", kept},
		{"gcr-cleaner-cli -repo gcr.io/acme/cloud", kept},
		{"skopeo delete docker://ghcr.io/acme/cloud:old", kept},
		{"skopeo delete docker://ghcr.io/acme/cloud@sha256:ab", kept},
		{"crane delete ghcr.io/acme/cloud@sha256:ab", kept},
	} {
		t.Run(c.use, func(t *testing.T) {
			got := deeds(c.use)
			if len(got) != 1 {
				t.Fatalf("it is %v; want one deed", ids(got))
			}
			if d := got[0]; (d.Unsafe != "") != (c.want != "") {
				t.Errorf("unsafe is %q; want it to be %q", d.Unsafe, c.want)
			}
		})
	}
}

// A sentence that says why is told only of images.
func TestUnsafeIsOfImages(t *testing.T) {
	for _, r := range load().rows {
		if len(r.match.unsafe) > 0 && r.Class != Images {
			t.Errorf("%s is of class %s and has settings that are unsafe for images", r.ID, r.Class)
		}
		if (r.Class != Images && r.Class != Packages) && r.Guard != "" {
			t.Errorf("%s is of class %s and says how the guard goes before it", r.ID, r.Class)
		}
	}
}

func TestSelects(t *testing.T) {
	for line, want := range map[string]bool{
		`gh api orgs/acme/packages/container/cloud/versions --jq '.[] | select(.metadata.container.tags | length == 0) | .id'`: true,
		`gh api orgs/acme/packages/container/cloud/versions --jq '.[] | select(.metadata.container.tags == []) | .id'`:         true,
		`gh api orgs/acme/packages/container/cloud/versions -q '.[] | select((.metadata.container.tags|length)==0) | .id'`:     true,
		`jq -r '.[] | select(.metadata.container.tags==[]) | .id'`:                                                             true,
		`jq -r 'map(select(.metadata.container.tags | length < 1))'`:                                                           true,
		`jq -r '.[] | select((.metadata.container.tags // []) | length == 0) | .id'`:                                           true,
		`jq -r '.[] | select(.metadata.container.tags | length > 0) | .id'`:                                                    false,
		`jq -r '.[] | select(.metadata.container.tags[] == "pr-1") | .id'`:                                                     false,
		`gh api orgs/acme/packages/container/cloud/versions`:                                                                   false,
		`aws ecr list-images --repository-name cloud --filter tagStatus=UNTAGGED --query 'imageIds[*]'`:                        true,
		`gcloud container images list-tags gcr.io/acme/cloud --filter='-tags:*' --format='get(digest)'`:                        true,
		`grep tags`: false,
	} {
		if got := Selects(command(line)); (got != "") != want {
			t.Errorf("%s\n  is %q; want a reason: %t", line, got, want)
		}
	}
}

func TestCallsAreUnsafeByWhatTheyPick(t *testing.T) {
	for code, want := range map[string]bool{
		"const old = versions.filter(v => v.metadata.container.tags.length === 0);\nfor (const v of old) await github.rest.packages.deletePackageVersionForOrg({org: 'acme', package_type: 'container', package_name: 'cloud', package_version_id: v.id})": true,
		"if (!v.metadata.container.tags.length) await github.rest.packages.deletePackageVersionForOrg({org: 'acme', package_type: 'container', package_name: 'cloud', package_version_id: v.id})":                                                          true,
		"const old = versions.filter(v => v.metadata.container.tags.includes('pr-1'));\nawait github.rest.packages.deletePackageVersionForOrg({org: 'acme', package_type: 'container', package_name: 'cloud', package_version_id: old[0].id})":             false,
		"const old = versions.filter(v => v.metadata.container.tags.length === 0);\nawait github.rest.packages.deletePackageVersionForOrg({org: 'acme', package_type: 'npm', package_name: 'cloud', package_version_id: old[0].id})":                       false,
	} {
		calls := Calls(shell.Whole([]byte(code)))
		if len(calls) != 1 || (calls[0].Unsafe != "") != want {
			t.Errorf("%s\n  is %+v; want one call, unsafe: %t", code, calls, want)
		}
	}
}
