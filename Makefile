# Everything that a person or CI runs. `make` alone lists it. Needs make and Python 3.11 or newer.
SHELL := /bin/sh
PORT ?= 8000
JSON ?= .data/benchmarks.json
SBOM ?= .data/sbom.cdx.json
PYTHON = .venv/bin/python
CODE = innoportal accounts topics journal documents notifications wishes solutions matching trials tests
export PORT

.DEFAULT_GOAL := help
.PHONY: help run install install-dev test browser network check format lock sbom bench stop clean

help: ## list what there is
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|' 2>/dev/null \
	  || grep -E '^[a-z-]+:.*## ' Makefile

run: install ## install what is missing, then start the portal on 127.0.0.1:$PORT (8000)
	@exec $(PYTHON) -m innoportal.supervise

# The newest Python that fits. Nothing of ours can run before it is found.
define find_python
for name in python3.13 python3.12 python3.11 python3 python3.14; do \
  if command -v $$name >/dev/null 2>&1 && \
     $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1; then \
    python=$$name; break; fi; done; \
if [ -z "$$python" ]; then \
  echo "innoportal: no Python 3.11 or newer was found: run apt-get install python3 python3-venv, then try again." >&2; \
  exit 1; fi
endef

install: ## make .venv and .env
	@$(find_python); $$python innoportal/bootstrap.py

install-dev: ## make .venv with what tests and checks need, too
	@$(find_python); $$python innoportal/bootstrap.py --dev

test: install-dev browser network ## run every test, on servers and a database of their own
	@$(PYTHON) -m pytest -n 2 --dist loadgroup $(ARGS)

browser:
	@if ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then \
	  echo "Installing Chromium for the browser tests."; \
	  if [ "$$(id -u)" = 0 ]; then as=; else as="sudo -n"; fi; \
	  { $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || \
	  echo "innoportal: Chromium cannot be installed here; the browser tests will fail. Run apt-get install chromium as root." >&2; \
	fi

network:
	@if ! command -v ip >/dev/null 2>&1; then \
	  echo "Installing iproute2 for the test of workers in networks of their own."; \
	  if [ "$$(id -u)" = 0 ]; then as=; else as="sudo -n"; fi; \
	  { $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends iproute2; } >/dev/null 2>&1 || \
	  echo "innoportal: iproute2 cannot be installed here; that test will be skipped. Run apt-get install iproute2 as root." >&2; \
	fi

check: install-dev ## format, lint, types, floors, secrets, missing migrations and translations
	@failed=; step() { echo "== $$1"; shift; "$$@" || failed=yes; }; \
	step "ruff format" $(PYTHON) -m ruff format --check .; \
	step "ruff" $(PYTHON) -m ruff check .; \
	step "mypy" $(PYTHON) -m mypy $(filter-out tests,$(CODE)); \
	step "floors" .venv/bin/lint-imports; \
	step "secrets" $(PYTHON) -m tests.security.scanning; \
	step "migrations" $(PYTHON) manage.py makemigrations --check --dry-run; \
	step "translations" $(PYTHON) manage.py translations --check; \
	[ -z "$$failed" ]

format: install-dev ## put the code into the one form
	@$(PYTHON) -m ruff format . && $(PYTHON) -m ruff check --fix .

lock: install-dev ## pin the closure of requirements*.txt again, for all platforms
	@for name in requirements requirements-dev; do \
	  .venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	    $$name.txt -o $$name.lock || exit 1; done

sbom: install-dev ## list every package that the portal runs with, as CycloneDX, into $SBOM (.data/sbom.cdx.json)
	@mkdir -p "$(dir $(SBOM))" && .venv/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
	  --output-reproducible -o "$(SBOM)" && echo "$(SBOM)"

bench: install-dev ## measure pages and starts into $JSON (.data/benchmarks.json); DATA=dir adds the engine, ALL=1 what takes long
	@mkdir -p .data && $(PYTHON) -m innoportal.bench --json "$(JSON)" $(if $(DATA),--data "$(DATA)") $(if $(ALL),--all) \
	  --also $(patsubst tests/benchmarks/%.py,tests.benchmarks.%,$(wildcard tests/benchmarks/[a-z]*.py)) $(ARGS)

stop: ## end what a killed `make run` has left behind
	@$(PYTHON) -m innoportal.supervise stop && $(PYTHON) -m innoportal.servers stop

clean: ## remove .venv, the data of demonstration and tests, and everything that tools left
	@if [ -x $(PYTHON) ]; then $(MAKE) --no-print-directory stop; fi
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m innoportal.servers remove; fi
	@rm -rf .venv .data staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
