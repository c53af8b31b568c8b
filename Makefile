.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Those with a lock of their own come last; packages ship inside them.
PACKAGES := packages/safelight packages/picture
DEPLOYABLES := functions/metadata services/thumbnailer services/gallery cli localcloud
MEMBERS := $(PACKAGES) $(DEPLOYABLES)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	--no-emit-package safelight --no-emit-package safelight-picture
export LOCALCLOUD_PORT ?= 9000
DATA ?= .localcloud
STACK := --stack localcloud/stack.yaml --data $(DATA)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: .venv/ready ## Send sample pictures (or PICTURES=folder) through the local stack and watch them
	@$(BIN)/python -m safelight_cli demo $(STACK) $(if $(PICTURES),--pictures "$(PICTURES)")

.PHONY: run
run: .venv/ready ## Run the local stack until Ctrl-C; its state stays in .localcloud
	@exec $(BIN)/python -m localcloud up $(STACK)

.PHONY: test
test: .venv/ready ## Run all tests
	@$(BIN)/python -m pytest

.PHONY: check
check: .venv/ready ## Lint, check types, import directions, closed environments and Terraform
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy $(MEMBERS:%=%/src)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/shellcheck .ci/run tools/*
	@$(BIN)/python -m tests.infra.check
	@PYTHON=$(BIN)/python tools/closed_environments $(notdir $(filter-out localcloud,$(DEPLOYABLES)))

.PHONY: fmt
fmt: .venv/ready ## Format the code and sort its imports
	@$(BIN)/ruff check --select I --fix --quiet
	@$(BIN)/ruff format --quiet

.PHONY: bench
bench: .venv/ready ## Measure the pipeline and the renderer against named peers
	@$(BIN)/python bench/pipeline.py
	@$(BIN)/python bench/render/compare.py

.PHONY: images
images: ## Build a container image of every deployable service (needs Docker)
	for package in metadata thumbnailer gallery; do \
		docker build --build-arg PACKAGE=$$package --tag safelight-$$package . || exit 1; done

.PHONY: deploy
deploy: ## Deploy to Google Cloud: PROJECT=… REGION=… (see docs/deploy.md)
	@tools/deployment up "$(PROJECT)" "$(REGION)"

.PHONY: destroy
destroy: ## Take a deployment down, with all pictures and records: PROJECT=… REGION=…
	@tools/deployment down "$(PROJECT)" "$(REGION)"

.PHONY: lock
lock: $(BIN)/python ## Lock every dependency anew, with hashes and without addresses
	@$(PIP) uv
	$(LOCK) pyproject.toml --group dev $(MEMBERS:%=%/pyproject.toml) --extra models -o requirements/dev.txt
	for member in $(DEPLOYABLES); do \
		extras=$$([ $$member = localcloud ] && echo --extra models); \
		$(LOCK) $$member/pyproject.toml $$extras --constraint requirements/dev.txt \
			-o requirements/$${member##*/}.txt || exit 1; done
	$(LOCK) requirements/build.in --constraint requirements/dev.txt -o requirements/build.txt
	$(LOCK) --no-deps requirements/samples.in -o requirements/samples.txt

.PHONY: setup
setup: .venv/ready ## Create the environment in .venv

# One environment serves development and the local stack.
.venv/ready: $(BIN)/python requirements/dev.txt requirements/samples.txt $(MEMBERS:%=%/pyproject.toml)
	@echo "Installing the environment (.venv); the first time this downloads about 250 MB"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --require-hashes --no-deps -r requirements/samples.txt
	@$(PIP) --no-deps --no-build-isolation $(MEMBERS:%=-e %)
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
		"Safelight needs Python 3.11 or later; name one: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "The venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }
