#!/usr/bin/env bash
# Changes the code below a folder (internal/rules) in one place at a time and runs its tests: a change that no test sees
# is one they do not speak about. Fails when fewer than MUTATION_KILLED (80) of a hundred are seen.
set -euo pipefail
cd "$(dirname "$0")/.."
MUTATION_GO=$(command -v go) PATH=$PWD/tools/mutation:$PATH "${GREMLINS:?names the program; make mutation sets it}" unleash \
	--workers 1 --timeout-coefficient 4 \
	--invert-assignments --invert-bitwise --invert-bwassign --invert-logical --invert-loopctrl --remove-self-assignments \
	--output-statuses lctvsr --threshold-efficacy "${MUTATION_KILLED:-80}" "./${1:-internal/rules}"
