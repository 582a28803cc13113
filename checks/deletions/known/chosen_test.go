package known

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// Who decides what goes: a person or a setting that is not in the repository, or what the
// repository and the event themselves say.
func TestChosen(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{"helm uninstall ${{ inputs.release }}", []string{"inputs.release"}},
		{"helm uninstall ${{ github.event.inputs.release }}", []string{"github.event.inputs.release"}},
		{"helm uninstall ${{ github.event.client_payload.release }}", []string{"github.event.client_payload.release"}},
		{"helm uninstall ${{ vars.RELEASE }}-${{ secrets.SUFFIX }}", []string{"vars.RELEASE", "secrets.SUFFIX"}},
		{"helm uninstall ${{ format('pr-{0}', inputs.number) }}", []string{"inputs.number"}},
		{"helm uninstall ${{ inputs['release'] }}", []string{"inputs['release']"}},
		{"helm uninstall pr-${{ github.event.number }}", nil},
		{"helm uninstall pr-${{ github.event.pull_request.number }}", nil},
		{"helm uninstall ${{ github.ref_name }}-${{ github.sha }}", nil},
		{"helm uninstall ${{ matrix.release }}", nil},
		{"helm uninstall ${{ steps.vars.outputs.release }} ${{ needs.inputs.outputs.x }}", nil},
		{"helm uninstall ${{ !inputs.release }}", []string{"inputs.release"}},
		{"helm uninstall shop -n ${{ vars.PREFIX }}-dev", []string{"vars.PREFIX"}},
		{"kubectl delete ns -l run=${{ inputs.run }}", []string{"inputs.run"}},
		{"helm uninstall ${{ steps.find.outputs.release }} ${{ needs.a.outputs.b }}", nil},
		{"helm uninstall $RELEASE", nil},
		{"helm uninstall shop --dry-run=${{ inputs.dry }}", []string{"inputs.dry"}},
		{"helm uninstall shop ${{ inputs.dry && '--dry-run' || '' }}", []string{"inputs.dry"}},
		{"helm uninstall shop --kube-token ${{ secrets.TOKEN }}", nil},
		{"kubectl --token=${{ secrets.TOKEN }} delete ns x", nil},
		{"vercel remove shop --token=${{ secrets.TOKEN }} --yes", nil},
		{"some-wrapper --", nil},
		{"terraform ${{ inputs.action }}", []string{"inputs.action"}},
		{"terraform ${{ github.event.inputs.action }} -auto-approve", []string{"github.event.inputs.action"}},
		{"curl -X DELETE -H \"Authorization: ${{ secrets.T }}\" https://api.github.com/orgs/${{ vars.ORG }}/packages/container/x/versions/1", []string{"vars.ORG"}},
		{"curl -X DELETE -u ${{ secrets.USER }}:${{ secrets.PASS }} https://registry.acme.example/v2/x/manifests/1", nil},
		{"git push https://x:${{ secrets.PAT }}@github.com/acme/cloud --delete ${{ inputs.branch }}", []string{"inputs.branch"}},
	} {
		var got []string
		for _, d := range deeds(c.line) {
			got = append(got, d.Chosen...)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s\n%s", c.line, diff)
		}
	}
}

// What a computed gap hangs on is not what it is chosen by, even if it is asked for by name.
func TestComputedIsNotChosen(t *testing.T) {
	c := command("helm uninstall x")
	c.Words[2] = shell.Word{Text: shell.Gap, From: []string{"$(helm list -n ${{ inputs.ns }} -q)"}}
	if d := Commands(c); len(d) != 1 || d[0].Chosen != nil || d[0].Target != "…" {
		t.Errorf("deeds %+v; want one that is chosen by nothing, with the target …", d)
	}
}

func TestDryRun(t *testing.T) {
	for line, want := range map[string]bool{
		"aws s3 rm --dryrun s3://x --recursive":                             true,
		"aws s3 rm s3://x --recursive --dryrun":                             true,
		"aws s3 rm s3://x --recursive":                                      false,
		"helm uninstall x --dry-run":                                        true,
		"helm uninstall x --dry-run=true":                                   true,
		"helm uninstall x --dry-run=false":                                  false,
		"helm uninstall x --dry-run=true --dry-run=false":                   false,
		"kubectl delete ns x --dry-run=client":                              true,
		"kubectl delete ns x --dry-run=server":                              true,
		"kubectl delete ns x --dry-run=none":                                false,
		"kubectl delete ns x --dry-run":                                     true,
		"git push -n origin --delete x":                                     true,
		"git push -dn origin x":                                             true,
		"git push origin --delete x --no-dry-run":                           false,
		"rclone sync -n a b:":                                               true,
		"gcloud artifacts repositories set-cleanup-policies r --dry-run":    true,
		"gcloud artifacts repositories set-cleanup-policies r --no-dry-run": false,
		"gcr-cleaner-cli -repo x -dry-run":                                  true,
		"gcr-cleaner-cli -repo x --dry-run=false":                           false,
		"Remove-AzResourceGroup -Name x -WhatIf":                            true,
		"Remove-AzResourceGroup -Name x -whatif:$true":                      true,
		"Remove-AzResourceGroup -Name x -WhatIf:$false":                     false,
		"aws-nuke run -c x":                                                 true,
		"aws-nuke run -c x --no-dry-run":                                    false,
		"helm uninstall x --dry-run=${{ inputs.dry }}":                      false,
		"helm uninstall x --dry-run=$DRY":                                   false,
		"helm uninstall x $DRY":                                             false,
		"ansible-playbook x.yml -e state=absent -C":                         true,
		"dataaxiom/ghcr-cleanup-action@v1 dry-run=true":                     true,
		"dataaxiom/ghcr-cleanup-action@v1 dry-run=TRUE":                     true,
		"dataaxiom/ghcr-cleanup-action@v1 Dry-Run=true":                     true,
		"dataaxiom/ghcr-cleanup-action@v1 dry-run=false":                    false,
		"dataaxiom/ghcr-cleanup-action@v1 dry-run=${{ inputs.dry }}":        false,
		"dataaxiom/ghcr-cleanup-action@v1 dry-run=${{ true }}":              false,
		"dataaxiom/ghcr-cleanup-action@v1 dry_run=true":                     false,
	} {
		d := deeds(line)
		if len(d) != 1 || d[0].Preview != want {
			t.Errorf("%s\n  is %+v; want one deed that is a dry run: %t", line, d, want)
		}
	}
}

// Look-alikes: reads, what goes to the job itself, words within other words.
func TestSilent(t *testing.T) {
	for _, line := range []string{
		"echo terraform destroy",
		"grep -r 'aws s3 rb' .",
		"terraform plan -out=destroy.tfplan",
		"terraform show destroy.tfplan",
		"terraform apply -auto-approve",
		"kubectl get ns --all-namespaces",
		"kubectl delete pod web-1 --grace-period=0",
		"kubectl delete -f k8s/ --dry-run=client",
		"helm list --all",
		"helm uninstall --help",
		"helm upgrade --install shop c --cleanup-on-fail",
		"gh api /repos/acme/cloud/releases",
		"gh api -X POST /repos/acme/cloud/releases",
		"gh api graphql -f query='mutation { addComment(input:{}) { clientMutationId } }'",
		"gh pr merge --delete-branch 12",
		"gh pr edit 1 --remove-label destroy",
		"curl -fsSL https://api.github.com/orgs/acme/packages/container/cloud/versions",
		"curl -X DELETE http://127.0.0.1:8080/things/1",
		"curl -X DELETE http://app:8080/things/1",
		"curl -X DELETE 'http://[::1]:9200/index'",
		"curl -X POST https://api.acme.example/things -d '{\"method\":\"DELETE\"}'",
		"aws s3 cp dist s3://acme-site --recursive",
		"aws --endpoint-url=http://localstack:4566 dynamodb delete-table --table-name t",
		"AWS_ENDPOINT_URL=http://localhost:4566 aws s3 rb s3://x --force",
		"git push --force origin HEAD:gh-pages",
		"git push origin HEAD:refs/heads/delete-me",
		"git push origin feature:release",
		"git tag -d v1",
		"docker image prune -af",
		"docker compose down",
		"psql -h localhost -c 'DROP TABLE x'",
		"psql -h postgres -c 'DROP TABLE x'",
		"psql -h db.acme.example -c 'ALTER TABLE x DROP COLUMN y'",
		"psql -h db.acme.example -c \"INSERT INTO log VALUES ('DROP TABLE x')\"",
		"psql -h db.acme.example -f migrate.sql",
		"mysql -h 127.0.0.1 -e 'DROP DATABASE x'",
		"sqlite3 test.db 'DROP TABLE x'",
		"redis-cli -h localhost FLUSHALL",
		"RAILS_ENV=test bundle exec rake db:drop",
		"npm run clean",
		"npm prune --omit=dev",
		"cargo clean",
		"rm -rf node_modules /tmp/x ~/.cache",
		"rclone copy a b:",
		"ansible-playbook site.yml -i prod",
		"Remove-Item -Recurse -Force build",
		"Get-AzResourceGroup -Name x",
		"az group list",
		"gcloud run deploy shop",
		"pulumi up --yes",
		"docker run --rm koalaman/shellcheck /src/delete.sh",
		"peter-evans/create-pull-request@v7 delete-branch=true",
		"actions/stale@v9 delete-branch=true",
		"pulumi/actions@v6 command=up",
		"marocchino/sticky-pull-request-comment@v2 delete=true",
		"docker/build-push-action@v6 push=true",
	} {
		silent(t, line)
	}
}

// What stands within another command does what it does alone.
func TestInner(t *testing.T) {
	for line, want := range map[string]string{
		"npx cdk destroy --all":                            "cdk-destroy",
		"npx -y prisma migrate reset --force":              "migrations-reset",
		"pnpm dlx cdk destroy X":                           "cdk-destroy",
		"yarn cdk destroy X":                               "cdk-destroy",
		"bundle exec rake db:drop":                         "migrations-reset",
		"poetry run alembic downgrade base":                "migrations-reset",
		"python manage.py flush":                           "migrations-reset",
		"php artisan migrate:fresh":                        "migrations-reset",
		"aws-vault exec prod -- terraform destroy":         "terraform-destroy",
		"doppler run -- terraform destroy":                 "terraform-destroy",
		"nix develop --command terraform destroy":          "terraform-destroy",
		"docker run --rm amazon/aws-cli:2.17 s3 rb s3://x": "s3-rb",
		"docker run --rm -v $PWD:/w -w /w hashicorp/terraform:1.9 destroy -auto-approve": "terraform-destroy",
		"docker run --rm --entrypoint helm acme/tools uninstall x":                       "helm-uninstall",
		"docker run google/cloud-sdk gcloud projects delete x":                           "gcloud-delete-project",
		"kubectl exec db-0 -- psql -U app -c 'DROP TABLE x'":                             "sql-drop",
		"/usr/local/bin/terraform destroy":                                               "terraform-destroy",
		"terraform.exe destroy":                                                          "terraform-destroy",
		"docker://alpine/helm@sha256:ab args=\"uninstall shop\"":                         "helm-uninstall",
	} {
		if got := deeds(line); len(got) != 1 || got[0].Row.ID != want {
			t.Errorf("%s\n  is %v; want %s", line, ids(got), want)
		}
	}
}

func TestCredentialsAreNotShown(t *testing.T) {
	for line, want := range map[string]string{
		"vercel remove shop --token hunter2":                                        "shop",
		"curator --api-token hunter2 x.yml":                                         "x.yml",
		"git push https://bot:hunter2@github.com/acme/cloud --delete old":           "https://github.com/acme/cloud old",
		`psql postgres://app:hunter2@db.acme.example/shop -c "DROP TABLE x"`:        "postgres://db.acme.example/shop x",
		"curl -X DELETE https://bot:hunter2@registry.acme.example/v2/x/manifests/1": "registry.acme.example/v2/x/manifests/1",
	} {
		if d := deeds(line); len(d) != 1 || d[0].Target != want {
			t.Errorf("%s\n  is %+v; want the target %q", line, d, want)
		}
	}
}

// Of what works on the folder that it runs in, the folder is the target.
func TestFolderIsTarget(t *testing.T) {
	c := command("terraform destroy -auto-approve")
	c.Dir = word("stacks/${{ inputs.stack }}")
	d := Commands(c)
	if len(d) != 1 || d[0].Target != "stacks/…" || !cmp.Equal(d[0].Chosen, []string{"inputs.stack"}) {
		t.Errorf("deeds %+v; want one of stacks/… that is chosen by inputs.stack", d)
	}
}

func TestInlines(t *testing.T) {
	want := []Inline{{"inlinescript", shell.PowerShell, false}}
	if diff := cmp.Diff(want, Inlines(Action{Name: "Azure/powershell", Ref: "v2"})); diff != "" {
		t.Error(diff)
	}
	if got := Inlines(Action{Name: "appleboy/ssh-action"}); len(got) != 1 || !got[0].Remote {
		t.Errorf("the script of a shell on another machine is %+v; want it remote", got)
	}
}
