# Everything a stranger needs: `make run` looks at it, `make test` proves it. `make help` lists the rest.
# Needs only python3 (3.11 or newer), make, git and gcc. Works with GNU Make 3.81, as macOS has it.

# Compiled modules are kept: each process that the tests start would compile the program anew.
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
BIN := $(VENV)/bin
PYTHONS := $(PYTHON) python3.13 python3.12 python3.11 python3
CATALOGUES := surveys/translations
CATALOGUE := messages
EXTRACT := $(BIN)/pybabel --quiet extract --no-location --sort-output --no-wrap --ignore-dirs "node_modules static tests .*"
EXTRACT_messages := $(EXTRACT) -F pyproject.toml -o $(CATALOGUES)/messages.pot .
EXTRACT_staff := $(EXTRACT) -F $(CATALOGUES)/staff.toml -k _t -k words -k said -k counted:1,2 -o $(CATALOGUES)/staff.pot .
UV := UV_PYTHON_DOWNLOADS=never $(BIN)/uv --quiet pip
INSTALL := $(UV) install --python $(BIN)/python --no-build-isolation --compile-bytecode
LOCK := $(UV) compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

.PHONY: help run test prove bench lint lint-assets types lock assets messages browser validation bill
.DELETE_ON_ERROR:

help:
	@echo "make run     start Seventh with its demo study on 127.0.0.1:8000 (PORT=9000 changes the port)"
	@echo "make test    the whole test suite, with a real PostgreSQL and a real browser"
	@echo "make prove   the long proofs: what the suite proves in short form, at length; mutation testing (about an hour)"
	@echo "make bench   measure, and write the table of docs/performance.md"
	@echo "make lint    ruff, djlint and the import rule"
	@echo "make lint-assets  eslint and stylelint, for static/src (needs Node and npm)"
	@echo "make types   mypy"
	@echo "make lock    write requirements/*.txt anew from pyproject.toml (UPGRADE=1: newest versions)"
	@echo "make assets  build static/ from its sources (needs Node and npm; the result is committed)"
	@echo "make validation  write docs/validation.md from tests/requirements.toml"
	@echo "make bill    write the software bill of materials, dist/seventh.cdx.json"
	@echo "make translation LANGUAGE=fr  a catalogue for another language, and how many texts wait in it (CATALOGUE=staff: the staff's)"
	@echo "make messages  collect the texts that patients and staff read, for translators, and compile the translations"

run: $(VENV)/.run $(BIN)/seventh
	@exec $(BIN)/seventh run

# The longest test takes seconds: one that waits for ever is named and fails.
test: $(VENV)/.dev $(BIN)/seventh browser
	$(BIN)/pytest -n auto --dist worksteal -o faulthandler_timeout=100 -o faulthandler_exit_on_timeout=true

prove: $(VENV)/.dev $(BIN)/seventh browser
	$(BIN)/python -m tests.proofs

bench: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python benchmarks/table.py

lint: $(VENV)/.dev $(BIN)/seventh
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/lint-imports --no-cache --no-logo

# Node's tools, each time npm's lock is newer than what is there.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci

lint-assets: node_modules/.package-lock.json
	npm run --silent lint

types: $(VENV)/.dev
	$(BIN)/mypy

lock: $(VENV)/.build
	$(LOCK) pyproject.toml --group dev -o requirements/dev.txt
	$(LOCK) pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	$(LOCK) --group build -c requirements/dev.txt -o requirements/build.txt

assets: node_modules/.package-lock.json
	npm run --silent build

# What patients read is the catalogue `messages` (pyproject.toml says where it stands), what staff read `staff`.
# A new language begins as a draft: docs/translating.md. Pybabel takes a per cent sign before a word for a value, and
# complains of our German; the tests compare the values that there are.
translation: messages
	@test -n "$(LANGUAGE)" || { echo "Say which: make translation LANGUAGE=fr"; exit 1; }
	@test -e $(CATALOGUES)/$(LANGUAGE) || { mkdir -p $(CATALOGUES)/$(LANGUAGE) && \
		echo "Not read by a native reader yet. Remove this file once one has: docs/translating.md" > $(CATALOGUES)/$(LANGUAGE)/DRAFT; }
	@test -e $(CATALOGUES)/$(LANGUAGE)/LC_MESSAGES/$(CATALOGUE).po || { \
		$(EXTRACT_$(CATALOGUE)) && \
		$(BIN)/pybabel --quiet init -D $(CATALOGUE) -l $(LANGUAGE) -i $(CATALOGUES)/$(CATALOGUE).pot -d $(CATALOGUES) --no-wrap && \
		$(BIN)/pybabel --quiet compile -D $(CATALOGUE) -d $(CATALOGUES) -l $(LANGUAGE) && rm $(CATALOGUES)/$(CATALOGUE).pot; }
	$(BIN)/pybabel compile --statistics -D $(CATALOGUE) -d $(CATALOGUES) -l $(LANGUAGE)

messages: $(VENV)/.dev
	$(EXTRACT_messages)
	$(EXTRACT_staff)
	@for one in messages staff; do \
		$(BIN)/pybabel --quiet update -D $$one -i $(CATALOGUES)/$$one.pot -d $(CATALOGUES) --no-fuzzy-matching --no-wrap \
			--ignore-obsolete --ignore-pot-creation-date && \
		$(BIN)/pybabel --quiet compile -D $$one -d $(CATALOGUES); rm $(CATALOGUES)/$$one.pot || exit 1; \
	done

validation: $(VENV)/.dev
	$(BIN)/python -m tests.support.validation

bill: $(VENV)/.python
	$(BIN)/python -m tests.support.bill

# A browser for the tests: the one found, else Debian's where we are root, else the command to get one.
browser: $(VENV)/.dev
	@$(BIN)/python -m tests.support.get_browser

# The environment. Each stamp follows its lock; `run` over `dev` removes nothing.
$(VENV)/.python:
	@best=; bare=; old=; for python in $(PYTHONS); do \
		version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2] if sys.version_info >= (3, 11) else "")' 2>/dev/null) || continue; \
		[ -n "$$version" ] || { old=$$python; continue; }; \
		if $$python -c 'import venv, ensurepip' 2>/dev/null; then best=$$python; break; fi; \
		[ -n "$$bare" ] || bare=$$version; \
	done; \
	if [ -z "$$best" ] && [ -n "$$bare" ]; then \
		echo "Python $$bare is here without its venv module. Install the package python$$bare-venv, then run make again." >&2; exit 1; \
	elif [ -z "$$best" ]; then \
		echo "Seventh needs Python 3.11 or newer$${old:+ ($$old is older)}. Install it, or name one: make PYTHON=/path/to/python3 …" >&2; exit 1; \
	fi; \
	$$best -m venv $(VENV)
	@touch $@

$(VENV)/.build: $(VENV)/.python requirements/build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/.run: $(VENV)/.build requirements/run.txt
	@echo "Installing what Seventh runs on (only the first time takes long) …"
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.build requirements/dev.txt
	@echo "Installing the test tools (only the first time takes long) …"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(BIN)/seventh: $(VENV)/.build pyproject.toml
	@$(INSTALL) --no-deps --editable .
	@touch $@
