#!/usr/bin/env bash
# Says the version of what is built from this source, as Semantic Versioning writes it: that of the program where a tag
# says so, else the way to it, which grows with each commit: 7.0.0-dev.1234+gabcdef0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=$(sed -n 's/^var version = "\(.*\)"$/\1/p' cmd/mindflow/main.go)
if ! git rev-parse --git-dir >/dev/null 2>&1; then
	echo "$version-dev"
	exit
fi
changed=$(git status --porcelain --untracked-files=no)
if [[ -z $changed ]] && git tag --points-at HEAD | grep -qxF "v$version"; then
	echo "$version"
	exit
fi
echo "$version-dev.$(git rev-list --count HEAD)+g$(git rev-parse --short=9 HEAD)${changed:+.changed}"
