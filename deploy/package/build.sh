#!/usr/bin/env bash
# usage: build.sh BINARY VERSION ARCH FOLDER
# Makes the packages of a built binary. "make packages" calls it: NFPM names nfpm, MINDFLOW a binary that runs on this
# machine. The same source makes the same bytes.
set -euo pipefail

binary=$(realpath "$1")
export VERSION=$2 ARCH=$3
mkdir -p "$4"
folder=$(realpath "$4")
mindflow=$(realpath "${MINDFLOW:?names a binary that runs here}")
nfpm=$(realpath "${NFPM:?names nfpm}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH

staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
umask 022

# copy puts a file in the staged folder with the mode it is to have.
copy() { install -m "$1" "$2" "$staged/$3"; }

copy 755 "$binary" mindflow
for file in nfpm.yaml mindflow.env mindflow.service mindflow-migrate.service mindflow.socket copyright lintian-overrides; do
	copy 644 "$here/$file" "$file"
done
for script in postinstall preremove postremove; do
	copy 755 "$here/$script.sh" "$script.sh"
done
copy 644 "$here/../../LICENSE" LICENSE
deploy=$(dirname "$here")
copy 755 "$deploy/drill/mindflow-restore-drill" mindflow-restore-drill
copy 755 "$deploy/prometheus/mindflow-certificate" mindflow-certificate
copy 755 "$here/mindflow-admin" mindflow-admin
copy 644 "$here/mindflow-admin.8" mindflow-admin.8
copy 644 "$here/mindflow-restore-drill.8" mindflow-restore-drill.8
for unit in drill/mindflow-restore-drill prometheus/mindflow-certificate; do
	for kind in service timer; do copy 644 "$deploy/$unit.$kind" "${unit##*/}.$kind"; done
done
# What makes a whole server of a machine, and the guide to it; links in it lead to what is beside it.
mkdir -p "$staged/deploy/prometheus" "$staged/doc/docs"
copy 755 "$deploy/install.sh" deploy/install.sh
cp -r "$deploy"/{nginx,alertmanager,grafana} "$staged/deploy/"
cp -r "$deploy"/prometheus/{prometheus.yml,rules,listen} "$staged/deploy/prometheus/"
cp "$here/../../README.md" "$staged/doc/"
cp "$here"/../../docs/*.md "$staged/doc/docs/"
chmod -R u=rwX,go=rX "$staged/deploy" "$staged/doc"

"$mindflow" manual >"$staged/mindflow.1"
for shell in bash zsh fish; do
	"$mindflow" completion "$shell" >"$staged/mindflow.$shell"
done
{
	echo "mindflow (${VERSION/-/\~}) stable; urgency=medium"
	echo
	echo "  * What changed is told by the project's CHANGELOG, which is beside this file."
	echo
	echo " -- MindFlow maintainers <maintainers@mindflow.invalid>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} >"$staged/changelog.debian"
cp "$here/../../CHANGELOG.md" "$staged/changelog"
gzip -9n "$staged"/{mindflow.1,mindflow-admin.8,mindflow-restore-drill.8,changelog,changelog.debian}
# Each file has the time of the source.
find "$staged" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

cd "$staged"
for kind in deb rpm; do
	"$nfpm" package --config nfpm.yaml --packager "$kind" --target "$folder" >"$staged/said" || { cat "$staged/said" >&2; exit 1; }
	sed -n 's/^created package: //p' "$staged/said"
done
