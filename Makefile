# The project's commands; `make help` lists them. Each installs what it needs, except git, make, Node, Go and Python.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

TS_NODE := node --require ts-node/register

# What the Go tests and benchmarks need: a real API server, the official S3 controller and the AWS emulator.
GO_TEST_ENV = export KUBEBUILDER_ASSETS="$$($(TS_NODE) sandbox/build.ts --assets etcd kube-apiserver kubectl)" \
  ACK_S3_CONTROLLER="$$($(TS_NODE) sandbox/build.ts ack-s3)" SANDERS_AWS="$(CURDIR)/sandbox/aws/sanders-aws" \
  KUBEBUILDER_CONTROLPLANE_START_TIMEOUT=90s

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/; s/[$$]{2}/$$/g' | expand -t 21

.PHONY: synth
synth: install ## Render every environment into dist/
	@npm run --silent synth

.PHONY: import
import: install tool-go ## Generate imports/ from the CRDs
	@npm run --silent import

# The sandbox: the platform on this machine. SANDBOX=name picks one of several; ARGS is passed to the command.
SANDBOX_CLI := $(TS_NODE) sandbox/main.ts

.PHONY: up
up: install tool-go tool-python ## Bring up the whole platform on this machine
	@$(SANDBOX_CLI) up $(ARGS)

.PHONY: down reset status env
down: install ## Stop it, and keep its state
	@$(SANDBOX_CLI) down
reset: install ## Stop it, and remove its state
	@$(SANDBOX_CLI) reset
status: install ## Show each part's state, uptime, memory and port
	@$(SANDBOX_CLI) status $(ARGS)
env: install ## Point kubectl, aws and argocd at it: eval "$$(make -s env)"
	@$(SANDBOX_CLI) env

.PHONY: logs restart
logs: install ## Print a part's log: make logs P=argocd-repo-server
	@$(SANDBOX_CLI) logs $(P) $(ARGS)
restart: install ## End a part and start it again: make restart P=aws
	@$(SANDBOX_CLI) restart $(P)

.PHONY: format
format: install ## Format the code, and fix what the linter can fix
	@npm run --silent format

.PHONY: bench bench-convergence bench-controllers
bench: install ## Measure synthesis
	@npm run --silent bench
bench-convergence: install tool-go tool-python ## Measure the platform and Terraform on the same emulator
	@npm run --silent bench:convergence
bench-controllers: install tool-go tool-python ## Measure our controllers and the official S3 controller
	@$(GO_TEST_ENV); $(MAKE) -C controllers bench S3_CONTROLLER="$$ACK_S3_CONTROLLER"

.PHONY: test
test: install tool-go tool-python ## Run every check and test, several at a time: JOBS=3
	@echo 'Running $(TESTS), $(JOBS) at a time. The output of each is printed when it ends.'
	@$(MAKE) --jobs=$(JOBS) --output-sync=target $(TESTS)

# Those first that wait most, or keep one core busy at most; those last that keep all of them busy.
TESTS := test-e2e test-faults test-steady test-charts test-controllers test-aws lint test-job
JOBS := 3

.PHONY: test-long
test-long: install tool-go tool-python ## In full what `make test` takes a sample of; for every night
	@TEST_LONG=1 $(MAKE) test-steady
	@TEST_LONG=1 npm run --silent e2e:faults -- fix
	@$(GO_TEST_ENV); TEST_LONG=1 $(MAKE) -C controllers test TESTFLAGS='-run Sweep|Faults -timeout 90m'
	@TEST_LONG=1 $(MAKE) -C sandbox/aws test-plain-moto
	@export KUBECTL="$$($(TS_NODE) sandbox/build.ts kubectl)"; TEST_LONG=1 npx jest test/legitimate-changes.test.ts

.PHONY: test-node
test-node: install tool-go tool-python ## Synthesis, checks and the sandbox's start on each release of Node.js (Linux)
	@$(TS_NODE) test/node/run.ts

.PHONY: lint
lint: install tool-go ## Check types, style, and that generated files are fresh
	@npm run --silent typecheck
	@npm run --silent lint
	@npm run --silent import -- --check

.PHONY: test-charts
test-charts: install tool-go tool-python ## Test the TypeScript: environments, charts, argocd, sandbox
	@KUBECTL="$$($(TS_NODE) sandbox/build.ts kubectl)" ARGOCD="$$($(TS_NODE) sandbox/build.ts argocd)" npx jest --coverage

.PHONY: test-controllers
test-controllers: install tool-go tool-python ## Test the Go: controllers on a real API server and the emulator
	@$(MAKE) -C controllers check-generated
	@$(MAKE) -C controllers lint
	@$(GO_TEST_ENV); $(MAKE) -C controllers test

.PHONY: test-aws
test-aws: tool-python ## Test the AWS emulator
	@$(MAKE) -C sandbox/aws lint test

.PHONY: test-job
test-job: tool-python ## Test the sample job
	@$(MAKE) -C examples/job lint test

.PHONY: test-e2e
test-e2e: install tool-go tool-python ## Test the whole chain, in a separate sandbox
	@npm run --silent e2e

.PHONY: test-faults
test-faults: install tool-go tool-python ## Test the whole chain while things break, in a sandbox of its own
	@npm run --silent e2e:faults

.PHONY: test-steady
test-steady: install tool-go tool-python ## Leave the whole chain alone for minutes: nothing may happen
	@npm run --silent e2e:steady

# Installs npm packages if package-lock.json is newer than what is installed.
.PHONY: install
install: tool-git tool-node node_modules/.package-lock.json

node_modules/.package-lock.json: package-lock.json
	@[[ ! -L node_modules ]] || { echo 'node_modules is a link, and npm ci would empty what it leads to: remove the link' >&2; exit 1; }
	@echo 'Installing npm packages, which takes a minute or so' >&2
	@npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

# These name a tool that is missing or too old, and say what to do.
.PHONY: tool-git tool-node tool-go tool-python
tool-git:
	@command -v git >/dev/null || { echo 'git is missing: install it (https://git-scm.com)' >&2; exit 1; }
tool-node:
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null || { echo "Node.js 20 or newer is needed, found $$(node --version 2>/dev/null || echo none): install it (https://nodejs.org)" >&2; exit 1; }
tool-go:
	@[[ "$$(go env GOVERSION 2>/dev/null)" =~ ^go1\.(2[6-9]|[3-9][0-9]) ]] || { echo "Go 1.26 or newer is needed, found $$(go env GOVERSION 2>/dev/null || echo none): install it (https://go.dev/dl)" >&2; exit 1; }
tool-python:
	@sandbox/aws/python -c ''
