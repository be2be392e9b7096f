# The commands of the project. `make demo` and `make test` are all that most people need.
#
# uv is used where it is there, else Python's own venv and pip; `make UV= test` takes the second way
# by force, `make PYTHON=python3.13 test` another Python. All paths are relative, so that the folder
# may have any name.

UV := $(shell command -v uv 2>/dev/null)
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
READY := .venv/.ready

ifneq ($(UV),)
CREATE := uv venv --quiet --allow-existing --python '$(or $(PYTHON),>=3.11)' .venv
INSTALL := uv pip install --quiet --python $(BIN)/python
else
CREATE := $(PYTHON) -m venv .venv
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
endif

.PHONY: help demo test long lint format docs constraints clean
.DEFAULT_GOAL := help

help:  ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' Makefile

demo: $(READY)  ## install, run the flagship beside its coordinated twin, say where the charts are
	@$(BIN)/orgsim run untapped_niche_campaign untapped_niche_coordinated
	@printf '\nNext:\n  source .venv/bin/activate\n  orgsim list\n  orgsim show untapped_niche_campaign\n'

test: $(READY)  ## install, run the change suite
	@$(BIN)/python -m pytest -m 'not long' -n 2 --dist loadfile

long: $(READY)  ## the longer evidence
	@$(BIN)/python -m pytest -m long -n 2 --dist loadfile

lint: $(READY)  ## lint, format check, types
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

format: $(READY)  ## sort imports and format
	@$(BIN)/python -m ruff check --quiet --select I --fix .
	@$(BIN)/python -m ruff format .

docs: $(READY)  ## write docs/model.md anew from the code, configs/ and its template
	@$(BIN)/python -m docs.build

# Versions and hashes for every platform and Python at once; no address of any registry. "fewest": the
# same versions on each Python, hence the same numbers. Removing the file first takes the newest.
constraints:  ## pin the requirements anew (needs uv)
	@test -n '$(UV)' || { echo 'this needs uv: pip install uv' >&2; exit 1; }
	@uv pip compile pyproject.toml --extra dev --group build --universal --python-version 3.11 \
		--fork-strategy fewest --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--no-emit-find-links --quiet --output-file constraints.txt

clean:  ## remove the environment and the caches, never the results
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find orgsim tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# Hydra 1.3 stands on antlr4, which comes as source only. Its build tool is installed first, pinned like
# all the rest, so that nothing unpinned is fetched. The way from site-packages to the checkout is made
# relative: Python before 3.13 cannot read an accented one in the C locale. The mark is set last, so
# that a broken-off installation is taken up again.
$(READY): pyproject.toml constraints.txt
	@test -n '$(UV)$(PYTHON)' || { echo 'orgsim needs Python 3.11 or newer: none was found' >&2; exit 1; }
	@echo 'Installing orgsim into .venv (seconds with uv, a minute with pip) ...'
	@$(CREATE)
	@awk '/^setuptools==/{on=1} on{print; if(!/\\$$/) on=0}' constraints.txt > .venv/setuptools.txt
	@$(INSTALL) --require-hashes -r .venv/setuptools.txt
	@$(INSTALL) --no-deps --require-hashes --no-build-isolation -r constraints.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@for way in .venv/lib/python3*/site-packages/_orgsim.pth; do echo ../../../.. >"$$way"; done
	@touch $(READY)
