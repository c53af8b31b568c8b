.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
MEMBERS := packages/safelight functions/metadata services/thumbnailer services/gallery cli localcloud
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --no-emit-package safelight
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: lock
lock: $(BIN)/python ## Lock every dependency anew, with hashes and without addresses
	$(PIP) uv
	$(LOCK) pyproject.toml --group dev $(MEMBERS:%=%/pyproject.toml) --extra models -o requirements/dev.txt
	for member in $(MEMBERS); do \
		$(LOCK) $$member/pyproject.toml --constraint requirements/dev.txt \
			-o requirements/$${member##*/}.txt || exit 1; done
	$(LOCK) localcloud/pyproject.toml --extra models --constraint requirements/dev.txt \
		-o requirements/localcloud.txt
	$(LOCK) --no-deps requirements/samples.in -o requirements/samples.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Safelight needs Python 3.11 or later; name one: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "The venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }

# One environment serves development and the local stack.
.venv/ready: $(BIN)/python requirements/dev.txt requirements/samples.txt $(MEMBERS:%=%/pyproject.toml)
	@echo "Installing the environment (.venv); the first time this downloads about 250 MB"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --require-hashes --no-deps -r requirements/samples.txt
	@$(PIP) --no-deps --no-build-isolation $(MEMBERS:%=-e %)
	@touch $@

.PHONY: setup
setup: .venv/ready ## Create the environment in .venv
