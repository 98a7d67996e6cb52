# supersonic: `make help` lists the targets. Everything is installed below this
# folder (.venv, node_modules, bin); nothing needs root or a package of the system.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export CGO_ENABLED := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

GO      ?= go
NPM     ?= npm
# Prometheus' service discovery of clouds comes with their SDKs: as much to compile as all the rest, and a fifth of the
# binary. The collector's prometheus receiver keeps static, file, http and these, which sites have; `make build TAGS=` has all.
TAGS    ?= remove_all_sd,enable_consul_sd,enable_dns_sd,enable_kubernetes_sd,enable_openstack_sd
export GOFLAGS := $(strip $(shell $(GO) env GOFLAGS) $(if $(TAGS),-tags=$(TAGS)))
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X supersonic/cli.Version=$(VERSION)
WEB     := $(shell find ui/web -type f -not -path '*/node_modules/*' 2>/dev/null)
SOURCES := $(shell find . -name '*.go' -not -name '*_test.go' -not -path './node_modules/*' -not -path '*/node_modules/*' -not -path './.venv/*' 2>/dev/null)

.PHONY: help build demo test check bench triton soak clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 10

build: bin/supersonic ## bin/supersonic: one static file with the page inside

demo: build triton ## the whole stack on demo models with steady requests, until Ctrl-C
	bin/supersonic demo

# What tests need, in parts that do not wait for each other: CI makes it with -j.
.PHONY: ready dependencies
ready: build triton ui/view/oracle/node_modules/.installed

dependencies: # the most of what is compiled, while npm and pip download
	$(GO) build ./collector ./metrics

# `make check` vets: go test need not do it again. Many tests wait more than they work: three packages
# at a time on two cores, and of a package six of the tests that wait (t.Parallel).
test: ready ## sets up and passes all tests, with real Triton, Envoy and Chromium
	cd ui/web && $(NPM) run --silent test
	cd ui/view/oracle && $(NPM) run --silent check
	$(GO) test -vet=off -timeout 20m -p 3 -parallel 6 $$($(GO) list ./... | grep -v /e2e)
	$(GO) test -vet=off -timeout 20m -parallel 3 ./e2e/...

check: build triton ## vet, format, generated docs, the page's size and build, lint (if installed), races, 4 s of each fuzz target
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt these:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	cd ui/web && $(NPM) run --silent check
	node hack/page.mjs
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed: .golangci.yml was not applied"; fi
	hack/race.sh
	hack/fuzz.sh 4s

soak: build triton ## the long runs: the store against a model, failing disks, kill -9, every fuzz target for an hour
	hack/soak.sh

bench: build triton ## measures what the documentation claims; writes bench/results
	bench/run.sh

triton: .venv/.installed ## installs tritonserver, its Python client, Envoy and DuckDB into .venv

clean: ## removes what was built, keeps what was downloaded
	rm -rf bin ui/dist/assets ui/dist/index.html*

ui/web/node_modules/.installed: ui/web/package-lock.json
	cd ui/web && $(NPM) ci --no-audit --no-fund --silent
	touch $@

ui/view/oracle/node_modules/.installed: ui/view/oracle/package-lock.json
	cd ui/view/oracle && $(NPM) ci --no-audit --no-fund --silent --ignore-scripts
	touch $@

ui/dist/index.html: ui/web/node_modules/.installed $(WEB)
	cd ui/web && $(NPM) run --silent build
	touch $@

bin/supersonic: ui/dist/index.html $(SOURCES) go.mod go.sum | dependencies
	$(GO) build -ldflags '$(LDFLAGS)' -o $@ ./cmd/supersonic

.venv/.installed: triton/install.sh triton/requirements.txt
	sh triton/install.sh
	touch $@
