#!/usr/bin/env bash
# The long forms of the tests: every fuzz target for FUZZ_TIME (60s), every property with RAPID_CHECKS (20000) examples,
# RULES (10000) repeats held against another program, STEPS (100000) racing steps held against a recomputation, the long forms
# of the faults, of the installer and of restarts, mutations of the rules, and the whole suite repeated under the race detector.
set -euo pipefail
cd "$(dirname "$0")/.."
raced="-race -gcflags=modernc.org/...=-d=checkptr=0" # as make test does

for package in $(go list ./...); do
	targets=$(go test -list '^Fuzz' "$package") # ends the script when a test does not compile
	for target in $(grep '^Fuzz' <<<"$targets" || true); do
		echo "== $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZ_TIME:-60s}" "$package"
	done
done

# The flag exists only where rapid is linked.
properties=$(go list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | awk '/pgregory.net\/rapid/ { print $1 }')
for package in $properties; do
	echo "== $package, many more examples"
	go test $raced -timeout 120m -count=1 "$package" -rapid.checks="${RAPID_CHECKS:-20000}"
done

echo "== rules of repeats, held against another program"
MINDFLOW_TEST_RULES=${RULES:-10000} go test -timeout 60m -count=1 -v -run AnotherProgram ./internal/rules/recurrence

echo "== answers of many racing steps, on both databases"
MINDFLOW_TEST_STEPS=${STEPS:-100000} go test $raced -timeout 60m -count=1 -v -run EveryStep ./internal/app

echo "== faults: the long forms"
MINDFLOW_TEST_FAULTS=long go test -timeout 90m -count=1 -v ./test/faults

echo "== the installer, on an empty machine, broken off after each of its steps"
make packages && MINDFLOW_TEST_INSTALL=long go test -timeout 40m -count=1 -v ./test/deploy/install

echo "== a package for another processor"
MINDFLOW_TEST_PACKAGES=long go test -timeout 40m -count=1 -v -run AnotherProcessor ./test/deploy/packages

echo "== releases: three hosts, ssh itself, release.sh killed at each step, and what goes wrong outside the program"
make packages
MINDFLOW_TEST_RELEASE=long go test -timeout 60m -count=1 -v ./test/deploy/release

echo "== three servers behind nginx, each restarted again and again, every other time on a machine with much else to do"
MINDFLOW_TEST_RESTARTS=${RESTARTS:-20} go test $raced -timeout 30m -count=2 -v -run Restarted ./test/deploy/edge

echo "== every screen in a browser"
make e2e

echo "== mutations of the rules"
tools/mutation.sh internal/rules

echo "== everything, three times, in shuffled order"
go test $raced -timeout 60m -count=3 -shuffle=on ./...
