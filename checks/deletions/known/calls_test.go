package known

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

func TestCalls(t *testing.T) {
	for _, c := range []struct {
		what, code string
		want       []string // row, target, place
	}{
		{"a version of a container package",
			"const x = 1;\nawait github.rest.packages.deletePackageVersionForOrg({\n  org: 'acme', package_type: 'container', package_name: 'cloud',\n  package_version_id: v.id,\n});",
			[]string{"gh-api-images acme/cloud/… 2:7-5:3"}},
		{"a version of another package", "github.rest.packages.deletePackageVersionForUser({username: 'me', package_type: 'npm', package_name: 'lib', package_version_id: id})",
			[]string{"gh-api-packages me/lib/… 1:1-1:133"}},
		{"a whole package", `await octokit.packages.deletePackageForOrg({org, package_type: "container", package_name})`,
			[]string{"gh-api-image-package …/… 1:7-1:91"}},
		{"a request by its route", "await github.request('DELETE /orgs/{org}/packages/{package_type}/{package_name}/versions/{id}', {org: 'acme', package_type: 'container', package_name: 'cloud', id: 1})",
			[]string{"gh-api-images orgs/acme/packages/container/cloud/versions/… 1:7-1:168"}},
		{"a route as a template", "await octokit.request(`DELETE /repos/${owner}/${repo}/git/refs/heads/old`)",
			[]string{"gh-api-refs repos/…/…/git/refs/heads/old 1:7-1:75"}},
		{"a ref", "github.rest.git.deleteRef({...context.repo, ref: 'heads/old'})", []string{"gh-api-refs heads/old 1:1-1:63"}},
		{"a repository", "github.rest.repos.delete({owner: 'acme', repo: 'old'})", []string{"gh-api-repository acme/old 1:1-1:55"}},
		{"a release", "github.rest.repos.deleteRelease({release_id: 1})", []string{"gh-api-releases … 1:1-1:49"}},
		{"an environment", "github.rest.repos.deleteAnEnvironment({environment_name: 'pr-1'})", []string{"gh-api-environments pr-1 1:1-1:66"}},
		{"a mutation", "await github.graphql(`mutation { deletePackageVersion(input: {packageVersionId: \"x\"}) { success } }`)",
			[]string{"gh-api-packages graphql 1:7-1:102"}},
		{"a fetch", "await fetch('https://hub.docker.com/v2/repositories/acme/cloud/tags/old', { method: 'DELETE' })",
			[]string{"hub-repositories hub.docker.com/v2/repositories/acme/cloud/tags/old 1:7-1:96"}},
		{"a cache", "github.rest.actions.deleteActionsCacheById({cache_id: 1})", []string{"actions-caches  1:1-1:58"}},
		{"a comment of an issue", "github.rest.issues.deleteComment({comment_id: 1})", []string{"gh-small  1:1-1:50"}},
		{"commented out", "// github.rest.repos.delete({owner: 'acme'})\n/* github.rest.git.deleteRef({ref: 'x'}) */\nconst u = 'https://acme.example';", nil},
		{"a map of its own", "seen.delete('x'); headers.delete(name); new Map().delete(1)", nil},
		{"a list", "github.rest.packages.getAllPackageVersionsForPackageOwnedByOrg({org: 'acme'})", nil},
		{"a get", "github.request('GET /repos/{owner}/{repo}')", nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			var got []string
			for _, call := range Calls(shell.Whole([]byte(c.code))) {
				got = append(got, call.Row.ID+" "+call.Target+" "+place(call.Span))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func place(s checks.Span) string {
	return fmt.Sprintf("%d:%d-%d:%d", s.Line, s.Column, s.EndLine, s.EndColumn)
}
