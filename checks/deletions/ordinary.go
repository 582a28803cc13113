package deletions

import (
	"strings"
	"sync"
)

// ordinaryPrograms are those of the table and those of every runner.
var ordinaryPrograms = sync.OnceValue(func() map[string]struct{} {
	all := map[string]struct{}{}
	for _, name := range strings.Fields(`
		[ [[ test true false : exit return break continue shift set unset unalias trap wait kill sleep read printf echo cat tee head tail cut tr sort uniq wc
		sed awk gawk grep egrep fgrep rg jq yq dasel xq htmlq find fd xargs ls dir cp mv ln rm rmdir mkdir mktemp touch chmod chown chgrp stat file du df dd truncate
		tar zip unzip gzip gunzip xz 7z curl wget http https xh nc ssh scp rsync sftp openssl gpg base64 md5sum sha256sum date env export declare mapfile readarray local readonly typeset eval
		apt apt-get apk yum dnf microdnf pacman brew choco winget scoop snap dpkg rpm pip pip3 pipx uv poetry pipenv conda mamba gem bundle cargo rustup go gofmt
		npm npx pnpm yarn bun deno node corepack nvm fnm volta lerna nx turbo rush gradle gradlew mvn mvnw sbt ant bazel bazelisk buck cmake ninja meson ctest dotnet nuget msbuild
		composer php artisan python python3 ruby perl java javac rake rails mix elixir erl rebar3 ghc cabal stack lein clojure swift xcodebuild xcrun pod fastlane flutter dart
		git git-lfs gh hub glab docker docker-compose podman nerdctl buildah skopeo crane regctl oras cosign syft grype trivy kubectl oc helm helmfile kustomize kind k3d minikube
		terraform tofu terragrunt tflint pulumi cdk sst serverless sls sam aws gcloud gsutil bq az azcopy doctl flyctl fly heroku vercel netlify wrangler railway eksctl
		ansible ansible-playbook packer vagrant vault consul nomad flux argocd kubeseal sops age
		psql pg_dump pg_restore dropdb createdb mysql mysqldump mariadb sqlite3 mongosh mongo redis-cli sqlcmd bcp alembic flyway liquibase prisma sequelize typeorm knex migrate goose dbmate
		sudo su systemctl service journalctl ps pgrep pkill killall lsof netstat ss ip ifconfig ping iptables ufw mount umount losetup swapoff swapon free uname hostname id whoami groups useradd userdel usermod groupadd groupdel
		make cmake just task pre-commit black ruff flake8 mypy pytest tox nox eslint prettier tsc jest vitest playwright cypress golangci-lint goreleaser staticcheck shellcheck shfmt hadolint actionlint
		which command type hash dirname basename realpath readlink pwd cd pushd popd source . exec time timeout nohup nice yes seq expr bc let local getopts select function history alias
		choco regsvr32 reg net sc taskkill del erase rd robocopy xcopy powershell pwsh cmd Write-Host Write-Output Remove-Item Get-ChildItem Set-Location New-Item Invoke-WebRequest Invoke-RestMethod ForEach-Object Where-Object Remove-Module Remove-Variable
		ccache sccache act update-alternatives ldconfig locale-gen localedef dpkg-reconfigure debconf-set-selections add-apt-repository defaults diskutil hdiutil security codesign`) {
		all[name] = struct{}{}
	}
	return all
})
